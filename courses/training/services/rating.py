"""What learners think of a lesson, a few days long, once each: who rated stays here, what was said goes to the pool."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment, SessionRater
from courses.training.services.teaching import evidence_of
from instructors.pool.services.ratings import deposit_rating
from instructors.pool.terms import USE, Terms, terms_on
from lms.people.models import Officer
from lms.rules.models import RuleVersion

BEST = 5


def criteria_on(day) -> list[str]:
    return terms_on(USE, day).words("rating_criteria")


def ratable(officer: Officer, now: datetime):
    """Lessons he was in that are over and still open for his opinion, the latest first."""
    version = RuleVersion.objects.in_force(USE, timezone.localdate(now))
    if version is None:
        return ClassSession.objects.none()
    since = now - timedelta(days=Terms(version).number("rating_days"))
    present = Attendance.objects.credited().filter(enrollment__officer=officer)
    rows = ClassSession.objects.held().filter(during__endswith__range=(since, now), instructor__isnull=False)
    rows = rows.filter(attendance__in=present).exclude(raters__enrollment__officer=officer)
    return rows.exclude(instructor__officer=officer).select_related("instructor", "training_class").order_by("-during")


@transaction.atomic
def rate(session: ClassSession, officer: Officer, stars: Sequence[int], comment: str = "") -> None:
    """One to five for each criterion; kept as a score of a hundred."""
    if session.instructor is None:
        raise ValidationError("这次课没有教员，不用测评。", code="no_instructor")
    if session.instructor.officer_id == officer.pk:
        raise ValidationError("不能测评自己讲的课。", code="oneself")
    enrollment = Enrollment.objects.filter(attendance__session=session, officer=officer).first()
    if enrollment is None or not Attendance.objects.credited().filter(session=session, enrollment=enrollment).exists():
        raise ValidationError("只有到课的学员可以测评。", code="not_there")
    if SessionRater.objects.filter(session=session, enrollment=enrollment).exists():
        raise ValidationError("您已测评过这次课。", code="already_rated")
    if not ratable(officer, timezone.now()).filter(pk=session.pk).exists():
        raise ValidationError("这次课还没有结束，或测评已经截止。", code="closed")
    if not stars or not all(1 <= star <= BEST for star in stars):
        raise ValidationError("每一项都应评1至5分。", code="stars")
    # The unique index decides between two taps at once.
    _, made = SessionRater.objects.get_or_create(session=session, enrollment=enrollment)
    if not made:
        raise ValidationError("您已测评过这次课。", code="already_rated")
    score = (Decimal(sum(stars)) * 100 / (BEST * len(stars))).quantize(Decimal(1), ROUND_HALF_UP)
    on = timezone.localdate(session.during.lower)
    deposit_rating(session.instructor, evidence_of(session), on, int(score), comment)
