"""自评、核验、定级、复核: what a unit says, what somebody else finds, and what follows from it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from instructors.classrooms.checklist import Checklist
from instructors.classrooms.models import SmartClassroom
from instructors.classrooms.services.checks import (
    broken_in,
    checklist_on,
    likely,
    return_check,
    standard_on,
    submit_check,
    verify_check,
)
from instructors.classrooms.services.rooms import register_room, remind_rechecks
from lms.audit.models import AuditEvent
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import make_venue
from tests.instructors.classrooms.factory import (
    ADVANCED,
    BASIC,
    INTERMEDIATE,
    coming,
    grade_room,
    make_check,
    make_equipment,
    make_room,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]


@pytest.fixture
def clerk(districts):
    return factory.make_staff("TEAM_CLERK", districts["PD-01"])


@pytest.fixture
def office(districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def room(districts):
    return make_room(districts["PD-01"])


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


@pytest.mark.parametrize(
    ("found", "grade", "lacking"),
    [
        ([], "", tuple(BASIC)), (BASIC[:2], "", ("扫码签到",)), (BASIC, "BASIC", ("课程录播", "双向视频")),
        ([*BASIC, "课程录播", "模拟听证"], "BASIC", ("双向视频",)), (INTERMEDIATE, "INTERMEDIATE", tuple(ADVANCED[5:])),
        (ADVANCED, "ADVANCED", ()), (ADVANCED[1:], "", ("交互大屏",)),
    ],
)  # fmt: skip
def test_each_grade_needs_all_of_those_below(found, grade, lacking):
    checklist = checklist_on(timezone.localdate())
    assert checklist.grade(found) == grade
    assert checklist.missing(found) == lacking


def test_a_rule_without_lists_grades_nothing():
    assert refused(Checklist.of, {"items": [{"key": "basic", "value": "3"}]}) == "no_checklist"
    assert refused(Checklist.of, None) == "no_checklist"
    assert checklist_on(date(1999, 1, 1)) is None
    assert refused(standard_on, date(1999, 1, 1)) == "no_rule"


def test_another_person_finds_and_the_grade_follows(room, clerk, office):
    row = submit_check(room, INTERMEDIATE, actor=clerk)
    assert Delivery.objects.filter(user=office).count() == 1
    done = verify_check(row, BASIC, "录播主机未到货", actor=office)
    today = timezone.localdate()
    assert (done.grade, done.recheck_on) == ("BASIC", today.replace(year=today.year + 3))
    assert SmartClassroom.objects.get().grade == "BASIC"
    assert Delivery.objects.filter(user=clerk).count() == 1
    assert AuditEvent.objects.filter(action="classrooms.verify_check", actor=str(office)).exists()


def test_nobody_verifies_his_own(room, office):
    row = submit_check(room, BASIC, actor=office)
    assert refused(verify_check, row, BASIC, actor=office) == "same_person"
    assert refused(return_check, row, "不符", actor=office) == "same_person"
    with pytest.raises(IntegrityError, match="two_persons"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(state="RETURNED", checked_by=office)


def test_once_and_not_beside_another(room, clerk, office):
    row = submit_check(room, BASIC, actor=clerk)
    assert refused(submit_check, room, BASIC, actor=clerk) == "under_way"
    verify_check(row, BASIC, actor=office)
    assert refused(verify_check, row, BASIC, actor=office) == "already_checked"
    assert refused(return_check, row, "不符", actor=office) == "already_checked"


def test_a_different_finding_says_why(room, clerk, office):
    row = submit_check(room, INTERMEDIATE, actor=clerk)
    assert refused(verify_check, row, BASIC, actor=office) == "no_reason"
    assert refused(verify_check, row, [*BASIC, "茶水间"], "有茶水间", actor=office) == "unknown_item"


def test_a_returned_one_changes_no_grade(room, clerk, office):
    grade_room(room, "BASIC", BASIC)
    return_check(submit_check(room, INTERMEDIATE, actor=clerk), "请附采购单", actor=office)
    assert SmartClassroom.objects.get().grade == "BASIC"
    assert submit_check(room, INTERMEDIATE, actor=clerk).state == "SUBMITTED"


def test_a_recheck_may_take_the_grade_away(room, clerk, office):
    grade_room(room, "BASIC", BASIC)
    verify_check(submit_check(room, BASIC, actor=clerk), BASIC[:1], "网络和签到已拆除", actor=office)
    assert SmartClassroom.objects.get().grade_label == "未定级"
    assert list(SmartClassroom.objects.ungraded()) == [room]


def test_a_self_assessment_begins_with_what_is_known(room):
    grade_room(room, "BASIC", BASIC)
    make_equipment(room, kind="课程录播")
    make_equipment(room, kind="扫码签到", state="FAULTY")
    make_equipment(room, kind="课桌椅")
    assert likely(room, checklist_on(timezone.localdate())) == {"交互大屏", "网络接入", "课程录播"}
    assert broken_in(room) == ["扫码签到"]
    make_equipment(room, kind="扫码签到")
    assert broken_in(room) == []


def test_rechecks_are_announced_once_and_in_time(districts, office):
    for days in (-5, 80, 120):
        grade_room(make_room(districts["PD"]), "BASIC", BASIC, recheck_on=coming(days))
    today = timezone.localdate()
    assert (remind_rechecks(today), remind_rechecks(today)) == (2, 0)
    assert remind_rechecks(today + timedelta(days=40)) == 1
    assert SmartClassroom.objects.recheck_due(today).count() == 1
    assert SmartClassroom.objects.recheck_due(today + timedelta(days=80)).count() == 2


def test_the_checklist_of_its_own_day_counts(room, clerk, office):
    """A new standard between the two is not held against what was assessed by the old one."""
    row = submit_check(room, BASIC, actor=clerk)
    old = row.version
    formula = {"items": [
        {**item, "value": "交互大屏、网络接入、扫码签到、电子班牌"} if item["key"] == "basic" else item for item in old.formula["items"]
    ]}  # fmt: skip
    type(old).objects.create(
        rule=old.rule, number=old.number + 1, formula=formula, effective_from=timezone.localdate(), made_by=clerk,
        checked_by=office, checked_at=timezone.now(), source_note="测试",
    )  # fmt: skip
    assert verify_check(row, BASIC, actor=office).grade == "BASIC"
    room = SmartClassroom.objects.get()
    assert checklist_on(timezone.localdate()).missing(room.found) == ("电子班牌",)


def test_only_a_classroom_is_registered_and_once(districts, office):
    base = make_venue(districts["PD"], kind="PRACTICE_BASE")
    assert refused(register_room, SmartClassroom(venue=base), actor=office) == "not_a_classroom"
    room = make_room(districts["PD"])
    assert refused(register_room, SmartClassroom(venue=room.venue), actor=office) == "already_registered"


def test_the_database_keeps_one_open_check_and_no_grade_without_a_check(room):
    make_check(room)
    with pytest.raises(IntegrityError, match="classrooms_check_one_open"), transaction.atomic():
        make_check(room)
    with pytest.raises(IntegrityError, match="classrooms_check_grade"), transaction.atomic():
        room.checks.update(grade="BASIC")
