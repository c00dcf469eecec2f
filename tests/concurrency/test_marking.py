"""Two on one script: one winner, a clear refusal for the other, and nothing of either lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from exams.marking.models import Assignment, Mark, MarkEvent, Script
from exams.marking.models.marks import Stage
from exams.marking.services.arbitrating import arbitrate
from exams.marking.services.finals import hold, unmarked
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import CONFLICT, DECIDED, STORED, flag, lines_for
from exams.marking.services.rounds import open_first, open_second
from exams.marking.services.teams import set_team
from tests import factory
from tests.concurrency.race import race
from tests.exams.marking.factory import (
    assignment_of,
    give,
    in_first,
    in_second,
    make_markers,
    mark_all,
    points_for,
    prepared,
    quiet,
    written,
)

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(results):
    return sorted(getattr(one, "kind", None) or getattr(one, "code", None) or repr(one) for one in results)


def test_two_examiners_save_one_script(rules, districts):
    task, markers = in_first(districts["PD"], 1)
    slow = hand_out(task, Assignment.objects.get().marker)
    first = slow.marker
    Assignment.objects.update(locked_until=F("locked_until") - timedelta(hours=1))
    other = next(user for user in markers if user != first)
    taken = hand_out(task, other)
    results = race(2, lambda number: give(slow, first, 20) if number else give(taken, other, 30))
    assert kinds(results) == [CONFLICT, STORED]
    winner = Mark.objects.get()
    lost = next(one for one in results if one.kind == CONFLICT)
    assert lost.mark == winner
    assert lost.differs
    assert sorted(MarkEvent.objects.values_list("kind", flat=True)) == ["REFUSED", "SAVED"]


def test_eight_windows_of_one_marker(rules, districts):
    task, _ = in_first(districts["PD"], 1)
    mine = hand_out(task, Assignment.objects.get().marker)
    give(mine, mine.marker, 10)
    results = race(8, lambda number: give(mine, mine.marker, 20 + number, version=1))
    assert kinds(results) == [CONFLICT] * 7 + [STORED]
    assert Mark.objects.get().version == 2
    assert MarkEvent.objects.count() == 9


def test_next_never_hands_one_script_to_two(rules, districts):
    task, markers = in_first(districts["PD"], 6)
    for user in markers:
        hand_out(task, user)
    Assignment.objects.filter(state="PLANNED").delete()
    idle = markers[0]
    Assignment.objects.exclude(marker=idle).update(locked_until=F("locked_until") - timedelta(hours=1))
    Assignment.objects.filter(marker=idle).delete()
    lapsed = set(Assignment.objects.values_list("pk", flat=True))
    found = race(4, lambda number: hand_out(task, idle))
    assert {one.pk for one in found if isinstance(one, Assignment)} <= lapsed
    assert Assignment.objects.filter(state="OPEN").count() == len(lapsed)


@pytest.mark.parametrize("turn", range(3))
def test_the_chief_against_a_save(turn, rules, districts, access):
    """One let it lapse, the next was in doubt; the first saves after all while the chief decides: never both."""
    task, markers = in_first(districts["PD"], 1)
    slow = hand_out(task, Assignment.objects.get().marker)
    first = slow.marker
    Assignment.objects.update(locked_until=F("locked_until") - timedelta(hours=1))
    other = next(user for user in markers if user != first)
    flag(hand_out(task, other), "看不清", actor=other)
    script = Script.objects.get()
    chief = factory.make_staff("CHIEF_EXAMINER", districts["PD"])
    points = points_for(lines_for(script), 28)

    def act(number):
        if number:
            return arbitrate(script, points, "", revision=script.revision, actor=chief)
        return give(slow, first, 40)

    saved, decided = race(2, act)
    script.refresh_from_db()
    if isinstance(decided, Script):
        assert saved.kind == DECIDED
        assert (script.final, script.marks.count()) == (28, 1)
        assert MarkEvent.objects.filter(kind="REFUSED", total=40).count() == 1
    else:
        assert (saved.kind, decided.code) == (STORED, "moved_on")
        assert (script.final, script.marks.get().total) == (None, 40)


def test_a_save_after_the_chief_is_refused_and_kept(rules, districts, access):
    task, _ = in_second(districts["PD"], 1, total=5)
    second = assignment_of(task.scripts.get(), Stage.SECOND)
    give(hand_out(task, second.marker), second.marker, 50)
    third = assignment_of(second.script, Stage.THIRD)
    give(hand_out(task, third.marker), third.marker, 27)
    script = Script.objects.get()
    chief = factory.make_staff("CHIEF_EXAMINER", districts["PD"])
    points = points_for(lines_for(script), 28)

    def act(number):
        if number:
            return arbitrate(script, points, "", revision=script.revision, actor=chief)
        return give(third, third.marker, 40, version=1)

    saved, decided = race(2, act)
    script.refresh_from_db()
    assert saved.kind == DECIDED
    assert isinstance(decided, Script)
    assert (script.final, script.marks.get(stage=3).total) == (28, 27)
    assert MarkEvent.objects.filter(kind="REFUSED", total=40).count() == 1


def test_two_chiefs_decide_once(rules, districts, access):
    task, _ = in_second(districts["PD"], 1, total=5, mode="2+1")
    second = assignment_of(task.scripts.get(), Stage.SECOND)
    give(hand_out(task, second.marker), second.marker, 50)
    script = Script.objects.get()
    chiefs = [factory.make_staff("CHIEF_EXAMINER", districts["PD"]) for _ in range(2)]
    points = points_for(lines_for(script), 28)
    results = race(2, lambda number: arbitrate(script, points, "", revision=script.revision, actor=chiefs[number]))
    assert sorted(type(one).__name__ for one in results) == ["Script", "ValidationError"]
    assert next(one.code for one in results if isinstance(one, ValidationError)) == "moved_on"
    assert Mark.objects.filter(stage=4).count() == 1


def test_two_scripts_of_one_candidate_decided_at_once_call_the_thirds_once(rules, districts):
    """Near the pass mark: whoever is last sees both, and neither waits for the other for ever."""
    exam = written(
        districts["PD"], 1, cells=(("short_answer", 1, 50), ("case", 1, 50)), answers={1: "甲", 2: {"2": "乙"}}
    )
    markers, tasks = make_markers(districts["PD"]), [quiet(one, near_percent="20") for one in prepared(exam)]
    for task in tasks:
        set_team(task, markers, actor=markers[0])
        open_first(task, actor=markers[0])
        for user in markers:
            mark_all(task, user, task.full * 3 // 5)
        open_second(task, actor=markers[0])
    seconds = [Assignment.objects.select_related("script", "marker").get(script__task=one, stage=2) for one in tasks]
    for task, one in zip(tasks, seconds, strict=True):
        hand_out(task, one.marker)
    race(2, lambda number: give(seconds[number], seconds[number].marker, tasks[number].full * 3 // 5))
    assert Assignment.objects.filter(stage=3).count() == 2
    assert set(exam.scripts.values_list("state", flat=True)) == {"THIRD"}


def test_a_release_and_a_late_mark(rules, districts):
    """Whoever releases holds every attempt: a mark waits, and is there or not, never half."""
    task, _ = in_second(districts["PD"], 1, total=5)
    second = assignment_of(task.scripts.get(), Stage.SECOND)
    opened = hand_out(task, second.marker)

    @transaction.atomic
    def release():
        hold(task.exam)
        return unmarked(task.exam).count(), Mark.objects.filter(stage=2).count()

    def act(number):
        return release() if number else give(opened, second.marker, 5)

    saved, seen = race(2, act)
    assert saved.kind == STORED
    assert seen in {(1, 0), (0, 1)}
