"""The numbers of course development, as the rules of the day give them."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

TERMS, RUBRIC, TARGETS = "R46", "R47", "R38"


def version_on(code: str, day: date) -> RuleVersion:
    version = RuleVersion.objects.in_force(code, day)
    if version is None:
        raise ValidationError(f"规则{code}在当日没有施行版本，请先由市局设置。", code="no_rule")
    return version


def term(key: str, day: date) -> Decimal:
    return parameter(version_on(TERMS, day).formula, key)


def days(key: str, day: date) -> int:
    return int(term(key, day))
