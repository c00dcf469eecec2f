"""The numbers of rule R29: weights, marks and days."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError

from instructors.bases.models import BaseReview, Part
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

RULE = "R29"
KEYS = {"pass", "floor", "gap", "review_years", "rectify_days", "flagship_days", "ahead_days", "target", *Part.values}


@dataclass(frozen=True)
class Terms:
    weights: dict[str, int]
    passing: int
    floor: int
    gap: int
    review_years: int
    rectify_days: int
    flagship_days: int
    ahead_days: int

    @property
    def ahead(self) -> timedelta:
        return timedelta(days=self.ahead_days)

    @property
    def full(self) -> int:
        return sum(self.weights.values())


def version_on(day: date) -> RuleVersion:
    version = RuleVersion.objects.in_force(RULE, day)
    if version is None:
        raise ValidationError("规则R29（实践教学基地评分）没有施行的版本，请先由规则审批人批准。", code="no_rule")
    if missing := KEYS - {item["key"] for item in version.formula["items"]}:
        raise ValidationError(
            f"规则R29缺少参数：{'、'.join(sorted(missing))}。请起草新版本补齐。", code="rule_incomplete"
        )
    return version


def terms_of(version: RuleVersion) -> Terms:
    number = {item["key"]: int(item["value"]) for item in version.formula["items"] if item["value"].isdigit()}
    return Terms(
        weights={part.value: number[part.value] for part in Part}, passing=number["pass"], floor=number["floor"],
        gap=number["gap"], review_years=number["review_years"], rectify_days=number["rectify_days"],
        flagship_days=number["flagship_days"], ahead_days=number["ahead_days"],
    )  # fmt: skip


def terms_for(review: BaseReview) -> Terms:
    """Those it was accepted under, whatever has come into force since."""
    assert review.rule_version is not None
    return terms_of(review.rule_version)


def terms_on(day: date) -> Terms:
    return terms_of(version_on(day))


def target_of(version: RuleVersion, unit_code: str) -> int:
    """How many bases a district is to have; some districts set themselves more."""
    try:
        return int(parameter(version.formula, f"target_{unit_code}"))
    except KeyError:
        return int(parameter(version.formula, "target"))


def years_later(day: date, years: int) -> date:
    """29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
