"""What people add up to: bands of hours, tests met, rows of months. Pure functions over standings."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import pairwise

from lms.ledger.standing import ZERO, Standing
from lms.ledger.templatetags.amounts import plain

BAR, GAP_BAR = 200, 160
BAND_SHARES = (Decimal(1), Decimal("0.75"), Decimal("0.5"))
# A month's mean against an even pace over the year; each bound passed is one step darker.
PACE_STEPS = tuple(map(Decimal, ("0.4", "0.7", "1", "1.3", "1.7", "2.1")))
YEAR_MONTHS = 12


@dataclass(frozen=True)
class Person:
    """One officer's year. `path` is today's unit: whoever moves is counted where he serves now."""

    staff_no: str
    name: str
    path: str
    standing: Standing

    @cached_property
    def is_met(self) -> bool:
        return self.standing.is_met

    @cached_property
    def gap(self) -> tuple:
        """Largest first; the staff number settles ties."""
        total, layers = self.standing.total, self.standing.layers
        lacking = sum((part.hours_left for part in layers), ZERO)
        return (-total.hours_left, -total.credits_left, -lacking, -len(self.standing.missing_modules), self.staff_no)

    @property
    def gap_bar(self) -> list[dict]:
        """Where the hours lack, layer after layer, as parts of a bar as long as all layers' duty."""
        layers = self.standing.layers
        due = sum((part.due_hours for part in layers), ZERO) or Decimal(1)
        parts, x = [], ZERO
        for part in layers:
            width = (part.hours_left / due * GAP_BAR).quantize(Decimal("0.1"))
            parts.append({"code": part.code.lower(), "x": x, "width": width})
            x += width
        return parts


@dataclass(frozen=True)
class Count:
    """Some of all people, under a name."""

    label: str
    people: int
    of: int
    code: str = ""
    note: str = ""

    @property
    def width(self) -> str:
        return f"{self.people / self.of * BAR:.2f}" if self.of else "0"


def bands(people: Sequence[Person], full_hours: Decimal) -> list[Count]:
    """How many reached the year's full hours, three quarters, half, and less."""
    bounds = [full_hours * share for share in BAND_SHARES]
    got = [person.standing.total.hours for person in people]
    over = [0, *(sum(hours >= bound for hours in got) for bound in bounds), len(people)]
    labels = [f"{plain(bounds[0])}学时及以上"]
    labels += [f"{plain(low)}至不足{plain(high)}" for high, low in pairwise(bounds)] + [f"不足{plain(bounds[-1])}"]
    codes = ("ok", "fg", "fg", "due")
    return [
        Count(label, more - fewer, len(people), code)
        for label, code, (fewer, more) in zip(labels, codes, pairwise(over), strict=True)
    ]


def checks(people: Sequence[Person], labels: Mapping[str, str]) -> list[Count]:
    """The separate tests of a year, each against what every single person owes."""
    tests: list[tuple[str, str, str, Callable[[Standing], bool]]] = [
        ("hours", "学时", "年度总学时", lambda standing: not standing.total.hours_left),
        ("credits", "学分", "年度总学分", lambda standing: not standing.total.credits_left),
    ]
    for code in _layer_codes(people):
        tests.append((code, labels.get(code, code), "学时和学分", partial(_layer_met, code=code)))
    tests.append(("modules", "必修模块", "全部学完", lambda standing: not standing.missing_modules))
    return [Count(label, sum(test(person.standing) for person in people), len(people), code, note)
            for code, label, note, test in tests]  # fmt: skip


def _layer_codes(people: Sequence[Person]) -> list[str]:
    return list(dict.fromkeys(part.code for person in people for part in person.standing.layers))


def _layer_met(standing: Standing, code: str) -> bool:
    return all(part.is_met for part in standing.layers if part.code == code)


@dataclass(frozen=True)
class Cell:
    """A month's posted hours, and their mean a head with its shade."""

    hours: Decimal
    mean: Decimal
    level: int


@dataclass(frozen=True)
class Row:
    """A unit's (or a person's) year by months; those still to come are None."""

    label: str
    url: str
    people: int
    met: int
    hours: Decimal
    months: Sequence[Cell | None]

    @property
    def mean(self) -> Decimal:
        return self.hours / (self.people or 1)


@dataclass(frozen=True)
class Months:
    """Posted hours by (source, month); a source is a unit's path or a staff number."""

    posted: Mapping[tuple[str, int], Decimal]
    last: int
    pace: Decimal

    def row(self, label: str, url: str, people: Sequence[Person], sources: Iterable[str]) -> Row:
        sources = list(sources)
        posted = [
            sum((self.posted.get((source, month), ZERO) for source in sources), ZERO)
            for month in range(1, self.last + 1)
        ]
        cells = [self._cell(hours, len(people)) for hours in posted] + [None] * (YEAR_MONTHS - self.last)
        total = sum((person.standing.total.hours for person in people), ZERO)
        return Row(label, url, len(people), sum(person.is_met for person in people), total, cells)

    def _cell(self, hours: Decimal, people: int) -> Cell:
        mean = hours / (people or 1)
        return Cell(hours, mean, self.level(mean))

    def level(self, mean: Decimal) -> int:
        return sum(mean >= self.pace * step for step in PACE_STEPS)


def grouped(people: Iterable[Person], group_of: Callable[[str], str]) -> dict[str, list[Person]]:
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        groups[group_of(person.path)].append(person)
    return groups


def nearest(paths: Iterable[str]) -> Callable[[str], str]:
    """The longest of the paths that a unit lies under; "" for whoever serves beside them all."""
    longest_first = sorted(paths, key=len, reverse=True)
    known: dict[str, str] = {}

    def group_of(path: str) -> str:
        if path not in known:
            known[path] = next((prefix for prefix in longest_first if path.startswith(prefix)), "")
        return known[path]

    return group_of


LACKS: dict[str, tuple[str, Callable[[Person], bool]]] = {
    "": ("未达标", lambda person: not person.is_met),
    "hours": ("不足学时", lambda person: bool(person.standing.total.hours_left)),
    "credits": ("不足学分", lambda person: bool(person.standing.total.credits_left)),
    "layers": ("分层不足", lambda person: not all(part.is_met for part in person.standing.layers)),
    "modules": ("缺必修", lambda person: bool(person.standing.missing_modules)),
    "all": ("全部人员", lambda person: True),
}
