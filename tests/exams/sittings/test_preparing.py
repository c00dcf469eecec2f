"""Preparing as a job: refused, stopped, run again."""

import pytest
from django.core.exceptions import ValidationError

from exams.papers.models import Paper
from exams.sittings import tasks
from exams.sittings.models import Attempt
from exams.sittings.services.ordering import order_preparing, order_regrading
from lms.jobs.models import Job
from lms.jobs.running import run_job
from tests import factory
from tests.exams.sittings.factory import make_candidate, make_exam
from tests.exams.sittings.office import make_draft, plan_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def sitting(districts):
    return plan_sitting(make_exam(districts["PD"], kinds=("single",), each=2))


def test_a_draft_and_an_empty_list_are_refused(districts, sitting):
    actor = factory.make_user()
    with pytest.raises(ValidationError) as caught:
        order_preparing(sitting.exam, actor=actor)
    assert caught.value.code == "nobody"
    draft = make_draft(districts["PD"], code="E2")
    make_candidate(plan_sitting(draft))
    with pytest.raises(ValidationError) as caught:
        order_preparing(draft, actor=actor)
    assert caught.value.code == "not_published"


def test_a_second_run_makes_only_what_late_additions_need(sitting):
    actor = factory.make_user()
    for _ in range(3):
        make_candidate(sitting)
    make_candidate(sitting, state="DEFERRED")
    job = order_preparing(sitting.exam, actor=actor)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 3, 3)
    papers = set(Paper.objects.values_list("pk", flat=True))
    make_candidate(sitting)
    run_job(order_preparing(sitting.exam, actor=actor).pk)
    assert Attempt.objects.count() == 4
    assert papers < set(Paper.objects.values_list("pk", flat=True))
    assert all(paper.is_checked and paper.opens_at == sitting.opens_at for paper in Paper.objects.all())


def test_pressed_twice_it_is_one_job(sitting):
    make_candidate(sitting)
    actor = factory.make_user()
    assert order_preparing(sitting.exam, actor=actor) == order_preparing(sitting.exam, actor=actor)


def test_a_pause_is_heard_between_chunks(sitting, monkeypatch):
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    for _ in range(5):
        make_candidate(sitting)
    job = order_preparing(sitting.exam, actor=factory.make_user())
    monkeypatch.setattr("lms.jobs.running.Running.should_stop", lambda self: self.done >= 2)
    run_job(job.pk)
    assert Attempt.objects.count() == 2


def test_regrading_needs_a_correction_in_force(sitting):
    with pytest.raises(ValidationError) as caught:
        order_regrading(sitting.exam, actor=factory.make_user())
    assert caught.value.code == "no_correction"
