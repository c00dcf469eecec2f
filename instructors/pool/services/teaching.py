"""Lessons taught, as facts that other apps deposit."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils import timezone

from instructors.pool.models import Instructor, Teaching


def deposit_teaching(instructor: Instructor, evidence: str, *, on: date, title: str, hours: Decimal) -> Teaching:
    """The one row for a lesson, however often it is deposited; a title taught before in the year is a repeat."""
    # Two classes that are posted at once each look for the other's lesson here.
    Instructor.objects.select_for_update(no_key=True).get(pk=instructor.pk)
    earlier = Teaching.objects.standing().filter(instructor=instructor, on__year=on.year, title=title)
    known = {
        "instructor": instructor, "on": on, "title": title, "delivered_hours": hours,
        "is_repeat": earlier.exclude(evidence=evidence).exists(),
    }  # fmt: skip
    return Teaching.objects.get_or_create(evidence=evidence, defaults=known)[0]


def void_teachings(evidence: Iterable[str]) -> int:
    """What was taught in a class that was cancelled no longer counts for anybody."""
    return Teaching.objects.standing().filter(evidence__in=list(evidence)).update(voided_at=timezone.now())
