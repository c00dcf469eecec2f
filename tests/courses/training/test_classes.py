"""A class from its opening to its fixed list; whose it is, and who works on it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.training.models import ClassSession, Enrollment, PlanItem, TrainingClass, TrainingPlan
from courses.training.services.classes import (
    Days,
    Share,
    change_class,
    fix_list,
    give_material,
    open_class,
    open_enrolment,
    open_practice,
    plan_warning,
    reopen_list,
    share_seats,
    take_material,
)
from lms.audit.models import AuditEvent
from lms.notices.models import Delivery
from tests import factory
from tests.courses.shelf import make_courseware
from tests.courses.training.factory import MONDAY, make_class, make_enrollment, make_session
from tests.courses.training.test_sessions import refused

pytestmark = pytest.mark.django_db
CHANGE = "training.change_trainingclass"


@pytest.fixture
def office(access, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def draft(districts):
    return make_class(districts["PD"], state="DRAFT")


def make_item(unit, *, state="ACCEPTED", **fields) -> PlanItem:
    plan = TrainingPlan.objects.create(unit=unit, year=2026, title="年度计划", state=state, made_by=factory.make_user())
    fields = {"number": 1, "title": "项目", "audience": "全员", "seats": 40, "days": 5, **fields}
    return PlanItem.objects.create(plan=plan, **fields)


def unsaved(unit, **fields) -> TrainingClass:
    days = {"starts_on": MONDAY, "ends_on": MONDAY + timedelta(days=4)}
    return TrainingClass(unit=unit, title="新班", capacity=40, **days, **fields)


def test_the_type_is_the_plan_item_s(districts, office):
    item = make_item(districts["PD"], event_type="MEETING")
    row = open_class(unsaved(districts["PD"], plan_item=item), actor=office)
    assert row.event_type == "MEETING"
    assert row.made_by == office
    assert AuditEvent.objects.filter(action="training.open_class").exists()


def test_the_database_holds_the_type_of_item_class_and_session(districts):
    """Immediately: the keys are not deferred."""
    row = make_class(districts["PD"], plan_item=make_item(districts["PD"]))
    session = make_session(row)
    for rows in (TrainingClass.objects.filter(pk=row.pk), ClassSession.objects.filter(pk=session.pk)):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(event_type="SEMINAR")
    PlanItem.objects.update(event_type="SEMINAR")
    assert ClassSession.objects.get().event_type == "SEMINAR"


def test_a_class_outside_the_plan_or_of_a_plan_not_accepted_is_said(districts, draft):
    assert plan_warning(draft)
    assert plan_warning(make_class(districts["PD"], plan_item=make_item(districts["PD"], state="FILED")))
    assert plan_warning(make_class(districts["XH"], plan_item=make_item(districts["XH"]))) == ""


def test_from_draft_to_a_fixed_list_and_back(draft, office):
    draft.starts_on, draft.ends_on = date(2099, 1, 5), date(2099, 1, 9)
    draft.save()
    make_session(draft)
    assert open_enrolment(draft, actor=office).state == "ENROLLING"
    learner = make_enrollment(draft).officer.user
    assert fix_list(draft, actor=office).state == "READY"
    assert Delivery.objects.filter(user=learner).count() == 1
    assert reopen_list(draft, actor=office, reason="增补").state == "ENROLLING"


def test_steps_are_refused_out_of_turn(districts, draft, office):
    assert refused(open_enrolment, draft, actor=office) == "no_sessions"
    session = make_session(draft, is_cancelled=True)
    assert refused(open_enrolment, draft, actor=office) == "no_sessions"
    ClassSession.objects.filter(pk=session.pk).update(is_cancelled=False)
    TrainingClass.objects.filter(pk=draft.pk).update(enroll_until="2026-01-01T00:00Z")
    assert refused(open_enrolment, draft, actor=office) == "enrolment_over"
    assert refused(fix_list, draft, actor=office) == "wrong_state"
    enrolling = make_class(districts["PD"])
    assert refused(fix_list, enrolling, actor=office) == "empty"
    make_enrollment(enrolling, state="PENDING")
    assert refused(fix_list, enrolling, actor=office) == "pending"
    begun = make_class(districts["PD"], state="READY")
    assert refused(reopen_list, begun, actor=office, reason="增补") == "begun"


def test_changing_a_class(districts, office, rules):
    row = make_class(districts["PD"], capacity=2)
    session = make_session(row)
    for _ in range(2):
        make_enrollment(row)
    row.title, row.state = "新名", "POSTED"
    changed = change_class(row, ["title"], actor=office)
    assert (changed.title, changed.state) == ("新名", "ENROLLING")
    row.capacity = 1
    assert refused(change_class, row, ["capacity"], actor=office) == "capacity_below"
    row.starts_on = MONDAY + timedelta(days=1)
    assert refused(change_class, row, ["starts_on"], actor=office) == "sessions_outside"
    row.event_type = "MEETING"
    change_class(row, ["event_type"], actor=office)
    session.refresh_from_db()
    assert (session.event_type, session.quantity) == ("MEETING", 0)
    row.event_type = "TRAINING"
    change_class(row, ["event_type"], actor=office)
    session.refresh_from_db()
    assert session.quantity == 1
    assert refused(change_class, make_class(districts["PD"], state="CHECKED"), ["title"], actor=office) == "closed"


def test_seats_are_shared_within_the_capacity(districts, office):
    row = make_class(districts["PD"], capacity=10)
    first, second = districts["PD-01"], districts["PD-02"]
    share_seats(row, [Share(first, 6), Share(second, 4)], actor=office)
    assert refused(share_seats, row, [Share(first, 6), Share(second, 5)], actor=office) == "over_capacity"
    make_enrollment(row, factory.make_officer(first))
    assert refused(share_seats, row, [Share(first, 0)], actor=office) == "quota_below"
    share_seats(row, [Share(first, 10)], actor=office)
    assert list(row.quotas.values_list("unit__code", "seats")) == [("PD-01", 10)]
    row.capacity = 9
    assert refused(change_class, row, ["capacity"], actor=office) == "quota_over"


def test_a_unit_with_seats_sees_the_class_and_only_an_organiser_works_on_it(access, districts, office):
    row = make_class(districts["XH"])
    seen, worked_on = TrainingClass.objects.visible_to(office), TrainingClass.objects.within(office, CHANGE)
    assert not seen.exists()
    quota = row.quotas.create(unit=districts["PD"], seats=10)
    row.quotas.create(unit=districts["PD-01"], seats=5)
    assert list(seen.all()) == [row]
    assert not worked_on.exists()
    make_enrollment(row, state="WITHDRAWN")
    assert not Enrollment.objects.visible_to(office).exists()
    Enrollment.objects.all().delete()
    quota.is_organiser = True
    quota.save()
    assert list(worked_on.all()) == [row]
    session, learner = make_session(row), make_enrollment(row)
    assert list(ClassSession.objects.visible_to(office).within(office, CHANGE)) == [session]
    assert list(Enrollment.objects.visible_to(office)) == [learner]
    clerk = factory.make_staff("TEAM_CLERK", districts["PD-02"])
    assert not TrainingClass.objects.visible_to(clerk).exists()
    assert not ClassSession.objects.visible_to(clerk).exists()


def test_the_head_teacher_sees_the_class(districts):
    teacher = factory.make_user()
    row = make_class(districts["XH"], head_teacher=teacher)
    assert list(TrainingClass.objects.visible_to(teacher)) == [row]
    assert not TrainingClass.objects.within(teacher, CHANGE).exists()


def test_only_checked_courseware_is_handed_out(draft, office):
    made = make_courseware()
    made.checked_by, made.checked_at = None, None
    assert refused(give_material, draft, made, actor=office) == "not_checked"
    checked = make_courseware()
    material = give_material(draft, checked, actor=office)
    assert refused(give_material, draft, checked, actor=office) == "already_given"
    take_material(material, actor=office)
    assert not draft.materials.exists()


def test_practice_follows_theory_by_district_with_its_people(city, districts, office):
    theory = make_class(city, stage="THEORY", kind="NEW_ENTRANT", capacity=10)
    days = Days(MONDAY + timedelta(days=7), MONDAY + timedelta(days=11))
    assert refused(open_practice, theory, days, actor=office) == "no_seats"
    for code, seats in (("PD", 6), ("XH", 4)):
        theory.quotas.create(unit=districts[code], seats=seats)
    person = make_enrollment(theory, factory.make_officer(districts["PD-01"])).officer
    make_enrollment(theory, factory.make_officer(districts["XH-01"]), state="WITHDRAWN")
    assert refused(open_practice, theory, Days(MONDAY, MONDAY), actor=office) == "too_early"
    made = {row.unit.code: row for row in open_practice(theory, days, actor=office)}
    assert {code: (row.capacity, row.stage, row.kind) for code, row in made.items()} == {
        "PD": (6, "PRACTICE", "NEW_ENTRANT"), "XH": (4, "PRACTICE", "NEW_ENTRANT"),
    }  # fmt: skip
    assert [one.officer for one in made["PD"].enrollments.all()] == [person]
    assert not made["XH"].enrollments.exists()
    assert refused(open_practice, theory, days, actor=office) == "no_seats"
    assert refused(open_practice, made["PD"], days, actor=office) == "not_theory"


def test_seats_and_sessions_are_counted_class_by_class(districts, django_assert_num_queries):
    row = make_class(districts["PD"])
    for state in ("CONFIRMED", "PASSED", "WAITLISTED"):
        make_enrollment(row, state=state)
    make_session(row)
    make_session(row, begin="13:00", end="14:00", is_cancelled=True)
    empty = make_class(districts["PD"])
    with django_assert_num_queries(1):
        found = {
            one.pk: (one.seats_taken, one.sessions_held)
            for one in TrainingClass.objects.with_seats_taken().with_sessions_held()
        }
    assert found == {row.pk: (2, 1), empty.pk: (0, 0)}
