"""How long places are open, as the rule says: working days times hours a day."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

RULE = "R30"
FRIDAY = 4


def terms_on(day: date) -> Mapping | None:
    """The formula in force; None where nobody has laid one down."""
    version = RuleVersion.objects.in_force(RULE, day)
    return version.formula if version else None


def working_days(begin: date, until: date) -> int:
    """Monday to Friday, the first day included, the last not."""
    days = (begin + timedelta(days=number) for number in range((until - begin).days))
    return sum(day.weekday() <= FRIDAY for day in days)


def open_hours(begin: date, until: date) -> Decimal | None:
    terms = terms_on(begin)
    return parameter(terms, "daily_hours") * working_days(begin, until) if terms else None


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def rate_words(used: Decimal, total: Decimal | None) -> str:
    """Never a percentage without its fraction."""
    if not total:
        return "—"
    return f"{used * 100 / total:.1f}%（{used:,.1f}/{total:,.1f}小时）"
