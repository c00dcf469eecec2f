"""Many messages of one officer at once: the lease's row is the queue."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from courses.learning.coverage import length
from courses.learning.models import LearningLease, WatchSpan
from courses.learning.services.watching import watched_lesson
from lms.ledger.models import Entry
from tests.concurrency.race import race
from tests.courses.learning.films import Player, make_film_course

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
WIDTH = 10


@pytest.fixture
def film(access, rules):
    return make_film_course()


def test_ten_different_messages_share_one_budget(film, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        player = Player(officer, film)
        clock.shift(timedelta(seconds=100))
        results = race(WIDTH, lambda number: player.send((number * 60, number * 60 + 60)))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert length(watched_lesson(player.progress, 1).covered) == 100_000


def test_one_message_ten_times_at_once(film, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        player = Player(officer, film)
        clock.shift(timedelta(minutes=12))
        race(WIDTH, lambda number: player.send((0, 720), message=player.lease.key))
    assert (WatchSpan.objects.count(), Entry.objects.count()) == (1, 1)


def test_ten_pages_opened_at_once_leave_one_lease(film, officer):
    results = race(WIDTH, lambda number: Player(officer, film))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert LearningLease.objects.filter(ended_at=None).count() == 1


def test_completing_and_taking_over_at_once_never_deadlock(film, officer):
    """Rows that refer to the officer and the progress are inserted while others hold those."""
    with time_machine.travel(MORNING, tick=False) as clock:
        players = [Player(officer, film)]
        for _ in range(3):
            clock.shift(timedelta(minutes=3))
            players.append(Player(officer, film))
        clock.shift(timedelta(minutes=3))
        acts = [
            lambda at=at, player=player: player.send((at * 180, at * 180 + 180)) for at, player in enumerate(players)
        ]
        acts += [lambda: Player(officer, film)] * 4
        results = race(len(acts), lambda number: acts[number]())
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Entry.objects.count() == 1
