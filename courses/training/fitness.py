"""The standard of a fitness item by sex and age (R35): a key reads men_1000 or, from an age on, men_1000_from_40."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

KEY = re.compile(r"(men|women)_([a-z0-9]+)(?:_from_([0-9]+))?")
SEXES = {"men": "M", "women": "F"}
SECONDS = "秒"


@dataclass(frozen=True)
class Standard:
    """A time is to be reached or beaten; a height too, the other way round."""

    item: str
    name: str
    unit: str
    limit: Decimal

    def is_met(self, value: Decimal) -> bool:
        return value <= self.limit if self.unit == SECONDS else value >= self.limit

    @property
    def bound(self) -> str:
        return f"{'不超过' if self.unit == SECONDS else '不低于'}{self.limit.normalize():f}{self.unit}"

    def __str__(self):
        return f"{self.name}{self.bound}"


def standards(formula: Mapping, sex: str, age: int | None) -> dict[str, Standard]:
    """What somebody must reach, by item: of the age bands he has come to the last; without a birth date, the first."""
    found: dict[str, tuple[int, Standard]] = {}
    for band, of_sex, standard in _rows(formula):
        begun = of_sex == sex and band <= (age or 0)
        if begun and band >= found.get(standard.item, (0, None))[0]:
            found[standard.item] = (band, standard)
    return {item: standard for item, (_, standard) in found.items()}


def items(formula: Mapping) -> dict[str, str]:
    """Every item and what people call it, in the order of the rule."""
    return {standard.item: f"{standard.name}（{standard.unit}）" for _, _, standard in _rows(formula)}


def _rows(formula: Mapping):
    for row in formula["items"]:
        if match := KEY.fullmatch(row["key"]):
            name = row["label"].split(" ")[-1].removesuffix("不超过").removesuffix("不低于")
            yield int(match[3] or 0), SEXES[match[1]], Standard(match[2], name, row["unit"], Decimal(row["value"]))


def age_on(born_on: date | None, day: date) -> int | None:
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
