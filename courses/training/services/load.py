"""How much one person may be asked to teach, by the rule in force on the day."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.training.models import ClassSession
from instructors.pool.terms import USE
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

LESSON = "R04"
CAPS = {"day_hours": "当日", "week_hours": "当周", "year_hours": "当年"}


def refuse_overload(session: ClassSession, day: date) -> None:
    """With this session counted in. The instructor's row is locked by then."""
    rules = RuleVersion.objects.in_force_by_code([USE, LESSON], day)
    if len(rules) < 2:
        return  # nobody has set a limit
    lesson = parameter(rules[LESSON].formula, "minutes")
    for key, label in CAPS.items():
        hours, most = _minutes(session, stretch_of(key, day)) / lesson, parameter(rules[USE].formula, key)
        if hours > most:
            raise ValidationError(
                f"{session.instructor}{label}授课将达{hours:.1f}学时，超过上限{most.normalize():f}学时，请另选教员或改日期。",
                code="instructor_overloaded",
            )


def stretch_of(key: str, day: date) -> tuple[date, date]:
    """The day, its week from Monday, or its year: first day and the day after the last."""
    if key == "day_hours":
        return day, day + timedelta(days=1)
    if key == "week_hours":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    return date(day.year, 1, 1), date(day.year + 1, 1, 1)


def _minutes(session: ClassSession, days: tuple[date, date]) -> Decimal:
    begin, end = (timezone.make_aware(datetime.combine(day, time.min)) for day in days)
    others = ClassSession.objects.filter(
        instructor=session.instructor_id, is_cancelled=False, during__startswith__gte=begin, during__startswith__lt=end
    ).exclude(pk=session.pk)
    stretches = [*others.values_list("during", flat=True), session.during]
    return Decimal(sum((one.upper - one.lower).total_seconds() for one in stretches)) / 60
