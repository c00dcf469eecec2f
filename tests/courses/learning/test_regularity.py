"""A program that plays lesson after lesson is doubted; people who hurry are not."""

from datetime import datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
import time_machine

from courses.learning.models import CourseProgress, WatchSpan
from courses.learning.services.review import release_span
from lms.people.access import Role
from lms.rules.models import RuleVersion
from tests import factory
from tests.courses.learning.films import Player, make_film_course

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LESSONS, SECONDS = 5, 60


@pytest.fixture
def player(access, rules, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        player = Player(officer, make_film_course(seconds=(SECONDS,) * (LESSONS + 1)))
        player.clock = clock
        yield player


def ask(lessons):
    version = RuleVersion.objects.get(rule__code="R06")
    next(item for item in version.formula["items"] if item["key"] == "regular_lessons")["value"] = str(lessons)
    version.pk, version.number, version.effective_from = None, 2, MORNING.date()
    version.save()


def watch(player, lessons, pauses):
    for position, pause in zip(lessons, pauses, strict=False):
        player.clock.shift(timedelta(seconds=SECONDS + pause))
        watched = player.send((0, SECONDS), position=position)
    return watched


def held() -> list[tuple[int, str]]:
    return list(WatchSpan.objects.quarantined().values_list("position", "reason"))


def test_the_same_pause_again_and_again_is_held_with_its_reason(player):
    ask(LESSONS)
    watched = watch(player, range(1, LESSONS + 2), cycle([3, 3.4]))
    assert held() == [(LESSONS + 1, "REGULAR")]
    assert (watched.is_finished, watched.reasons, watched.covered) == (False, {"REGULAR"}, [])


@pytest.mark.parametrize("is_released", [True, False])
def test_held_time_can_be_counted_or_watched_again(player, districts, is_released):
    ask(LESSONS)
    watch(player, range(1, LESSONS + 2), cycle([3]))
    player.clock.shift(timedelta(minutes=20))
    if is_released:
        office = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
        release_span(WatchSpan.objects.quarantined().get(), actor=office, reason="当面核实")
    else:
        player.send((0, SECONDS), position=LESSONS + 1)
    assert CourseProgress.objects.get().completed_at


@pytest.mark.parametrize("pauses", [[3, 3, 3, 8, 3, 3], [3, 4.1, 3, 4.2, 3, 4]])
def test_a_hand_is_not_that_regular(player, pauses):
    ask(LESSONS)
    watch(player, range(1, LESSONS + 2), pauses)
    assert (held(), CourseProgress.objects.get().completed_at is None) == ([], False)


def test_what_arrives_together_says_nothing(player):
    """Watched without a network, all of one length, reported at once."""
    ask(LESSONS)
    player.clock.shift(timedelta(seconds=SECONDS * 10))
    for position in range(1, LESSONS + 2):
        player.send((0, SECONDS), position=position)
    assert held() == []


@pytest.mark.parametrize("lessons", [0, LESSONS + 1])
def test_the_rule_says_how_many(player, lessons):
    ask(lessons)
    watch(player, range(1, LESSONS + 2), cycle([3]))
    assert held() == []
