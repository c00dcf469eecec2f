"""The numbers the pool goes by, from the rules in force on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from lms.rules.formula import parameter, text_parameter
from lms.rules.models import RuleVersion

TERM, TARGETS, RATINGS, USE = "R28", "R38", "R39", "R48"
RUBRIC = "rubric_"


@dataclass(frozen=True)
class Terms:
    version: RuleVersion

    def number(self, key: str) -> int:
        return int(parameter(self.version.formula, key))

    def amount(self, key: str) -> Decimal:
        return parameter(self.version.formula, key)

    def words(self, key: str) -> list[str]:
        return text_parameter(self.version.formula, key).split("、")

    @property
    def rubric(self) -> list[dict]:
        """What a trial lecture is judged by: {"key", "label", "most"}."""
        return [
            {"key": item["key"], "label": item["label"].removeprefix("试讲："), "most": int(item["value"])}
            for item in self.version.formula["items"]
            if item["key"].startswith(RUBRIC)
        ]


def terms_on(code: str, day: date) -> Terms:
    version = RuleVersion.objects.in_force(code, day)
    if version is None:
        raise ValidationError(
            f"规则{code}在{day:%Y年%-m月%-d日}没有施行的版本，请先由市局教育培训处发布。", code="no_rule"
        )
    return Terms(version)


def years_later(day: date, years: int) -> date:
    """The same day so many years on; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
