"""One attempt, several hands: devices, tabs, the sweeper, and a lock that outlives the deadline."""

import json
import time
from datetime import timedelta
from functools import partial
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from exams.sittings.models import Answer, AnswerEvent, Attempt, Receipt
from exams.sittings.saving import SAVE, Kind, save
from exams.sittings.services.starting import lock_attempt, start_attempt, take_over
from exams.sittings.services.submitting import submit, sweep
from tests.concurrency.race import race
from tests.exams.sittings.factory import make_attempt, make_exam, make_open_attempt, make_sitting

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 12
repeated = pytest.mark.parametrize("times", [10, pytest.param(200, marks=pytest.mark.slow)])


@pytest.fixture
def sitting(districts):
    return make_sitting(make_exam(districts["PD"]))


@pytest.fixture
def attempt(sitting):
    return make_open_attempt(sitting)


def put(attempt, rev, text, epoch=1, slot=7):
    return save(attempt.pk, epoch, [(slot, rev, json.dumps(text))])


def check_projection(attempt):
    """What counts is the highest revision of what came in time; nothing counts that has no event."""
    best: dict = {}
    for slot, rev, payload in AnswerEvent.objects.filter(attempt=attempt, kind=1).values_list("slot", "rev", "payload"):
        best[slot] = max(best.get(slot, (0, None)), (rev, payload), key=lambda found: found[0])
    kept = Answer.objects.filter(attempt=attempt).values_list("slot", "rev", "payload")
    assert {slot: (rev, payload) for slot, rev, payload in kept} == best


def test_pressed_twelve_times(attempt):
    put(attempt, 1, "a")
    receipts = race(WIDTH, lambda _: submit(attempt))
    assert len({receipt.sha256 for receipt in receipts}) == Receipt.objects.count() == 1


def test_begun_twelve_times(sitting):
    attempt = make_attempt(sitting)
    begun = race(WIDTH, lambda _: start_attempt(attempt))
    assert {(one.epoch, one.started_at) for one in begun} == {(1, Attempt.objects.get().started_at)}


def test_the_same_save_twelve_times(attempt):
    outcomes = race(WIDTH, lambda _: put(attempt, 1, "a"))
    assert {(one.kind, one.items[0].is_stored, one.items[0].differs) for one in outcomes} == {
        (Kind.STORED, True, False)
    }
    assert AnswerEvent.objects.count() == 1


def test_two_tabs_with_one_revision(attempt):
    """One of them is stored; each other is told which, and never that it was stored itself."""
    outcomes = race(WIDTH, lambda number: put(attempt, 1, f"第{number}个标签页"))
    kept = Answer.objects.get().payload
    stored = [number for number, one in enumerate(outcomes) if one.items[0].is_stored]
    assert [kept] == [f"第{number}个标签页" for number in stored]
    assert all(one.items[0].held == kept for one in outcomes if one.items[0].differs)
    assert sum(one.items[0].differs for one in outcomes) == WIDTH - 1


@repeated
def test_submit_against_sweeper_against_save(times, sitting):
    for _ in range(times):
        attempt = make_open_attempt(sitting)
        put(attempt, 1, "a")
        just_now = timezone.now() - timedelta(milliseconds=1)
        Attempt.objects.filter(pk=attempt.pk).update(deadline_at=just_now, grace_seconds=0)
        acts = [partial(submit, attempt), sweep, partial(put, attempt, 2, "b")]
        receipt, _, saved = race(3, lambda number, acts=acts: acts[number]())
        assert saved.kind == Kind.LATE
        assert Receipt.objects.get(attempt=attempt) == receipt
        check_projection(attempt)


@repeated
def test_save_against_submit(times, sitting):
    """Acknowledged means in the receipt; what came after the receipt says so."""
    for _ in range(times):
        attempt = make_open_attempt(sitting)
        acts = [partial(submit, attempt), partial(put, attempt, 1, "a")]
        receipt, saved = race(2, lambda number, acts=acts: acts[number]())
        assert saved.kind in (Kind.STORED, Kind.CLOSED)
        assert receipt.answered == (saved.kind == Kind.STORED)
        check_projection(attempt)


def test_without_the_lock_a_save_would_follow_the_receipt(attempt, monkeypatch):
    """The share lock is what keeps an answer from being acknowledged and left out."""
    monkeypatch.setattr("exams.sittings.saving.SAVE", _slow(keep_lock=False))
    assert _save_during_submit(attempt) == (Kind.STORED, 0)
    monkeypatch.setattr("exams.sittings.saving.SAVE", _slow(keep_lock=True))
    Attempt.objects.update(state="OPEN", finished_at=None, submitted_at=None, how="")
    assert _save_during_submit(attempt, slot=8) == (Kind.STORED, 2)


def _slow(*, keep_lock: bool) -> str:
    """The save, half a second between judging the attempt and writing."""
    text = SAVE.replace("item AS (", "nap AS MATERIALIZED (SELECT pg_sleep(0.5) FROM a), item AS (", 1)
    text = text.replace("FROM a, item WHERE", "FROM a, item, nap WHERE", 1)
    return text if keep_lock else text.replace(" FOR SHARE", "")


def _save_during_submit(attempt, slot=7) -> tuple[Kind, int]:
    found = []

    def work():
        found.append(put(attempt, 1, "a", slot=slot))
        connection.close()

    saver = Thread(target=work)
    saver.start()
    time.sleep(0.2)
    receipt = submit(attempt)
    saver.join()
    return found[0].kind, receipt.answered


def test_a_save_that_waits_across_the_deadline_is_judged_by_when_it_came(attempt):
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() + timedelta(seconds=0.5), grace_seconds=0)
    locked, outcomes = Event(), []

    def hold():
        with transaction.atomic():
            lock_attempt(attempt.pk)
            locked.set()
            time.sleep(1)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    locked.wait()
    begun = time.monotonic()
    outcomes.append(put(attempt, 1, "a"))
    waited = time.monotonic() - begun
    holder.join()
    assert waited > 0.5
    assert outcomes[0].kind == Kind.STORED
    assert put(attempt, 2, "b").kind == Kind.LATE


def test_two_devices_a_hundred_saves(attempt):
    """Only what the device says that took over counts after it did; the other is told each time."""
    newer = take_over(attempt)
    outcomes = race(2, lambda device: [put(attempt, rev, f"{device}:{rev}", epoch=device + 1) for rev in range(1, 51)])
    assert {one.kind for one in outcomes[0]} == {Kind.SUPERSEDED}
    assert {one.kind for one in outcomes[1]} == {Kind.STORED}
    assert Answer.objects.get(attempt=newer).payload == "1:50"
    assert set(AnswerEvent.objects.values_list("epoch", flat=True)) == {2}
