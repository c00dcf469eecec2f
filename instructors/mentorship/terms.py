"""What the rule for mentorships asks: read from the version a mentorship was drafted under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError

from lms.rules.formula import parameter, text_parameter

RULE, CREDIT = "R44", "R18"
ITEM = "item_"


@dataclass(frozen=True)
class Item:
    key: str
    label: str
    looks_at: str


@dataclass(frozen=True)
class Terms:
    formula: Mapping

    def number(self, key: str) -> int:
        return int(parameter(self.formula, key))

    @property
    def phases(self) -> list[str]:
        return [name.strip() for name in text_parameter(self.formula, "phases").split("、") if name.strip()]

    @property
    def items(self) -> list[Item]:
        rows = self.formula["items"]
        return [Item(row["key"], row["label"], row["value"]) for row in rows if row["key"].startswith(ITEM)]

    @property
    def choices(self) -> list[int]:
        return list(range(1, self.number("scale") + 1))

    def is_extreme(self, score: int) -> bool:
        return score <= self.number("low") or score >= self.number("high")

    @property
    def full_marks(self) -> int:
        return len(self.items) * self.number("scale")

    def checked(self, scores: Mapping[str, int], narratives: Mapping[str, str]) -> list[dict]:
        """Every item with its score; refused where one is missing or an extreme is not explained."""
        found = []
        for item in self.items:
            score, words = scores.get(item.key), narratives.get(item.key, "").strip()
            if score not in self.choices:
                raise ValidationError(f"“{item.label}”没有评分，每一项都要评。", code="no_score")
            if self.is_extreme(score) and not words:
                raise ValidationError(f"“{item.label}”评了{score}分，请写明看到的具体情况。", code="no_narrative")
            found.append({"key": item.key, "label": item.label, "score": score, "narrative": words})
        return found


def stretches(from_on: date, until_on: date, count: int) -> list[tuple[date, date]]:
    """A term cut into stretches of equal length, the last one taking what is left over."""
    days = (until_on - from_on).days + 1
    length = Decimal(days) / count
    begins = [from_on + timedelta(days=int(length * number)) for number in range(count)]
    ends = [begin - timedelta(days=1) for begin in begins[1:]] + [until_on]
    return list(zip(begins, ends, strict=True))
