"""Saving a mark, taking it back, setting a script aside. Whatever was sent is kept, what was refused too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import nh3
from django.core.exceptions import ValidationError
from django.db import transaction

from exams.marking.models import Assignment, Mark, MarkerBar, MarkEvent, Script
from exams.marking.models.marks import Stage
from exams.marking.rubric import Line, lines_of, total_of
from exams.marking.services.handing import lock_until
from exams.marking.services.settling import lock_attempt, revert, settle, take
from exams.marking.services.terms import number
from exams.papers.models import PaperItem
from exams.sittings.models import Answer
from exams.sittings.services.starting import database_now
from lms.people.models import User

State, Doing, Kind = Script.State, Assignment.State, MarkEvent.Kind
EVERY = tuple(State.values)
# In which states of the script a mark of each stage may still be written.
OPEN: dict[int, tuple[str, ...]] = {
    Stage.FIRST: (State.ROUND1,), Stage.SECOND: (State.ROUND2,), Stage.THIRD: (State.THIRD,), Stage.AGAIN: EVERY,
}  # fmt: skip
STORED, CONFLICT, DECIDED = "stored", "conflict", "decided"
COMMENT = 1000


@dataclass(frozen=True)
class Sent:
    """`version` is the save the sender saw, 0 for none."""

    points: Mapping[str, str]
    comment: str = ""
    version: int = 0


@dataclass(frozen=True)
class Outcome:
    """`mark` is what counts now; `differs` the rubric lines in which what was sent says something else."""

    kind: str
    mark: Mark | None
    differs: tuple[str, ...] = ()


def question_of(script: Script) -> tuple[PaperItem, object]:
    item = PaperItem.objects.get(paper=script.attempt.paper_id, slot=script.slot)
    answer = (
        Answer.objects.filter(attempt=script.attempt_id, slot=script.slot).values_list("payload", flat=True).first()
    )
    return item, answer


def lines_for(script: Script) -> list[Line]:
    item, answer = question_of(script)
    return lines_of(item.content, item.marks, answer)


def cleaned(comment: str) -> str:
    """Plain text: what looks like a tag is taken out, not escaped."""
    return nh3.clean(comment, tags=set()).strip()[:COMMENT]


@transaction.atomic
def save_mark(assignment: Assignment, sent: Sent, *, actor: User) -> Outcome:
    """One winner of two: the later gets what is stored and what differs, and both are kept.

    ValidationError for points the rubric does not allow, "not_yours" for whom the script was never handed to.
    """
    script = Script.objects.select_related("task", "attempt").get(pk=assignment.script_id)
    lines = lines_for(script)
    total, points = total_of(lines, dict(sent.points)), _complete(lines, sent.points)
    lock_attempt(script)
    now = database_now()
    written = _Written(script, assignment.stage, actor, points, total, cleaned(sent.comment), now)
    if not take(script, OPEN[assignment.stage]):
        written.keep(Kind.REFUSED, sent.version, DECIDED)
        return Outcome(DECIDED, Mark.objects.filter(script=script, stage=assignment.stage, marker=actor).first())
    assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if actor.pk not in (assignment.marker_id, *assignment.earlier):
        raise ValidationError("这份答卷没有分给您，不能评分。", code="not_yours")
    return _store(written, assignment, sent.version)


def _complete(lines: list[Line], points: Mapping[str, str]) -> dict[str, str]:
    return {line.key: f"{Decimal(points.get(line.key, 0)).normalize():f}" for line in lines}


@dataclass(frozen=True)
class _Written:
    script: Script
    stage: int
    actor: User
    points: dict[str, str]
    total: Decimal
    comment: str
    now: datetime

    def keep(self, kind: str, version: int, why: str = "") -> MarkEvent:
        return MarkEvent.objects.create(
            script=self.script, stage=self.stage, marker=self.actor, kind=kind, why=why, points=self.points,
            total=self.total, comment=self.comment, version=version, made_at=self.now,
        )  # fmt: skip


def _store(written: _Written, assignment: Assignment, version: int) -> Outcome:
    stored = Mark.objects.filter(script=written.script, stage=written.stage).first()
    if stored is None and version == 0:
        mark = _first_save(written, assignment)
    elif stored is None or stored.marker_id != written.actor.pk or not _overwrite(written, stored, version):
        return _conflict(written, stored, version)
    else:
        mark = Mark.objects.get(pk=stored.pk)
    written.keep(Kind.SAVED, mark.version)
    if written.stage in (Stage.SECOND, Stage.THIRD):
        settle(written.script, written.now)
    return Outcome(STORED, mark)


def _first_save(written: _Written, assignment: Assignment) -> Mark:
    seconds = int((written.now - assignment.opened_at).total_seconds()) if assignment.opened_at else 0
    assignment.state, assignment.done_at, assignment.locked_until = Doing.DONE, written.now, None
    if assignment.marker_id != written.actor.pk:
        assignment.earlier, assignment.marker = [*assignment.earlier, assignment.marker_id], written.actor
    assignment.save(update_fields=["state", "done_at", "locked_until", "marker", "earlier"])
    return Mark.objects.create(
        script=written.script, stage=written.stage, marker=written.actor, points=written.points, total=written.total,
        comment=written.comment, seconds=max(seconds, 0), made_at=written.now,
    )  # fmt: skip


def _overwrite(written: _Written, stored: Mark, version: int) -> bool:
    rows = Mark.objects.filter(pk=stored.pk, version=version)
    return bool(rows.update(
        points=written.points, total=written.total, comment=written.comment, made_at=written.now, version=version + 1
    ))  # fmt: skip


def _conflict(written: _Written, stored: Mark | None, version: int) -> Outcome:
    """Whoever sees another's mark here may not mark this script at any later stage."""
    written.keep(Kind.REFUSED, version, CONFLICT)
    if stored is None:
        return Outcome(CONFLICT, None)
    if stored.marker_id != written.actor.pk:
        MarkerBar.objects.get_or_create(
            evidence=f"marking.conflict:{stored.pk}:{written.actor.pk}",
            defaults={"script": written.script, "user": written.actor, "reason": "已见他人评分"},
        )
    differs = tuple(key for key in written.points if written.points[key] != stored.points.get(key))
    return Outcome(CONFLICT, stored, differs)


@transaction.atomic
def undo(assignment: Assignment, *, actor: User) -> Assignment:
    """Within the seconds of the rule, his own, and if nobody went on from it; an earlier save of his comes back.

    ValidationError "nothing" | "too_late" | "moved_on".
    """
    script = Script.objects.select_related("task", "attempt").get(pk=assignment.script_id)
    lock_attempt(script)
    now = database_now()
    mark = Mark.objects.filter(script=script, stage=assignment.stage, marker=actor).first()
    if mark is None:
        raise ValidationError("这份答卷没有可撤销的评分。", code="nothing")
    seconds = int(number(script.task, "undo_seconds"))
    if now > mark.made_at + timedelta(seconds=seconds):
        raise ValidationError(f"评分已超过{seconds}秒，不能撤销。可在本轮内按K返回上一份修改。", code="too_late")
    take(script, EVERY)
    script.refresh_from_db()
    if not revert(script, assignment.stage):
        raise ValidationError("这份答卷已进入下一步，不能撤销。请向主考说明。", code="moved_on")
    _Written(script, mark.stage, actor, mark.points, mark.total, mark.comment, now).keep(Kind.UNDONE, mark.version)
    return _give_back(script, assignment, mark, now)


def _give_back(script: Script, assignment: Assignment, mark: Mark, now: datetime) -> Assignment:
    before = MarkEvent.objects.filter(
        script=script, stage=mark.stage, marker=mark.marker_id, kind=Kind.SAVED, version=mark.version - 1
    ).last()  # fmt: skip
    if before and script.state in OPEN[mark.stage]:
        mark.points, mark.total, mark.comment, mark.version = (
            before.points,
            before.total,
            before.comment,
            mark.version + 1,
        )
        mark.save(update_fields=["points", "total", "comment", "version"])
        return assignment
    mark.delete()
    assignment.state, assignment.done_at, assignment.locked_until = Doing.OPEN, None, lock_until(script.task, now)
    assignment.save(update_fields=["state", "done_at", "locked_until"])
    return assignment


@transaction.atomic
def flag(assignment: Assignment, note: str, *, actor: User) -> Assignment:
    """Set aside for the chief, with what is doubtful about it. ValidationError "note" | "wrong_state".

    Of a seeded one nobody is asked: it is only not marked again, and nothing betrays it.
    """
    note = cleaned(note)[:200]
    if not note:
        raise ValidationError("请写明存疑的原因，主考据此答复。", code="note")
    script = Script.objects.select_related("task", "attempt").get(pk=assignment.script_id)
    lock_attempt(script)
    rows = Assignment.objects.filter(pk=assignment.pk, marker=actor, state=Doing.OPEN)
    if not take(script, OPEN[assignment.stage]) or not rows.update(state=Doing.FLAGGED, note=note, locked_until=None):
        raise ValidationError("这份答卷现在不能存疑：已评分或已转给他人。", code="wrong_state")
    return Assignment.objects.get(pk=assignment.pk)
