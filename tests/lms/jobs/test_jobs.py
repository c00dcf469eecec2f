"""What a job does in one process; tests/faults kills real workers."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from lms.jobs.models import Job, Outbox
from lms.jobs.outbox import owe_again, send_unsent
from lms.jobs.registry import register
from lms.jobs.running import run_job
from lms.jobs.services import cancel, enqueue, pause, resume
from lms.notices.models import Delivery
from tests import factory

pytestmark = pytest.mark.django_db
seen: list[int] = []


@register("test.count", "数数")
def count(job):
    for number in range(job.params["to"]):
        job.flush()
        if job.should_stop():
            return
        seen.append(number)
        job.advance(held={"what": "第3项", "why": "不合格"} if number == 3 else None)
        job.log(f"第{number}项")
        if number == job.params.get("break_at"):
            raise RuntimeError(number)
        if number == job.params.get("refuse_at"):
            raise ValidationError("不能办理。", code="refused")
    job.result({"合计": job.params["to"]}, link="/done/")


@pytest.fixture(autouse=True)
def forget():
    seen.clear()


@pytest.fixture
def queue(districts):
    def queue(key="", **params) -> Job:
        actor = factory.make_user()
        return enqueue(
            "test.count", actor=actor, unit=districts["PD"], title="数数", params={"to": 5} | params, key=key
        )

    return queue


def carry_out(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_done_with_counts_lines_result_and_a_notice(queue):
    job = carry_out(queue())
    assert (job.state, job.done, job.held, job.attempts) == ("DONE", 5, 1, 1)
    assert job.result == {"合计": 5}
    assert job.result_link == "/done/"
    assert list(job.lines.exclude(what="").values_list("what", "text")) == [("第3项", "不合格")]
    assert job.lines.filter(what="").count() == 5
    assert Delivery.objects.get(user=job.actor).notice.link == job.page


def test_second_run_of_a_done_job_does_nothing(queue):
    job = carry_out(queue())
    carry_out(job)
    assert len(seen) == 5


def test_unknown_kind_is_not_taken(districts):
    with pytest.raises(LookupError):
        enqueue("test.unknown", actor=factory.make_user(), unit=districts["PD"], title="?", params={})


def test_open_key_leads_to_the_open_job(queue):
    first = queue(key="a")
    assert queue(key="a") == first
    assert Outbox.objects.count() == 1
    carry_out(first)
    assert queue(key="a") != first


def test_unforeseen_error_is_tried_three_times_then_a_human_is_called(queue):
    job = queue(break_at=2)
    for attempt in (1, 2):
        assert (carry_out(job).state, job.attempts) == ("QUEUED", attempt)
    assert carry_out(job).state == "NEEDS_HUMAN"
    assert carry_out(job).attempts == 3
    assert len(seen) == 9
    assert Delivery.objects.filter(user=job.actor).count() == 1


def test_refusal_is_final_and_says_why(queue):
    job = carry_out(queue(refuse_at=0))
    assert (job.state, job.failure) == ("FAILED", "不能办理。")


def test_failed_job_can_be_tried_again(queue):
    job = carry_out(queue(refuse_at=0))
    resume(job, job.actor)
    Job.objects.filter(pk=job.pk).update(params={"to": 2})
    assert carry_out(job).state == "DONE"


def test_not_again_while_the_same_runs_anew(queue):
    failed = carry_out(queue(key="a", refuse_at=0))
    queue(key="a")
    with pytest.raises(ValidationError) as refusal:
        resume(failed, failed.actor)
    assert refusal.value.code == "already_open"


def test_pause_between_two_items_and_go_on(queue, monkeypatch):
    job = queue()
    monkeypatch.setitem(count.__globals__, "seen", Pausing(job))
    assert carry_out(job).state == "PAUSED"
    assert job.done == 2
    resume(job, job.actor)
    assert carry_out(job).state == "DONE"
    assert (job.done, job.held, job.attempts) == (5, 1, 1)


class Pausing(list):
    def __init__(self, job):
        super().__init__()
        self.job = job

    def append(self, number):
        super().append(number)
        if len(self) == 2:
            pause(self.job, self.job.actor)


def test_cancel_before_the_start(queue):
    job = queue()
    cancel(job, job.actor)
    assert carry_out(job).state == "CANCELLED"
    assert seen == []
    with pytest.raises(ValidationError) as refusal:
        pause(job, job.actor)
    assert refusal.value.code == "wrong_state"


def test_dead_workers_job_is_owed_again_and_only_once(queue):
    job = queue()
    Outbox.objects.all().delete()
    Job.objects.filter(pk=job.pk).update(state="RUNNING")
    assert owe_again() == 1
    assert owe_again() == 0


def test_broker_away_keeps_the_message(queue, monkeypatch):
    queue()
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: False)
    assert send_unsent() == 0
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)
    assert send_unsent() == 1
    assert send_unsent() == 0


def test_forgotten_message_is_sent_again(queue):
    queue()
    Outbox.objects.update(created_at="2026-01-01T00:00Z", sent_at="2026-01-01T00:00Z")
    assert owe_again() == 1


def test_sent_messages_of_finished_jobs_are_pruned(queue, settings):
    over, still_open, fresh, unsent = carry_out(queue()), queue(), carry_out(queue()), carry_out(queue())
    Outbox.objects.update(sent_at=timezone.now() - timedelta(days=settings.OUTBOX_KEPT_DAYS + 1))
    Outbox.objects.filter(job=fresh).update(sent_at=timezone.now())
    Outbox.objects.filter(job=unsent).update(sent_at=None)
    call_command("prune_outbox", stdout=StringIO())
    assert set(Outbox.objects.values_list("job", flat=True)) == {still_open.pk, fresh.pk, unsent.pk}
    assert Job.objects.filter(pk=over.pk).exists()
