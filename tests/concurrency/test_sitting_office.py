"""The office of an exam under pressure: the last places, the same officer twice, and a worker killed while preparing."""

import os
import signal
from multiprocessing import get_context

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from exams.sittings import tasks
from exams.sittings.models import Attempt, Candidate, PaperSheet
from exams.sittings.services.candidates import add_candidates, nominate
from exams.sittings.services.ordering import order_preparing
from exams.sittings.services.windows import Places, share_places
from lms.jobs.models import Job
from lms.jobs.running import run_job
from tests import factory
from tests.concurrency.race import race
from tests.exams.sittings.factory import make_candidate, make_exam
from tests.exams.sittings.office import plan_sitting

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, PLACES, EACH = 12, 7, 2


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def exam(districts):
    return make_exam(districts["PD"], kinds=("single",), each=2)


def refusals(results) -> list[str]:
    answers = [answer for several in results if isinstance(several, list) for answer in several]
    return [answer.refusal.code for answer in answers if answer.refusal]


def test_twelve_offices_want_the_last_places(exam, districts):
    sitting, actor = plan_sitting(exam, seats=40), factory.make_user()
    share_places(sitting, [Places(districts["PD"], PLACES)], actor=actor)
    officers = [factory.make_officer(districts["PD-01"]) for _ in range(WIDTH * EACH)]
    results = race(WIDTH, lambda at: nominate(sitting, officers[at * EACH : (at + 1) * EACH], actor=actor))
    assert refusals(results) == ["quota_full"] * (WIDTH * EACH - PLACES), results
    assert Candidate.objects.count() == PLACES
    assert len(set(Candidate.objects.values_list("number", flat=True))) == PLACES


def test_twelve_put_people_on_the_last_seats(exam, districts):
    sitting, actor = plan_sitting(exam, seats=PLACES), factory.make_user()
    officers = [factory.make_officer(districts["PD-01"]) for _ in range(WIDTH * EACH)]
    results = race(WIDTH, lambda at: add_candidates(sitting, officers[at * EACH : (at + 1) * EACH], actor=actor))
    assert refusals(results) == ["full"] * (WIDTH * EACH - PLACES), results
    assert Candidate.objects.count() == PLACES


def test_one_officer_is_put_into_twelve_windows_at_once(exam, districts):
    sittings, actor = [plan_sitting(exam) for _ in range(WIDTH)], factory.make_user()
    officer = factory.make_officer(districts["PD-01"])
    results = race(WIDTH, lambda at: add_candidates(sittings[at], [officer], actor=actor))
    assert refusals(results) == ["already_in"] * (WIDTH - 1), results
    assert Candidate.objects.get().officer == officer


def _die_in_the_second_chunk(job_id: int) -> None:
    """In a process of its own, on a connection of its own."""
    connection.close()
    whole, chunks = tasks.prepare, []

    def prepare(exam, candidates):
        chunks.append(candidates)
        made = whole(exam, candidates)
        if len(chunks) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return made

    tasks.prepare, tasks.AT_ONCE = prepare, 3
    run_job(job_id)


def test_killed_in_the_middle_and_run_again_each_has_one_attempt(exam):
    sitting = plan_sitting(exam)
    for _ in range(11):
        make_candidate(sitting)
    job = order_preparing(exam, actor=factory.make_user())
    connection.close()
    worker = get_context("fork").Process(target=_die_in_the_second_chunk, args=(job.pk,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert 0 < Attempt.objects.count() < 11
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert sorted(Attempt.objects.values_list("candidate", flat=True)) == sorted(
        Candidate.objects.values_list("pk", flat=True)
    )
    assert PaperSheet.objects.count() == 11


def test_two_jobs_side_by_side_give_each_one_attempt(exam):
    """What a lost lease may lead to: nobody gets two papers, and neither run fails."""
    sitting = plan_sitting(exam)
    candidates = [make_candidate(sitting) for _ in range(8)]
    results = race(2, lambda at: tasks.prepare(exam, candidates))
    assert not [one for one in results if isinstance(one, ValidationError)]
    assert Attempt.objects.count() == 8
