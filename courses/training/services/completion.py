"""From a fixed list to a result: the unit's check, the return of what does not hold, a class that is called off."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Enrollment, TrainingClass
from courses.training.services.attendance import locked_class
from courses.training.services.outcomes import Line, Outcomes, outcomes
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.services.offices import office_of

CHECK, POST, CANCEL = (f"training.{verb}_trainingclass" for verb in ("check", "post", "cancel"))
State = TrainingClass.State
NAMED = 5


@transaction.atomic
def check_class(training_class: TrainingClass, *, actor) -> Outcomes:
    """The unit vouches for attendance and marks; everybody's result follows from them."""
    row = in_state(training_class, State.READY)
    found = outcomes(row)
    _refuse_unready(found)
    complete(found)
    mark_checked(row, actor)
    counts = {verdict.lower(): number for verdict, number in found.verdicts.items()}
    record("training.check_class", actor=actor, target=row, **counts)  # type: ignore[arg-type]
    notify(
        office_of(row.unit, POST), title=f"待审批入账：{row}"[:80],
        body=f"{actor}已核对，请由另一人审批。", link=reverse("completion:inspect", args=[row.pk]),
    )  # fmt: skip
    return found


def in_state(training_class: TrainingClass, *states: str) -> TrainingClass:
    row = locked_class(training_class.pk)
    if row.state not in states:
        raise ValidationError(
            f"该班现为“{row.get_state_display()}”，不能办理这一步，请刷新后再看。", code="wrong_state"
        )
    return row


def mark_checked(row: TrainingClass, actor) -> None:
    row.state, row.checked_by, row.checked_at = State.CHECKED, actor, timezone.now()
    row.save(update_fields=["state", "checked_by", "checked_at"])


def _refuse_unready(found: Outcomes) -> None:
    if not found.sessions:
        raise ValidationError("该班没有课次，不能核对。", code="no_sessions")
    if not found.is_over:
        raise ValidationError("最后一个课次还没有结束，结束后再核对。", code="not_over")
    if unmarked := [line for line in found.incomplete if line.unmarked]:
        raise ValidationError(f"{_named(unmarked)}还有课次没有考勤，请先结束各课次点名。", code="roll_open")
    if found.incomplete:
        raise ValidationError(f"{_named(found.incomplete)}的考核成绩未齐，请先录入。", code="scores_missing")


def _named(lines: Sequence[Line]) -> str:
    names = "、".join(line.enrollment.name for line in lines[:NAMED])
    return names if len(lines) <= NAMED else f"{names}等{len(lines)}人"


def complete(found: Outcomes) -> None:
    for line in found.lines:
        complete_enrollment(line)
    rows = [line.enrollment for line in found.lines]
    Enrollment.objects.bulk_update(rows, ["state", "reason"], batch_size=500)


def complete_enrollment(line: Line) -> Enrollment:
    """The result on the row, unsaved: passed, or failed and why; dismissed stays dismissed."""
    enrollment = line.enrollment
    if line.verdict != enrollment.state:
        enrollment.state, enrollment.reason = line.verdict, "；".join(line.why_not)[:200]
    return enrollment


@transaction.atomic
def return_class(training_class: TrainingClass, *, actor, reason: str) -> TrainingClass:
    """Back to whoever checked it. Results are open again."""
    row = in_state(training_class, State.CHECKED)
    decided = row.enrollments.filter(state__in=[Enrollment.State.PASSED, Enrollment.State.FAILED])
    decided.update(state=Enrollment.State.CONFIRMED, reason="")
    checker, row.state, row.checked_by, row.checked_at = row.checked_by, State.READY, None, None
    row.save(update_fields=["state", "checked_by", "checked_at"])
    record("training.return_class", actor=actor, target=row, reason=reason)
    notify([checker] if checker else [], title=f"退回修改：{row}"[:80], body=f"理由：{reason}", link=_desk_of(row))
    return row


def _desk_of(row: TrainingClass) -> str:
    if row.form == TrainingClass.Form.TEAM_SESSION:
        return reverse("training:team_roll", args=[row.pk])
    return reverse("completion:inspect", args=[row.pk])
