from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from courses.learning.coverage import length
from courses.learning.models import CourseProgress, LearningLease, WatchSpan
from courses.learning.services.answering import answer_question
from courses.learning.services.reading import begin_course, finish_lesson, open_lesson
from courses.learning.services.watching import open_lease
from lms.ledger.models import Entry
from tests import factory
from tests.courses.learning.films import Player, freeze, make_film_course

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
WHOLE = (0, 720)


@pytest.fixture
def film(access, rules):
    return make_film_course()


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def seconds(watched) -> float:
    return length(watched.covered) / 1000


def test_a_film_watched_to_the_end_posts_by_r05(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=12))
    watched = player.send(WHOLE)
    assert watched.progress.completed_at == MORNING + timedelta(minutes=12)
    entry = Entry.objects.get()
    assert (entry.hours, entry.credits, entry.evidence) == (
        Decimal("0.25"), Decimal("0.1"), watched.progress.evidence_key,
    )  # fmt: skip


def test_the_same_message_three_times_counts_once(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=5))
    assert seconds(player.send((0, 100))) == 100
    assert seconds(player.again()) == seconds(player.again()) == 100
    assert WatchSpan.objects.count() == 1


def test_a_message_of_too_much_sent_again_later_does_not_grow(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(seconds=40))
    assert seconds(player.send((0, 100))) == 40
    clock.shift(timedelta(minutes=5))
    assert seconds(player.again()) == 40


def test_watching_again_adds_nothing_and_costs_nothing(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(seconds=100))
    player.send((0, 100))
    assert seconds(player.send((0, 100))) == 100
    clock.shift(timedelta(seconds=50))
    assert seconds(player.send((50, 150))) == 150


def test_no_second_counts_before_it_has_passed(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(seconds=60))
    watched = player.send(WHOLE)
    assert seconds(watched) == 60
    assert (watched.doubted, watched.reasons) == ([(60_000, 720_000)], {"AHEAD"})
    assert Entry.objects.count() == 0


def test_the_last_tenth_skipped_adds_nothing(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=12))
    player.send((0, 648), (719, 720))
    assert (Entry.objects.count(), CourseProgress.objects.get().completed_at) == (0, None)


def test_spans_played_offline_count_when_they_arrive(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=4))
    player.send((0, 240))
    clock.shift(timedelta(minutes=7))
    assert seconds(player.send((240, 660))) == 660


def test_more_than_the_rule_keeps_is_in_doubt(access, rules, officer, clock):
    film = make_film_course(seconds=(5 * 3600,))
    player = Player(officer, film)
    clock.shift(timedelta(hours=5))
    watched = player.send((0, 5 * 3600))
    assert seconds(watched) == 4 * 3600
    assert watched.reasons == {"AHEAD"}


def test_faster_than_the_rule_is_in_doubt(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=12))
    watched = player.send(WHOLE, rate=1.5)
    assert (seconds(watched), watched.reasons) == (0, {"SPEED"})


def test_two_devices_never_count_double(film, officer, clock):
    phone = Player(officer, film)
    clock.shift(timedelta(seconds=100))
    desk = Player(officer, film)
    clock.shift(timedelta(seconds=100))
    late = phone.send((0, 200))
    assert (late.is_superseded, seconds(late), late.reasons) == (True, 100, {"SUPERSEDED"})
    assert seconds(desk.send((400, 600))) == 200
    assert LearningLease.objects.filter(ended_at=None).count() == 1


def test_a_second_page_has_to_take_over(film, officer, clock):
    player = Player(officer, film)
    with pytest.raises(ValidationError) as refusal:
        Player(officer, film, take=False)
    assert refusal.value.code == "busy"
    same = open_lease(player.progress, tab=player.lease.tab, device="手机", take=False)
    clock.shift(timedelta(seconds=121))
    assert Player(officer, film, take=False).lease.pk > same.pk


def test_a_text_read_meanwhile_does_not_count_twice(film, officer, clock):
    lessons = [*film.lessons, {"title": "读", "html": "", "seconds": 600}]
    player = Player(officer, freeze(film.course, lessons))
    clock.shift(timedelta(seconds=60))
    open_lesson(player.progress, 2)
    clock.shift(timedelta(minutes=10))
    assert seconds(player.send((0, 660))) == 60
    assert finish_lesson(player.progress, 2).completed_at is None


def test_a_film_opened_stops_the_clock_of_a_text(film, officer, clock):
    lessons = [*film.lessons, {"title": "读", "html": "", "seconds": 600}]
    version = freeze(film.course, lessons)
    open_lesson(begin_course(officer, version), 2)
    player = Player(officer, version)
    clock.shift(timedelta(minutes=10))
    assert seconds(player.send((0, 600))) == 600
    with pytest.raises(ValidationError) as refusal:
        finish_lesson(player.progress, 2)
    assert refusal.value.code == "too_early"


def test_a_film_is_not_finished_by_saying_so(film, officer, clock):
    player = Player(officer, film)
    open_lesson(player.progress, 1)
    clock.shift(timedelta(hours=1))
    with pytest.raises(ValidationError) as refusal:
        finish_lesson(player.progress, 1)
    assert refusal.value.code == "not_text"


QUESTIONS = [
    {"at": 30, "stem": "甲？", "options": ["对", "错"], "answer": 0, "explain": "因为"},
    {"at": 60, "stem": "乙？", "options": ["对", "错"], "answer": 1},
]


def test_questions_have_to_be_answered_and_every_try_is_kept(access, rules, officer, clock):
    player = Player(officer, make_film_course(questions=QUESTIONS))
    clock.shift(timedelta(minutes=12))
    assert player.send(WHOLE).progress.completed_at is None
    tries = [(0, 1), (1, 1), (0, 0)]
    marked = [answer_question(player.progress, 1, question, chosen) for question, chosen in tries]
    assert [one.is_right for one in marked] == [False, True, True]
    assert [one.progress.completed_at is None for one in marked] == [True, True, False]
    assert player.progress.answers.count() == 3


@pytest.mark.parametrize(
    ("question", "chosen", "error"), [(2, 0, CourseProgress.DoesNotExist), (0, 2, ValidationError)]
)
@pytest.mark.usefixtures("access", "rules", "clock")
def test_no_such_question_or_option(officer, question, chosen, error):
    player = Player(officer, make_film_course(questions=QUESTIONS))
    with pytest.raises(error):
        answer_question(player.progress, 1, question, chosen)


def test_somebody_elses_lease_is_not_there(film, officer, districts, clock):
    player = Player(officer, film)
    player.user = factory.make_officer(districts["PD-01"]).user
    with pytest.raises(LearningLease.DoesNotExist):
        player.send(WHOLE)


def test_after_completion_nothing_is_added(film, officer, clock):
    player = Player(officer, film)
    clock.shift(timedelta(minutes=12))
    player.send(WHOLE)
    clock.shift(timedelta(minutes=12))
    player.send(WHOLE, message=uuid4())
    assert (Entry.objects.count(), WatchSpan.objects.count()) == (1, 1)
