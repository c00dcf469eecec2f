"""答案更正: a key found wrong once papers were written. Proposed by one, checked by another; nothing moves before a regrade."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet

from exams.bank.models import QuestionVersion
from exams.bank.types import of
from exams.papers.models import PaperItem
from exams.sittings.alignment import aligned
from exams.sittings.models import Attempt, Exam, KeyCorrection
from exams.sittings.services.starting import database_now
from lms.audit.services import record

Treatment = KeyCorrection.Treatment


def refuse_running(exam: Exam) -> None:
    """Before the last window is over nobody looks at what the papers ask, not even for a fault in them."""
    if exam.is_self_service:
        return
    if exam.sittings.exclude(closes_at__lt=database_now()).exists():
        raise ValidationError("考试还没有全部结束，不能查看试题。结束后再办理答案更正。", code="not_over")


def versions_of(exam: Exam) -> QuerySet[QuestionVersion]:
    """What this exam's papers asked, each with the number of papers it stands in."""
    papers = Attempt.objects.filter(candidate__exam=exam).values("paper")
    items = PaperItem.objects.filter(paper__in=papers)
    rows = QuestionVersion.objects.filter(pk__in=items.values("version"))
    return rows.select_related("question__bank", "question__topic").order_by("question__type", "pk")


def times_asked(exam: Exam, versions) -> dict[int, int]:
    """How many attempts each version stands in."""
    rows = Attempt.objects.filter(candidate__exam=exam, paper__items__version__in=[one.pk for one in versions])
    return dict(rows.order_by().values_list("paper__items__version").annotate(number=Count("pk")))


@transaction.atomic
def propose_correction(correction: KeyCorrection, *, actor) -> KeyCorrection:
    """ValidationError "not_asked", "wording_changed", "unchanged", "pending", or "not_over" while the exam runs."""
    exam, version = correction.exam, correction.version
    refuse_running(exam)
    if not versions_of(exam).filter(pk=version.pk).exists():
        raise ValidationError("本考试的试卷没有这道题。", code="not_asked")
    if exam.corrections.filter(version=version, checked_by=None).exists():
        raise ValidationError("这道题已有待复核的更正，请先复核。", code="pending")
    if correction.treatment == Treatment.REKEYED:
        correction.content = rekeyed(version.content, correction.content)
    else:
        correction.content = None
    correction.made_by = actor
    correction.full_clean(exclude=["made_by"])
    correction.save(force_insert=True)
    about = {"version": version.pk, "treatment": str(correction.treatment), "reason": correction.reason}
    record("sittings.propose_correction", actor=actor, target=correction, **about)  # type: ignore[arg-type]
    return correction


def rekeyed(old: dict, new: dict | None) -> dict:
    """The question as it was asked with the new key."""
    found = aligned(old, new or {"type": "", "stem": ""})
    if found is None or of(old).public(found) != of(old).public(old):
        raise ValidationError("只能改正答案，题干、选项和分值都要保持原样。", code="wording_changed")
    if _keys(found) == _keys(old):
        raise ValidationError("答案没有改动。", code="unchanged")
    return found


def _keys(content: dict) -> dict:
    """Without what is only said afterwards."""
    return {name: value for name, value in content.items() if not name.startswith("feedback")}
