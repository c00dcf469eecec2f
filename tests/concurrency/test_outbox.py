"""Relays and callers that come at the same time."""

import time
from collections import Counter

import pytest

from lms.jobs.models import Job, Outbox
from lms.jobs.outbox import send_unsent
from lms.jobs.registry import register
from lms.jobs.services import enqueue
from tests import factory
from tests.concurrency.race import race

pytestmark = pytest.mark.django_db(transaction=True)


@register("race.nothing")
def nothing(job):
    pass


@pytest.fixture
def published(monkeypatch):
    """What reached the broker, once it may: slowly, so that relays meet."""
    jobs = []

    def publish(job_id: int) -> bool:
        time.sleep(0.01)
        jobs.append(job_id)
        return True

    monkeypatch.setattr("lms.jobs.outbox._publish", publish)
    return jobs


@pytest.fixture
def call():
    unit, actor = factory.make_city(), factory.make_user()
    return lambda key="": enqueue("race.nothing", actor=actor, unit=unit, title="x", params={}, key=key)


def test_each_message_is_sent_by_one_relay(published, call):
    for _ in range(20):
        call()
    Outbox.objects.update(sent_at=None)
    published.clear()
    race(4, lambda number: send_unsent())
    assert set(Counter(published).values()) == {1}
    assert len(published) == 20


def test_same_key_from_many_callers_is_one_job(published, call):
    jobs = race(8, lambda number: call("certificates:2026"))
    assert len({job.pk for job in jobs}) == 1
    assert Job.objects.count() == 1
    assert len(published) == 1
