"""What an examinations office has on its desk."""

from datetime import timedelta

from django.utils import timezone

from exams.sittings.models import Exam, Hall, Sitting
from exams.sittings.services.windows import add_hall, add_sitting
from tests import factory
from tests.exams.sittings.factory import make_exam


def make_draft(unit, **fields) -> Exam:
    exam = make_exam(unit, **fields)
    exam.checked_by = exam.checked_at = None
    exam.save()
    return exam


def soon(hours=24):
    return timezone.now() + timedelta(hours=hours)


def plan_sitting(exam, *, hours=24, minutes=180, seats=0) -> Sitting:
    """A window ahead, with one hall where it has seats."""
    actor = factory.make_user()
    sitting = add_sitting(
        Sitting(exam=exam, opens_at=soon(hours), closes_at=soon(hours) + timedelta(minutes=minutes)), actor=actor
    )
    if seats:
        add_hall(Hall(sitting=sitting, unit=exam.unit, name="第1考场", seats=seats), [], actor=actor)
    return sitting
