"""The score sheet of a studio's year, read from the rule version the review was opened under."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from lms.rules.formula import parameter

RULE, TARGETS, TARGET = "R45", "R38", "studios"
ITEM = "item_"


@dataclass(frozen=True)
class Item:
    key: str
    label: str
    most: Decimal


@dataclass(frozen=True)
class Sheet:
    formula: Mapping

    @property
    def items(self) -> list[Item]:
        rows = self.formula["items"]
        return [Item(row["key"], row["label"], Decimal(row["value"])) for row in rows if row["key"].startswith(ITEM)]

    @property
    def full_marks(self) -> Decimal:
        return sum((item.most for item in self.items), Decimal(0))

    @property
    def reviewers(self) -> int:
        return int(parameter(self.formula, "reviewers"))

    @property
    def pass_mark(self) -> Decimal:
        return parameter(self.formula, "pass")

    def checked(self, scores: Mapping[str, Decimal], remarks: Mapping[str, str]) -> list[dict]:
        found = []
        for item in self.items:
            score = scores.get(item.key)
            if score is None or not 0 <= score <= item.most:
                raise ValidationError(f"“{item.label}”应评0至{item.most}分。", code="out_of_range")
            found.append({
                "key": item.key, "label": item.label, "most": str(item.most), "score": str(score),
                "remark": remarks.get(item.key, ""),
            })  # fmt: skip
        return found

    def mean(self, totals: Iterable[Decimal]) -> Decimal | None:
        totals = list(totals)
        return sum(totals, Decimal(0)) / len(totals) if totals else None

    def is_passed(self, totals: Iterable[Decimal]) -> bool:
        mean = self.mean(totals)
        return mean is not None and mean >= self.pass_mark

    def is_apart(self, totals: Iterable[Decimal]) -> bool:
        """Whether the reviewers saw so different a year that the decision has to say why."""
        totals = list(totals)
        return bool(totals) and max(totals) - min(totals) > parameter(self.formula, "gap")
