"""成绩更正: keys corrected after the release. A regrade alone changes nothing; this brings released results in line."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.results.models import Revision
from exams.results.services.changing import change, latest_of
from exams.results.services.consequences import Decision
from exams.results.services.marks import marks_of
from exams.results.services.voiding import standing
from exams.sittings.models import Attempt, Exam, Outcome
from exams.sittings.services.exams import lock_exam
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify


def differing(exam: Exam, attempts: Sequence[Attempt], reason: str = "") -> list[Outcome]:
    """The versions, unsaved, of those whose marks are no longer what was told."""
    marks, before = marks_of(exam, attempts), latest_of(attempts)
    found = []
    for attempt in attempts:
        now, was = marks[attempt.pk], before[attempt.pk]
        if (now.objective, now.by_hand, now.full) != (was.objective, was.by_hand, was.full):
            found.append(now.outcome(attempt.pk, was.number + 1, Outcome.Cause.REGRADE, reason))
    return found


@transaction.atomic
def propose_revision(exam: Exam, *, actor, reason: str) -> Revision:
    """ValidationError "no_difference" where what was released is what the keys of now give, or "pending"."""
    exam = lock_exam(exam)
    if exam.revisions.waiting().exists():
        raise ValidationError("这场考试已有一项待复核的成绩更正。", code="pending")
    if not differing(exam, standing(exam, None)):
        raise ValidationError("已发布的成绩与现在的得分一致。请先复核答案更正并重新计分。", code="no_difference")
    revision = Revision(exam=exam, reason=reason, made_by=actor)
    revision.full_clean(exclude=["made_by"])
    revision.save()
    record("results.propose_revision", actor=actor, target=revision, reason=reason)
    return revision


@transaction.atomic
def carry_out(revision: Revision, *, actor) -> Revision:
    """Another version for each result that differs; passes gained or lost take credits and certificates along."""
    exam = lock_exam(revision.exam)
    if Revision.objects.get(pk=revision.pk).refused_at:
        raise ValidationError("这项更正已不予办理。", code="refused")
    revision = check_by_second_person(revision, actor, action="results.revise", reason=revision.reason)
    attempts = standing(exam, None)
    wanted = differing(exam, attempts, revision.reason)
    if not wanted:
        raise ValidationError("已发布的成绩与现在的得分一致。", code="no_difference")
    changed = change(exam, attempts, wanted, Decision(revision.reason, revision.made_by, actor))
    revision.changed = len(changed.made)
    revision.save(update_fields=["changed"])
    about = {"changed": revision.changed, "lost": len(changed.lost), "gained": len(changed.gained)}
    record("results.revised", actor=actor, target=revision, **about)  # type: ignore[arg-type]
    for outcome in changed.made:
        candidate = outcome.attempt.candidate
        notify(
            [candidate.officer.user], title=f"“{exam.title}”成绩已更正"[:80], body=f"理由：{revision.reason}",
            link=reverse("results:result", args=[candidate.pk]), once_key=f"results.revision:{revision.pk}",
        )  # fmt: skip
    return revision


@transaction.atomic
def refuse_revision(revision: Revision, *, actor, reason: str) -> Revision:
    rows = Revision.objects.filter(pk=revision.pk, checked_by=None, refused_at=None)
    if not rows.update(refused_at=timezone.now()):
        raise ValidationError("这项更正已有决定。", code="decided")
    record("results.refuse_revision", actor=actor, target=revision, reason=reason)
    revision.refresh_from_db()
    return revision
