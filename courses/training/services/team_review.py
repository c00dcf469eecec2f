"""The district's side of team sessions: a sample is looked at, one person's attendance refused, the rest approved."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.training import sampling
from courses.training.models import Attendance, TeamSession, TrainingClass
from courses.training.services.attendance import RULE, rule_on
from courses.training.services.completion import POST, State, complete, in_state
from courses.training.services.outcomes import outcomes
from lms.audit.services import record
from lms.jobs.models import Job
from lms.jobs.services import enqueue
from lms.notices.services import notify
from lms.rules.formula import parameter

KIND = "training.post_team_sessions"


def waiting_for(user):
    """Submitted sessions this user may decide on: not those he handed in himself."""
    rows = TeamSession.objects.within(user, POST).filter(form=TrainingClass.Form.TEAM_SESSION, state=State.CHECKED)
    return rows.exclude(checked_by=user)


@transaction.atomic
def draw_sample(user) -> set[int]:
    """Marks which of the waiting ones are to be looked at; drawing again changes nothing."""
    rows = list(waiting_for(user).select_for_update(of=("self",)).order_by("pk"))
    percent = parameter(rule_on(RULE, timezone.localdate()).formula, "sample_percent")
    already = {row.pk for row in rows if row.is_sampled}
    found = sampling.drawn({row.pk: str(row.checked_at) for row in rows}, already, percent)
    if new := found - already:
        TrainingClass.objects.filter(pk__in=new).update(is_sampled=True)
        record("training.draw_sample", actor=user, target=rows[0].unit, of=len(rows), drawn=sorted(new))
    return found


@transaction.atomic
def approve_team_sessions(pks: Sequence[int], *, actor) -> Job:
    """A job that posts them one by one. Without its share of sampled ones no batch is approved."""
    rows = list(waiting_for(actor).filter(pk__in=pks).select_related("unit"))
    if not rows:
        raise ValidationError("所选训练没有待审核的，请刷新后再试。", code="nothing")
    percent = parameter(rule_on(RULE, timezone.localdate()).formula, "sample_percent")
    wanted, have = sampling.needed(len(rows), percent), sum(row.is_sampled for row in rows)
    if have < wanted:
        raise ValidationError(f"这批{len(rows)}次训练应抽查{wanted}次，只抽查了{have}次，请先抽取。", code="no_sample")
    return enqueue(
        KIND, actor=actor, unit=actor.scope(POST)[0], title=f"科队训练审核入账：{len(rows)}次",
        params={"pks": [row.pk for row in rows]}, total=len(rows),
    )  # fmt: skip


@transaction.atomic
def refuse_attendance(attendance: Attendance, *, actor, reason: str) -> Attendance:
    """One person's proof does not hold: he is told why, and may appeal."""
    row = in_state(attendance.session.training_class, State.CHECKED)
    if row.form != TrainingClass.Form.TEAM_SESSION:
        raise ValidationError("培训班的考勤有误，请走考勤更正。", code="not_a_team_session")
    if row.checked_by_id == actor.pk:
        raise ValidationError("提交人不能审核自己提交的训练。", code="same_person")
    attendance = Attendance.objects.select_related("enrollment__officer__user", "session").get(pk=attendance.pk)
    if attendance.state not in Attendance.CREDITED:
        raise ValidationError("该人员本来就没有记为到训。", code="not_credited")
    attendance.state, attendance.method = Attendance.State.ABSENT, Attendance.Method.CORRECTION
    attendance.note, attendance.by = f"未采纳：{reason}"[:200], actor
    attendance.save(update_fields=["state", "method", "note", "by"])
    complete(outcomes(row, only=attendance.enrollment))
    record("training.refuse_attendance", actor=actor, target=attendance, reason=reason)
    notify(
        [attendance.enrollment.officer.user], title=f"考勤未采纳：{row}"[:80],
        body=f"理由：{reason}。有异议的，可以申诉。", link=reverse("training:appeal", args=[row.pk, attendance.session_id]),
    )  # fmt: skip
    return attendance
