"""Two blind rounds, thirds, undoing, doubts: what each save leads to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.utils import DatabaseError

from exams.marking.invariants import finals_rest_on_marks, points_add_up
from exams.marking.models import Assignment, Mark, MarkEvent, Script
from exams.marking.models.marks import Stage
from exams.marking.services.finals import by_hand, unmarked
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import CONFLICT, DECIDED, STORED, Sent, flag, lines_for, save_mark, undo
from exams.marking.services.rounds import open_first, open_second
from exams.marking.services.teams import set_team
from exams.sittings.models import Outcome
from lms.notices.models import Delivery
from tests import factory
from tests.exams.marking.factory import (
    assignment_of,
    give,
    in_first,
    in_second,
    make_markers,
    mark_all,
    mark_next,
    points_for,
    prepared,
    quiet,
    written,
)

pytestmark = pytest.mark.django_db


def refused(code, act, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        act(*args, **kwargs)
    assert refusal.value.code == code


def second_of(task, total):
    """The second mark of the only script; the script as it is then."""
    assignment = assignment_of(task.scripts.get(), Stage.SECOND)
    opened = hand_out(task, assignment.marker)
    give(opened, assignment.marker, total)
    return task.scripts.get()


def test_two_who_agree_decide(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=30)
    script = second_of(task, "35.5")
    assert (script.final, script.cause, script.state) == (Decimal("32.8"), "AGREED", "FINAL")
    assert by_hand(task.exam) == {script.attempt_id: Decimal("32.8")}


def test_ten_apart_agree_and_more_calls_a_third_who_is_neither(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=30)
    assert second_of(task, 40).state == "FINAL"
    task, markers = in_second(districts["XH"], 1, total=30, exam=written(districts["XH"], 1, code="W2"))
    script = second_of(task, "40.5")
    third = assignment_of(script, Stage.THIRD)
    assert (script.state, script.trigger) == ("THIRD", "DIFFERENCE")
    assert third.marker_id not in script.marks.values_list("marker", flat=True)
    give(hand_out(task, third.marker), third.marker, 38)
    script.refresh_from_db()
    assert (script.final, script.cause) == (Decimal("39.3"), "THIRD"), "the nearest pair: 38 and 40.5"
    assert len(markers) == 3


def test_a_third_apart_from_both_goes_to_the_chief(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=5)
    third = assignment_of(second_of(task, 50), Stage.THIRD)
    give(hand_out(task, third.marker), third.marker, 27)
    assert task.scripts.get().state == "ARBITRATION"


def test_a_team_of_two_has_no_third(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=5, markers=make_markers(districts["PD"], 2))
    assert second_of(task, 50).state == "ARBITRATION"


def test_two_plus_one_has_no_third_either(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=5, mode="2+1")
    assert second_of(task, 50).state == "ARBITRATION"


def test_near_the_pass_mark_somebody_else_looks_again(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=30, near_percent="1")
    script = second_of(task, 30)
    assert (script.state, script.trigger, script.final) == ("THIRD", "NEAR", None)
    third = assignment_of(script, Stage.THIRD)
    give(hand_out(task, third.marker), third.marker, 31)
    assert task.scripts.get().final == Decimal("30.5"), "and it is not called a fourth time"


def test_far_from_it_nobody_does(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=31, near_percent="1")
    assert second_of(task, 31).state == "FINAL"


def test_near_waits_for_everything_of_the_candidate(rules, districts):
    exam = written(districts["PD"], 1, cells=(("short_answer", 2, 50),))
    task, markers = in_second(districts["PD"], exam=exam, total=30, near_percent="1")
    first = next(filter(None, (mark_next(task, user, 30) for user in markers)))
    assert first.state == "FINAL"
    for user in markers * 2:
        mark_all(task, user, 30)
    # What was called as a third was marked in the same sweep: nobody was asked twice.
    assert {(one.trigger, one.state) for one in exam.scripts.all()} == {("NEAR", "FINAL")}


def test_a_sample_gets_a_third_too(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=20, sample_percent="100")
    assert second_of(task, 20).trigger == "SAMPLE"


def test_round_two_waits_for_round_one_and_freezes_it(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    give(mine, markers[0], 20)
    give(mine, markers[0], 22, version=1)
    refused("first_unfinished", open_second, task, actor=markers[0])
    for user in markers:
        mark_all(task, user, 20)
    open_second(task, actor=markers[0])
    late = give(mine, markers[0], 50, version=2)
    assert late.kind == DECIDED
    assert Mark.objects.get(script=mine.script, stage=1).total == 22
    kept = MarkEvent.objects.filter(script=mine.script).order_by("pk").values_list("kind", "total")
    assert list(kept) == [("SAVED", 20), ("SAVED", 22), ("REFUSED", 50)]


def test_the_second_round_is_never_his_who_had_the_first(rules, districts):
    in_second(districts["PD"], 9)
    firsts = dict(Mark.objects.filter(stage=1).values_list("script", "marker"))
    seconds = dict(Assignment.objects.filter(stage=2).values_list("script", "marker"))
    assert firsts.keys() == seconds.keys()
    assert not any(firsts[one] == seconds[one] for one in firsts)
    counts = [list(seconds.values()).count(user) for user in set(seconds.values())]
    assert max(counts) - min(counts) <= 1


def test_an_older_page_of_his_own_overwrites_nothing(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    assert give(mine, markers[0], 20).kind == STORED
    assert give(mine, markers[0], 25, version=1).mark.version == 2
    lost = give(mine, markers[0], 30, version=1)
    assert (lost.kind, lost.mark.total, lost.differs) == (CONFLICT, 25, ("0.2", "0.3"))
    assert Mark.objects.get().total == 25
    assert MarkEvent.objects.filter(kind="REFUSED", total=30).count() == 1


def lapse(assignment):
    Assignment.objects.filter(pk=assignment.pk).update(locked_until=F("locked_until") - timedelta(hours=1))


def test_a_script_let_lapse_is_anothers_and_the_first_to_save_wins(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    slow = hand_out(task, markers[0])
    for user in markers[1:]:
        mark_all(task, user, 20)
    assert hand_out(task, markers[1]) is None, "for half an hour it is his"
    lapse(slow)
    taken = hand_out(task, markers[1])
    assert (taken.pk, taken.marker, taken.earlier) == (slow.pk, markers[1], [markers[0].pk])
    assert give(slow, markers[0], 33).kind == STORED
    lost = give(taken, markers[1], 20)
    assert (lost.kind, lost.mark.marker, lost.differs) == (CONFLICT, markers[0], ("0.2", "0.3"))
    assert Assignment.objects.get(pk=slow.pk).marker == markers[0]
    assert slow.script.bars.get().user == markers[1], "who has seen a mark gives no other"


def test_nobody_marks_what_was_never_handed_to_him(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    refused("not_yours", give, mine, markers[1], 20)
    assert not Mark.objects.exists()


def test_undo_takes_back_what_nobody_went_on_from(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    give(mine, markers[0], 20)
    undo(mine, actor=markers[0])
    assert not Mark.objects.exists()
    assert hand_out(task, markers[0]) == mine
    assert give(mine, markers[0], 21).mark.version == 1
    give(mine, markers[0], 22, version=1)
    undo(mine, actor=markers[0])
    assert Mark.objects.get().total == 21, "the save before comes back"
    Mark.objects.update(made_at=F("made_at") - timedelta(seconds=11))
    refused("too_late", undo, mine, actor=markers[0])
    refused("nothing", undo, mine, actor=markers[1])


def test_undo_of_a_second_mark_takes_its_consequences_back(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=5)
    script = second_of(task, 50)
    mine = assignment_of(script, Stage.SECOND)
    undo(mine, actor=mine.marker)
    script.refresh_from_db()
    assert (script.state, script.trigger, script.final) == ("ROUND2", "", None)
    assert not script.assignments.filter(stage=3).exists()
    give(mine, mine.marker, 6)
    undo(mine, actor=mine.marker)
    assert unmarked(task.exam).count() == 1


def test_no_undo_once_a_third_has_begun_or_results_are_out(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=5)
    script = second_of(task, 50)
    mine = assignment_of(script, Stage.SECOND)
    hand_out(task, assignment_of(script, Stage.THIRD).marker)
    refused("moved_on", undo, mine, actor=mine.marker)
    task, _ = in_second(districts["XH"], 1, total=5, exam=written(districts["XH"], 1, code="W2"))
    script = second_of(task, 5)
    Outcome.objects.create(
        attempt=script.attempt, objective=0, by_hand=5, full=50, pass_marks=30, is_passed=False, cause="RELEASE"
    )
    mine = assignment_of(script, Stage.SECOND)
    refused("moved_on", undo, mine, actor=mine.marker)


def test_a_doubt_goes_to_the_chief_and_not_further(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    refused("note", flag, mine, " <b></b> ", actor=markers[0])
    flag(mine, "作答写在题目里", actor=markers[0])
    refused("wrong_state", flag, mine, "再一次", actor=markers[0])
    for user in markers:
        mark_all(task, user, 20)
    refused("first_unfinished", open_second, task, actor=markers[0])


def test_comments_are_plain_text(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    give(mine, markers[0], 20, comment="<script>alert(1)</script>程序<b>完整</b>")
    assert Mark.objects.get().comment == "程序完整"


def test_seeded_ones_come_back_under_another_code_and_change_nothing(rules, districts):
    task, _ = in_second(districts["PD"], 4, total=30, remark_percent="100")
    again = Assignment.objects.filter(stage=Stage.AGAIN).select_related("script", "marker")
    assert again.count() == 4
    for one in again:
        assert one.code != one.script.code
        assert one.marker_id == one.script.marks.get(stage=1).marker_id
    one = again[0]
    before = Script.objects.values_list("state", "final").get(pk=one.script_id)
    hand_out(task, one.marker)
    assert give(one, one.marker, 10).kind == STORED
    assert Script.objects.values_list("state", "final").get(pk=one.script_id) == before


def test_teams_need_two_and_the_role(rules, districts):
    task = quiet(prepared(written(districts["PD"], 2))[0])
    one, other = make_markers(districts["PD"], 2)
    refused("team_too_small", set_team, task, [one], actor=other)
    refused("not_marker", set_team, task, [one, factory.make_user()], actor=other)
    refused("team_too_small", open_first, task, actor=one)
    candidate = task.exam.candidates.first().officer.user
    factory.grant(candidate, "MARKER", districts["PD"])
    refused("is_candidate", set_team, task, [one, candidate], actor=other)
    set_team(task, [one, other], actor=one)
    open_first(task, actor=one)
    refused("nothing", open_first, task, actor=one)
    assert Delivery.objects.filter(user=one).exists()


def test_who_leaves_hands_back_what_he_has_not_marked(rules, districts):
    task, markers = in_first(districts["PD"], 9)
    mark_next(task, markers[0], 20)
    hand_out(task, markers[0])
    joined = make_markers(districts["XH"], 1)
    set_team(task, [*markers[1:], *joined], actor=factory.make_user())
    rows = Assignment.objects.filter(script__task=task)
    assert rows.filter(marker=markers[0]).count() == 1, "what he marked stays his"
    counts = sorted(rows.filter(marker=user).count() for user in [*markers[1:], *joined])
    assert sum(counts) == 8
    assert counts[-1] - counts[0] <= 1
    refused("not_yours", give, rows.exclude(marker=markers[0]).first(), markers[0], 20)


def test_a_team_all_of_whom_are_barred_is_told_so(rules, districts, city):
    exam = written(districts["PD"], 6)
    own = [factory.make_officer(districts["PD-01"]).user for _ in range(2)]
    for user in own:
        factory.grant(user, "MARKER", city)
    task = quiet(prepared(exam)[0])
    set_team(task, own, actor=own[0])
    refused("nobody_left", open_first, task, actor=own[0])
    assert set(exam.scripts.values_list("state", flat=True)) == {"WAITING"}


def test_what_is_final_has_a_mark_and_events_stay(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=30)
    script = second_of(task, 30)
    with pytest.raises(IntegrityError), transaction.atomic():
        Script.objects.filter(pk=script.pk).update(final=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE marking_markevent SET total = 0")


def test_points_that_are_missing_are_refused(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    mine = hand_out(task, markers[0])
    points = points_for(lines_for(mine.script), 20)
    points.popitem()
    refused("missing", save_mark, mine, Sent(points), actor=markers[0])


def test_invariants_see_what_was_done_past_the_services(rules, districts):
    task, _ = in_second(districts["PD"], 1, total=30)
    script = second_of(task, 30)
    assert (finals_rest_on_marks(), points_add_up()) == (None, None)
    Mark.objects.filter(stage=2).update(total=31)
    assert points_add_up() == f"marking.mark:{script.marks.get(stage=2).pk}"
    Mark.objects.filter(stage=2).delete()
    assert finals_rest_on_marks() == f"marking.script:{script.pk}"
