"""What a release leads to, person by person: a notice, and for who passed a certificate. Any number of runs does it once."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from exams.results.entitlement import with_keys
from exams.results.models import ExamAppeal, Release
from exams.results.terms import last_day
from exams.sittings.models import Attempt, Exam, Outcome
from exams.sittings.services.exams import lock_exam
from lms.certificates.services.issuing import issue
from lms.notices.services import notify

CHUNK = 50


def tell(release: Release, attempts: list[Attempt]) -> None:
    """One notice each, with where to read it and until when it can be questioned; no marks in it."""
    version = release.rule_version
    until = (
        last_day(version, ExamAppeal.Kind.ARITHMETIC, release.checked_at) if version and release.checked_at else None
    )
    by = f"如有异议，{until:%Y年%-m月%-d日}前可以申请复核。" if until else ""
    for attempt in attempts:
        notify(
            [attempt.candidate.officer.user], title=f"“{release.exam.title}”成绩已发布"[:80],
            body=f"请在“我的考试成绩”中查看。{by}", link=reverse("results:result", args=[attempt.candidate_id]),
            once_key=f"results.release:{attempt.pk}",
        )  # fmt: skip


@transaction.atomic
def certify(exam: Exam, attempts: list[Attempt], *, actor) -> list[tuple[str, str]]:
    """Certificates of those among them whose result is a pass now; answers who was held back and why.

    Under the exam's lock, so that none is issued for a result that is being voided.
    """
    lock_exam(exam)
    held = []
    rows = with_keys(Outcome.objects.filter(attempt__in=[one.pk for one in attempts]))
    for outcome in rows.select_related("attempt__candidate__officer").order_by("pk"):
        try:
            with transaction.atomic():
                issue(outcome.key, actor=actor)
        except ValidationError as refusal:
            held.append((str(outcome.attempt.candidate), " ".join(refusal.messages)))
    return held
