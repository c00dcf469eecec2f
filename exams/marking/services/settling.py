"""What follows from a mark: a final one, a third marker, or the chief. Call it under the attempt's lock."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Sum

from exams.marking.allocation import NobodyLeft, allocate, is_drawn
from exams.marking.models import Assignment, Mark, Script
from exams.marking.models.marks import Stage
from exams.marking.policy import TWO_ONE, decide
from exams.marking.services.rounds import jobs_of, place_of, team_of, tell_of_more
from exams.marking.services.terms import number
from exams.sittings.models import Attempt

State, Cause, Trigger = Script.State, Script.Cause, Script.Trigger


def lock_attempt(script: Script) -> Attempt:
    """Marks, thirds, the chief and the release of one candidate's scripts queue here; the order is attempt, then script."""
    rows = Attempt.objects.select_for_update(of=("self",), no_key=True).select_related("candidate__exam")
    return rows.get(pk=script.attempt_id)


def settle(script: Script, now: datetime) -> None:
    """After the second or the third mark."""
    script.refresh_from_db()
    marks = dict(Mark.objects.filter(script=script).values_list("stage", "total"))
    first, second, third = (marks.get(stage) for stage in (Stage.FIRST, Stage.SECOND, Stage.THIRD))
    if first is None or second is None:
        return
    found = decide(script.task.policy, first, second, third)
    if found.value is None:
        if third is None:
            call_another(script, Trigger.DIFFERENCE)
        else:
            _move(script, State.ARBITRATION)
    elif third is None and is_drawn(script.task.seed, "sample", script.code, number(script.task, "sample_percent")):
        call_another(script, Trigger.SAMPLE)
    else:
        finish(script, found.value, Cause.AGREED if third is None else Cause.THIRD, now)
        call_near(script, now)


def finish(script: Script, value: Decimal, cause: str, now: datetime) -> None:
    script.final, script.cause, script.decided_at, script.state = min(value, script.full), cause, now, State.FINAL
    script.save(update_fields=["final", "cause", "decided_at", "state"])


def _move(script: Script, state: str, trigger: str = "") -> None:
    script.state, script.trigger = state, trigger or script.trigger
    script.final, script.cause, script.decided_at = None, "", None
    script.save(update_fields=["state", "trigger", "final", "cause", "decided_at"])


def call_another(script: Script, trigger: str) -> None:
    """A third marker who may and has least to do; the chief where there is none, or the policy knows no third."""
    if script.task.policy.mode == TWO_ONE:
        return _move(script, State.ARBITRATION, trigger)
    task = script.task
    loads = Counter(Assignment.objects.filter(script__task=task, stage=Stage.THIRD).values_list("marker", flat=True))
    try:
        plan = allocate(jobs_of([script]), team_of(task), f"{task.seed}-{Stage.THIRD}", loads)
    except NobodyLeft:
        return _move(script, State.ARBITRATION, trigger)
    Assignment.objects.create(
        script=script, stage=Stage.THIRD, marker_id=plan[script.pk], code=script.code,
        place=place_of(task, script, Stage.THIRD),
    )  # fmt: skip
    tell_of_more(task, plan[script.pk])
    return _move(script, State.THIRD, trigger)


def call_near(script: Script, now: datetime) -> None:
    """Once everything of a candidate is decided and he is near the pass mark, what two agreed on is looked at again."""
    scripts = Script.objects.filter(attempt=script.attempt_id)
    if scripts.undecided().exists() or not is_near(script):
        return
    for one in scripts.filter(cause=Cause.AGREED, trigger="").select_related("task").order_by("pk"):
        call_another(one, Trigger.NEAR)


def is_near(script: Script) -> bool:
    attempt = script.attempt
    score = attempt.scores.order_by("-number").first()
    by_hand = Script.objects.filter(attempt=attempt).aggregate(marks=Sum("final"), full=Sum("full"))
    full = (score.full if score else Decimal(0)) + by_hand["full"]
    marks = (score.marks if score else Decimal(0)) + by_hand["marks"]
    line = full * attempt.candidate.exam.pass_percent / 100
    within = number(script.task, "near_percent")
    return within > 0 and abs(marks - line) <= full * within / 100


def revert(script: Script, stage: int) -> bool:
    """Back to before the mark of this stage; False where somebody has gone on from it."""
    later = Mark.objects.filter(script=script, stage__in=[Stage.THIRD, Stage.ARBITER], stage__gt=stage)
    thirds = Assignment.objects.filter(script=script, stage=Stage.THIRD)
    begun = thirds.exclude(state=Assignment.State.PLANNED).exists() and stage != Stage.THIRD
    if stage in (Stage.FIRST, Stage.AGAIN):
        return stage == Stage.AGAIN or script.state == State.ROUND1
    if later.exists() or begun or script.attempt.outcomes.exists():
        return False
    if stage == Stage.SECOND:
        thirds.delete()
        script.trigger = ""
    _reset(script, State.ROUND2 if stage == Stage.SECOND else State.THIRD)
    return True


def _reset(script: Script, state: str) -> None:
    script.state, script.final, script.cause, script.decided_at = state, None, "", None
    script.save(update_fields=["state", "final", "cause", "decided_at", "trigger"])


def take(script: Script, states: tuple[str, ...]) -> bool:
    """The guard of every write: the row must still be where the writer believes it, and is his until he commits."""
    rows = Script.objects.filter(pk=script.pk, state__in=states)
    return bool(rows.update(revision=F("revision") + 1))
