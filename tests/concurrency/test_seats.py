"""Officers who press 报名 in the same moment, some of them while others leave."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from courses.training.invariants import INVARIANTS
from courses.training.models import Enrollment, PlanItem, TrainingClass, TrainingPlan
from courses.training.services.enrollment import Source, Way, enroll, withdraw
from courses.training.services.waitlist import promote
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.notices.models import Delivery
from tests import factory
from tests.concurrency.race import race
from tests.courses.training.factory import make_class

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, EACH = 20, 10
repeated = pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.slow)])


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def team(districts):
    return districts["PD-01"]


def open_class(team, **fields) -> TrainingClass:
    soon = timezone.localdate() + timedelta(days=30)
    return make_class(team, starts_on=soon, is_self_enrolled=True, **fields)


def sign_up(training_class, officer) -> Enrollment:
    return enroll(training_class, officer, Way(Source.SELF, officer.user))


def sign_up_all(training_class, officers) -> list:
    """Each thread brings ten people, one after the other."""

    def act(number):
        return [sign_up(training_class, one) for one in officers[number * EACH : (number + 1) * EACH]]

    return race(WIDTH, act)


def states(training_class) -> list[str]:
    return list(training_class.enrollments.order_by("pk").values_list("state", flat=True))


def in_order(training_class) -> bool:
    """The order of the lock is that of the rows and of the queue."""
    waiting = list(training_class.enrollments.waiting().values_list("pk", flat=True))
    return waiting == sorted(waiting)


def all_hold() -> bool:
    return [invariant.__name__ for invariant in INVARIANTS if invariant()] == []


@repeated
def test_two_hundred_for_forty_seats(team, times):
    officers = [factory.make_officer(team) for _ in range(WIDTH * EACH)]
    for _ in range(times):
        training_class = open_class(team, capacity=40)
        results = sign_up_all(training_class, officers)
        assert [result for result in results if isinstance(result, Exception)] == []
        assert states(training_class) == ["CONFIRMED"] * 40 + ["WAITLISTED"] * 160
        assert in_order(training_class)
        assert all_hold()


def test_audit_invariants_after_the_rush(access, rules, team, capsys):
    training_class = open_class(team, capacity=40)
    sign_up_all(training_class, [factory.make_officer(team) for _ in range(WIDTH * EACH)])
    call_command("audit_invariants", "--json")
    assert json.loads(capsys.readouterr().out)["broken"] == []


def test_power_without_the_lock_there_are_too_many(team, monkeypatch):
    def look(training_class):
        return TrainingClass.objects.select_related("unit").get(pk=training_class.pk)

    monkeypatch.setattr("courses.training.services.enrollment.lock_class", look)
    officers = [factory.make_officer(team) for _ in range(WIDTH * EACH)]
    for _ in range(10):
        training_class = open_class(team, capacity=40)
        sign_up_all(training_class, officers)
        if states(training_class).count("CONFIRMED") > 40:
            break
    assert states(training_class).count("CONFIRMED") > 40
    assert not all_hold()


@repeated
def test_the_last_seat(team, times):
    officers = [factory.make_officer(team) for _ in range(12)]
    for _ in range(times):
        training_class = open_class(team, capacity=1)
        race(12, lambda number, one=training_class: sign_up(one, officers[number]))
        assert states(training_class) == ["CONFIRMED"] + ["WAITLISTED"] * 11
        assert all_hold()


@repeated
def test_leaving_against_promotion_against_coming(team, times):
    """Five leave, five come, and every freed seat's job runs at once: the first five of the queue are seated, once each."""
    seated, queued, late = ([factory.make_officer(team) for _ in range(count)] for count in (5, 8, 5))
    for _ in range(times):
        training_class = open_class(team, capacity=5)
        rows = [sign_up(training_class, officer) for officer in [*seated, *queued]]

        def act(number, training_class=training_class, rows=rows):
            if number < 5:
                withdraw(rows[number], actor=seated[number].user)
                for job in Job.objects.filter(params__training_class=training_class.pk):
                    run_job(job.pk)
            elif number < 10:
                sign_up(training_class, late[number - 5])
            else:
                promote(training_class)

        results = race(14, act)
        assert [result for result in results if isinstance(result, Exception)] == []
        for job in Job.objects.filter(params__training_class=training_class.pk):
            run_job(job.pk)
        promoted = [row for row in training_class.enrollments.order_by("pk") if row.state == "CONFIRMED"]
        assert [row.officer_id for row in promoted] == [officer.pk for officer in queued[:5]]
        assert len(Job.objects.filter(params__training_class=training_class.pk)) == 5
        keys = [f"training.promote:{row.pk}" for row in promoted]
        assert Delivery.objects.filter(once_key__in=keys).count() == 5
        assert Delivery.objects.filter(once_key__startswith="training.promote:").count() % 5 == 0
        assert all_hold()


@repeated
def test_one_officer_two_classes_of_one_item(team, times):
    plan = TrainingPlan.objects.create(unit=team, year=2026, title="计划", made_by=factory.make_user())
    item = PlanItem.objects.create(plan=plan, number=1, title="项目", audience="全员", seats=40, days=5)
    officer = factory.make_officer(team)
    for _ in range(times):
        classes = [open_class(team, plan_item=item) for _ in range(6)]
        results = race(6, lambda number, classes=classes: sign_up(classes[number], officer))
        refused = [result for result in results if isinstance(result, ValidationError)]
        assert (len(refused), {refusal.code for refusal in refused}) == (5, {"other_class"})
        assert all_hold()
        for row in officer.enrollments.filter(state="CONFIRMED"):
            withdraw(row, actor=officer.user)
