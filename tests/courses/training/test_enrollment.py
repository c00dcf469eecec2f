from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.training.models import DutyShift, Enrollment, Guest, PlanItem, TrainingPlan
from courses.training.services.classes import change_class
from courses.training.services.enrollment import (
    Source,
    Way,
    approve_many,
    enroll,
    enroll_many,
    reject_many,
    withdraw,
    withdraw_many,
)
from courses.training.services.waitlist import promote, queue_place
from lms.audit.models import AuditEvent
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import during, make_class, make_enrollment, make_session

pytestmark = pytest.mark.django_db
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def february():
    with time_machine.travel(FEBRUARY, tick=True):
        yield


@pytest.fixture
def office():
    return factory.make_user()


def make_item(unit, **fields):
    plan = TrainingPlan.objects.create(unit=unit, year=2026, title="计划", made_by=factory.make_user())
    return PlanItem.objects.create(plan=plan, number=1, title="项目", audience="全员", seats=40, days=5, **fields)


def open_class(unit, **fields):
    return make_class(unit, **{"is_self_enrolled": True, **fields})


def sign_up(training_class, officer):
    return enroll(training_class, officer, Way(Source.SELF, officer.user))


def states(training_class):
    return list(training_class.enrollments.order_by("pk").values_list("state", flat=True))


def refused(act) -> str:
    with pytest.raises(ValidationError) as refusal:
        act()
    return refusal.value.code


def test_seats_then_the_queue_then_whoever_is_next(districts, office):
    team = districts["PD-01"]
    training_class = open_class(team, capacity=2)
    officers = [factory.make_officer(team) for _ in range(4)]
    rows = [sign_up(training_class, officer) for officer in officers]
    assert states(training_class) == ["CONFIRMED", "CONFIRMED", "WAITLISTED", "WAITLISTED"]
    assert [queue_place(row) for row in rows[2:]] == [1, 2]
    withdraw(rows[0], actor=officers[0].user)
    job = Job.objects.get(kind="training.promote")
    run_job(job.pk)
    run_job(job.pk)
    assert states(training_class) == ["WITHDRAWN", "CONFIRMED", "CONFIRMED", "WAITLISTED"]
    assert Delivery.objects.filter(user=officers[2].user, once_key=f"training.promote:{rows[2].pk}").count() == 1
    assert sign_up(training_class, officers[0]).state == "WAITLISTED"


def test_newcomers_do_not_pass_those_who_wait_for_a_freed_seat(districts, office):
    team = districts["PD-01"]
    training_class = open_class(team, capacity=1)
    first, second, third = (factory.make_officer(team) for _ in range(3))
    row = sign_up(training_class, first)
    sign_up(training_class, second)
    withdraw(row, actor=first.user)
    assert sign_up(training_class, third).state == "WAITLISTED"
    assert [one.officer for one in promote(training_class)] == [second]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": "DRAFT"}, "not_enrolling"),
        ({"state": "READY"}, "not_enrolling"),
        ({"state": "CANCELLED"}, "not_enrolling"),
        ({"enroll_from": FEBRUARY + timedelta(days=1)}, "too_early"),
        ({"enroll_until": FEBRUARY}, "closed"),
        ({"starts_on": date(2026, 2, 10)}, "closed"),
        ({"is_self_enrolled": False}, "not_self"),
    ],
)
def test_when_an_officer_cannot_sign_up(districts, fields, code):
    officer = factory.make_officer(districts["PD-01"])
    training_class = open_class(districts["PD-01"], **fields)
    assert refused(lambda: sign_up(training_class, officer)) == code
    assert not Enrollment.objects.exists()


def test_the_office_fills_a_list_that_is_fixed(districts, office):
    training_class = open_class(districts["PD-01"], state="READY", starts_on=date(2026, 2, 10))
    row = enroll(training_class, factory.make_officer(districts["PD-01"]), Way(Source.ASSIGNED, office))
    assert (row.state, row.source) == ("CONFIRMED", "ASSIGNED")


def test_twice_is_refused_and_those_who_left_may_come_back(districts):
    officer = factory.make_officer(districts["PD-01"])
    training_class = open_class(districts["PD-01"])
    row = sign_up(training_class, officer)
    assert refused(lambda: sign_up(training_class, officer)) == "already_in"
    withdraw(row, actor=officer.user)
    assert sign_up(training_class, officer).state == "CONFIRMED"


def test_nobody_hoards_dates_of_one_plan_item(districts):
    officer = factory.make_officer(districts["PD-01"])
    item = make_item(districts["PD"])
    first, second = (open_class(districts["PD-01"], plan_item=item, capacity=1) for _ in range(2))
    make_enrollment(first)
    practice = open_class(districts["PD-01"], plan_item=item, stage="PRACTICE")
    assert sign_up(first, officer).state == "WAITLISTED"
    assert refused(lambda: sign_up(second, officer)) == "other_class"
    assert sign_up(practice, officer).state == "CONFIRMED"
    first.state = "CANCELLED"
    first.save()
    assert sign_up(second, officer).state == "CONFIRMED"


def test_overlaps_are_warnings_that_only_an_office_passes_over(districts, office):
    team = districts["PD-01"]
    officer, ill = factory.make_officer(team), factory.make_officer(team, status="SICK_LEAVE")
    other, wanted = open_class(team), open_class(team)
    make_session(other, begin="10:00", end="11:00")
    make_session(wanted, begin="10:30", end="12:00")
    sign_up(other, officer)
    DutyShift.objects.create(officer=officer, during=during(begin="11:30", end="13:00"))
    assert refused(lambda: sign_up(wanted, officer)) == "clash"
    assert refused(lambda: enroll(wanted, officer, Way(Source.ASSIGNED, office))) == "needs_reason"
    row = enroll(wanted, officer, Way(Source.ASSIGNED, office, "已调班"))
    assert (sorted(row.warnings), row.override_reason) == (["DUTY_SHIFT", "OTHER_CLASS"], "已调班")
    assert enroll(wanted, ill, Way(Source.ASSIGNED, office, "已康复")).warnings == ["AWAY"]


def test_touching_is_no_overlap(districts):
    officer = factory.make_officer(districts["PD-01"])
    other, wanted = open_class(districts["PD-01"]), open_class(districts["PD-01"])
    make_session(other, begin="08:30", end="10:00")
    make_session(wanted, begin="10:00", end="12:00")
    make_session(wanted, date(2026, 3, 3), "08:30", "10:00", is_cancelled=True)
    DutyShift.objects.create(officer=officer, during=during(date(2026, 3, 3), "08:30", "10:00"))
    sign_up(other, officer)
    assert sign_up(wanted, officer).warnings == []


def test_quotas_are_of_the_nearest_unit_and_the_rest_is_shared(districts, city):
    training_class = open_class(city, capacity=4)
    for code, seats in (("PD", 2), ("PD-01", 1)):
        training_class.quotas.create(unit=districts[code], seats=seats)
    own = [factory.make_officer(districts["PD-01"]) for _ in range(2)]
    beside = [factory.make_officer(districts["PD-02"]) for _ in range(3)]
    others = [factory.make_officer(districts["XH-01"]) for _ in range(2)]
    for officer in [*own, *beside, *others]:
        sign_up(training_class, officer)
    assert states(training_class) == [
        "CONFIRMED", "WAITLISTED", "CONFIRMED", "CONFIRMED", "WAITLISTED", "CONFIRMED", "WAITLISTED",
    ]  # fmt: skip
    row = training_class.enrollments.get(officer=others[0])
    withdraw(row, actor=others[0].user)
    assert [one.officer for one in promote(training_class)] == [others[1]]


def test_where_all_seats_are_given_to_others(districts, city):
    training_class = open_class(city, capacity=2)
    training_class.quotas.create(unit=districts["PD"], seats=2)
    officer = factory.make_officer(districts["XH-01"])
    assert refused(lambda: sign_up(training_class, officer)) == "no_quota"


def test_a_unit_nominates_within_its_quota_and_the_office_decides(districts, city, office):
    training_class = make_class(city, capacity=3)
    training_class.quotas.create(unit=districts["PD"], seats=2)
    people = [factory.make_officer(districts["PD-01"]) for _ in range(3)]
    answers = enroll_many(training_class, people, Way(Source.NOMINATED, office))
    assert [answer.refusal and answer.refusal.code for answer in answers] == [None, None, "quota_full"]
    first, second = (answer.enrollment for answer in answers[:2])
    approve_many(training_class, [first.pk], actor=office)
    reject_many(training_class, [second.pk], actor=office, reason="超出对象范围")
    assert states(training_class) == ["CONFIRMED", "REJECTED"]
    assert enroll(training_class, people[2], Way(Source.NOMINATED, office)).state == "PENDING"
    assert refused(lambda: reject_many(training_class, [first.pk], actor=office, reason="x")) == "nobody"
    told = Delivery.objects.values_list("user__officer", flat=True)
    assert sorted(told) == sorted([people[0].pk, people[1].pk])


def test_asking_holds_no_seat_and_approval_may_lead_to_the_queue(districts, office):
    team = districts["PD-01"]
    training_class = open_class(team, capacity=1, needs_approval=True)
    rows = [sign_up(training_class, factory.make_officer(team)) for _ in range(2)]
    assert states(training_class) == ["PENDING", "PENDING"]
    approve_many(training_class, [row.pk for row in reversed(rows)], actor=office)
    assert states(training_class) == ["CONFIRMED", "WAITLISTED"]


def test_after_enrolment_only_the_office_takes_out_and_says_why(districts, office):
    officer = factory.make_officer(districts["PD-01"])
    training_class = open_class(districts["PD-01"])
    row = sign_up(training_class, officer)
    training_class.state = "READY"
    training_class.save()
    assert refused(lambda: withdraw(row, actor=officer.user)) == "closed"
    assert refused(lambda: withdraw_many(training_class, [row.pk], actor=office, reason=" ")) == "no_reason"
    withdraw_many(training_class, [row.pk], actor=office, reason="借调")
    assert AuditEvent.objects.filter(action="training.withdraw", detail__reason="借调").count() == 1


def test_more_seats_are_for_those_who_wait(districts, office):
    training_class = make_class(districts["PD-01"], capacity=1)
    make_enrollment(training_class, decided_at=timezone.now())
    row = make_enrollment(training_class, state="WAITLISTED", waitlisted_at=timezone.now())
    training_class.capacity = 2
    change_class(training_class, ["capacity"], actor=office)
    run_job(Job.objects.get(kind="training.promote").pk)
    row.refresh_from_db()
    assert row.state == "CONFIRMED"


def test_a_guest_takes_a_seat_and_is_told_nothing(districts, office):
    training_class = make_class(districts["PD-01"], capacity=1)
    guest = Guest.objects.create(name="王某", affiliation="某街道")
    row = enroll_many(training_class, [guest, guest], Way(Source.ASSIGNED, office))
    assert row[0].enrollment.state == "CONFIRMED"
    assert row[1].refusal.code == "already_in"
    assert not Delivery.objects.exists()


def test_nobody_is_promoted_into_a_class_that_has_begun(districts):
    training_class = open_class(districts["PD-01"], capacity=1)
    make_enrollment(training_class, state="WAITLISTED", waitlisted_at=timezone.now())
    with time_machine.travel(datetime(2026, 3, 2, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai"))):
        assert promote(training_class) == []
    assert len(promote(training_class)) == 1


def test_eleven_cost_what_one_does(districts, office):
    team = districts["PD-01"]
    training_class = make_class(team)
    people = [factory.make_officer(team) for _ in range(12)]

    def cost(chosen):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            enroll_many(training_class, chosen, Way(Source.ASSIGNED, office))
        return len(queries)

    assert cost(people[1:]) == cost(people[:1]) < 30
