"""What only the chief decides: marks that stay apart, and what a marker was in doubt about."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from exams.marking.allocation import BEFORE, DEPOSITED, MENTOR, OWN, Person, bar
from exams.marking.models import Assignment, Mark, MarkEvent, Script
from exams.marking.models.marks import Stage
from exams.marking.policy import decide
from exams.marking.rubric import total_of
from exams.marking.services.facts import facts_of_marker
from exams.marking.services.marking import cleaned, lines_for
from exams.marking.services.rounds import jobs_of
from exams.marking.services.settling import call_near, finish, lock_attempt
from exams.sittings.services.starting import database_now
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import User

ARBITRATE = "marking.arbitrate_markingtask"
State, Doing = Script.State, Assignment.State
WHY = {
    OWN: "本人的答卷", BEFORE: "您评过这份答卷", DEPOSITED: "您与这份答卷有回避情形", MENTOR: "考生与您有师徒关系",
    "unit": "考生与您同单位", "class": "考生与您同班或是您的学员",
}  # fmt: skip


def waiting(user: User) -> QuerySet[Script]:
    """Marks that stay apart, and what was flagged; of the exams he is chief of."""
    flagged = Assignment.objects.filter(state=Doing.FLAGGED).exclude(stage=Stage.AGAIN)
    rows = Script.objects.within(user, ARBITRATE).exclude(state=State.FINAL)
    return rows.filter(Q(state=State.ARBITRATION) | Q(pk__in=flagged.values("script"))).order_by("task", "code")


def flag_of(script: Script) -> Assignment | None:
    return script.assignments.filter(state=Doing.FLAGGED).exclude(stage=Stage.AGAIN).first()


def refuse_if_barred(script: Script, actor: User) -> None:
    """The chief is bound by the same bars as every marker."""
    found = bar(jobs_of([script])[0], Person(actor.pk, facts_of_marker(actor)))
    if found:
        raise ValidationError(f"{WHY[found]}，须回避。请由另一位主考仲裁。", code="barred")


def barred_from(scripts: list[Script], user: User) -> set[int]:
    """Which of these the chief must leave to another."""
    person = Person(user.pk, facts_of_marker(user))
    return {job.pk for job in jobs_of(scripts) if bar(job, person)}


@transaction.atomic
def arbitrate(script: Script, points: Mapping[str, str], comment: str, *, revision: int, actor: User) -> Script:
    """The chief's mark, final by the policy. Whoever saves after it is refused.

    ValidationError "barred", "not_waiting", or "moved_on" where somebody has written since he opened the page.
    """
    script = Script.objects.select_related("task", "attempt").get(pk=script.pk)
    lines = lines_for(script)
    total = total_of(lines, dict(points))
    lock_attempt(script)
    is_flagged = flag_of(script) is not None
    guard = Script.objects.filter(pk=script.pk, revision=revision).exclude(state=State.FINAL)
    if not is_flagged:
        guard = guard.filter(state=State.ARBITRATION)
    if not guard.update(revision=F("revision") + 1):
        raise ValidationError("您打开后这份答卷又有改动，没有记分。请刷新后重新核对。", code="moved_on")
    refuse_if_barred(script, actor)
    now = database_now()
    kept = {line.key: f"{Decimal(points.get(line.key, 0)).normalize():f}" for line in lines}
    about = {"points": kept, "total": total, "comment": cleaned(comment), "made_at": now, "marker": actor}
    Mark.objects.create(script=script, stage=Stage.ARBITER, **about)
    MarkEvent.objects.create(script=script, stage=Stage.ARBITER, kind=MarkEvent.Kind.SAVED, version=1, **about)
    script.refresh_from_db()
    script.assignments.exclude(stage=Stage.AGAIN).exclude(state=Doing.DONE).delete()
    finish(script, _value(script, total), Script.Cause.ARBITER, now)
    call_near(script, now)
    record("marking.arbitrate", actor=actor, target=script, unit=script.exam.unit, code=script.code, total=str(total))
    return script


def _value(script: Script, total: Decimal) -> Decimal:
    marks = dict(script.marks.exclude(stage=Stage.AGAIN).values_list("stage", "total"))
    first = marks.get(Stage.FIRST, total)
    found = decide(script.task.policy, first, marks.get(Stage.SECOND, total), marks.get(Stage.THIRD), total)
    return total if found.value is None else found.value


@transaction.atomic
def answer_flag(script: Script, reply: str, *, actor: User) -> Script:
    """Give it back to whoever was in doubt, with what the chief says. ValidationError "note" | "moved_on"."""
    script = Script.objects.select_related("task", "attempt").get(pk=script.pk)
    refuse_if_barred(script, actor)
    reply = cleaned(reply)[:200]
    if not reply:
        raise ValidationError("请写明答复，阅卷员据此评分。", code="note")
    lock_attempt(script)
    flagged = flag_of(script)
    if flagged is None:
        raise ValidationError("这份答卷已不在存疑状态，请刷新。", code="moved_on")
    flagged.state, flagged.reply = Doing.PLANNED, reply
    flagged.save(update_fields=["state", "reply"])
    task = script.task
    notify(
        [flagged.marker], title=f"主考已答复存疑答卷{flagged.code}", body=reply,
        link=reverse("marking:desk", args=[task.exam_id, task.cell]),
    )  # fmt: skip
    record("marking.answer_flag", actor=actor, target=script, unit=script.exam.unit, code=script.code)
    return script
