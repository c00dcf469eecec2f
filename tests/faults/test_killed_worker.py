"""Workers killed as a whole, and a broker that takes them for dead: another one does the job, once."""

import pytest
from django.core.management import call_command

from tests.faults.conftest import kill, state_of, wait_until

pytestmark = pytest.mark.slow


def test_killed_worker_leaves_its_job_to_the_next(worker, job_of):
    job = job_of("faults.slow", seconds=4)
    first = worker()
    assert wait_until(lambda: state_of(job) == "RUNNING" and job.done >= 3)
    kill(first)
    assert wait_until(type(job).objects.abandoned().exists)
    call_command("relay_outbox")
    worker()
    assert wait_until(lambda: state_of(job) == "DONE")
    assert (job.done, job.attempts) == (10, 2)
    assert job.words() == ["run", "run", "end"]


def test_beat_brings_a_killed_workers_job_back_within_a_minute(worker, start, job_of, tmp_path):
    job = job_of("faults.slow", seconds=4)
    first = worker()
    start("beat", "--schedule", str(tmp_path / "schedule"), "--pidfile=")
    assert wait_until(lambda: state_of(job) == "RUNNING" and job.done >= 3)
    kill(first)
    worker()
    assert wait_until(lambda: state_of(job) == "DONE", 60)
    assert job.words() == ["run", "run", "end"]


def test_message_delivered_again_while_the_job_runs(worker, job_of, broker):
    job = job_of("faults.slow", seconds=8)
    workers = [worker(WORKER_VISIBILITY="2") for _ in range(2)]
    assert wait_until(lambda: state_of(job) == "DONE", 30)
    assert job.words() == ["run", "end"]
    assert job.attempts == 1
    received = sum(process.log.read_text().count("received") for process in workers)
    assert received > 1, "the broker never delivered it twice: the test shows nothing"
