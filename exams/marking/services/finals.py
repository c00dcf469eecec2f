"""What people's marks come to, for whoever releases results."""

from decimal import Decimal

from django.db.models import QuerySet, Sum

from exams.marking.models import Script
from exams.marking.services.preparing import waiting
from exams.sittings.models import Attempt, Exam


def unmarked(exam: Exam) -> QuerySet[Script]:
    """Scripts without a final mark."""
    return Script.objects.filter(exam=exam).undecided()


def unprepared(exam: Exam) -> QuerySet[Attempt]:
    """Handed in, with questions for people, and not all of them scripts yet: nobody could have marked these."""
    return waiting(exam)


def by_hand(exam: Exam) -> dict[int, Decimal]:
    """{attempt: marks that people gave}; an attempt with anything undecided counts what is decided."""
    rows = Script.objects.filter(exam=exam).order_by().values_list("attempt").annotate(given=Sum("final"))
    return {attempt: marks or Decimal(0) for attempt, marks in rows}


def hold(exam: Exam) -> list[int]:
    """Call it in the transaction that releases, before counting: marks, undoings and thirds wait until it ends."""
    rows = Attempt.objects.filter(candidate__exam=exam).select_for_update(of=("self",), no_key=True)
    return list(rows.order_by("pk").values_list("pk", flat=True))
