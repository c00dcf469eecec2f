"""What a demo officer did in the year: lines of 学时, drawn from the seed, along an S with a rush at the end.

Hours are counted in quarters. Where somebody stands on 31 October is fixed by his band; what he adds
afterwards is drawn. Everything is drawn for the whole year, whatever of it lies in the past.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, count
from math import exp
from random import Random
from typing import NamedTuple

from lms.portal.demo.people import WALKER, Person
from lms.portal.demo.subjects import COMPULSORY, SUBJECTS
from lms.rules.models import Category

LAYERS = ("ONLINE", "UNIT", "TEAM")
BANDS = {"done": 700, "near": 200, "behind": 70, "far": 30}
QUARTERS = (1,) * 8 + (2,) * 7 + (3,) * 2 + (4,) * 3  # half an hour a line on average
QUARTERS_BY_BAND = {"done": (240, 262), "near": (180, 239), "behind": (120, 179), "far": (16, 119)}
GOALS = {"done": (240, 270), "near": (232, 258), "behind": (220, 250), "far": (120, 230)}  # by 31 December
MODULE_DONE = {"done": 0.96, "near": 0.8, "behind": 0.5, "far": 0.2}
POLITICS_MODULE = "XI_LAW"
REVERSED, CAPPED, EMPTY, BALANCED = 0.002, 0.01, 0.003, 0.9
WALKER_QUARTERS = {"ONLINE": 48, "UNIT": 48, "TEAM": 29}  # 12.00, 12.00 and 7.25 hours


class Line(NamedTuple):
    """One line of the former system; sorting lines sorts them by day of posting, then person."""

    posted_on: date
    staff_no: str
    number: int
    on: date
    quarters: int
    capped: int
    layer: str
    title: str
    category: str
    module: str
    reverses: int  # the number of the line this one takes back, or 0


@dataclass(frozen=True)
class Calendar:
    """Working days up to 31 October and after, with the share of the year's learning done by each."""

    early: Sequence[date]
    early_share: Sequence[float]
    late: Sequence[date]
    late_share: Sequence[float]

    def draw(self, random: Random, *, late: bool, from_day: date) -> date:
        days, share = (self.late, self.late_share) if late else (self.early, self.early_share)
        first = bisect_left(days, from_day)
        floor = share[first - 1] if 0 < first < len(days) else 0
        return days[bisect_left(share, floor + random.random() * (share[-1] - floor))]


def calendar_of(year: int) -> Calendar:
    days = [date(year, 1, 5) + timedelta(days=number) for number in range(361)]
    days = [day for day in days if day.year == year and day.weekday() < 6]
    cut = date(year, 10, 31)
    early, late = [day for day in days if day <= cut], [day for day in days if day > cut]
    pace = [
        1 / (1 + exp(-(day - date(year, 6, 15)).days / 45)) * (1 - (day - date(year, 1, 1)).days / 450) for day in early
    ]
    rush = [1 + (day.month == 12) * 2 for day in late]
    return Calendar(early, list(accumulate(pace)), late, list(accumulate(rush)))


def bands(people: Sequence[Person], seed: int) -> dict[str, str]:
    """A band for each, in exact shares over the city, some districts ahead of others."""
    random = Random(f"{seed}:bands")  # noqa: S311
    lead = {code: random.uniform(-0.1, 0.1) for code in sorted({district(person) for person in people})}
    order = sorted(people, key=lambda person: random.random() - lead[district(person)])
    bounds = [round(part * len(order) / sum(BANDS.values())) for part in accumulate(BANDS.values())]
    names = list(BANDS)
    found = {person.staff_no: names[bisect_left(bounds, place)] for place, person in enumerate(order, start=1)}
    return _with_walker(found)


def _with_walker(found: dict[str, str]) -> dict[str, str]:
    """The walker's hours put him behind: he changes places with the first who drew that band."""
    if found.get(WALKER, "behind") != "behind":
        other = next(staff_no for staff_no, band in found.items() if band == "behind")
        found[other], found[WALKER] = found[WALKER], "behind"
    return found


def district(person: Person) -> str:
    return person.staff_no.split("-")[1]


def lines_of(person: Person, band: str, calendar: Calendar, seed: int) -> Iterator[Line]:
    """A year of one person, in no order."""
    random = Random(f"{seed}:{person.staff_no}:year")  # noqa: S311
    if person.staff_no == WALKER:
        early, later, modules = WALKER_QUARTERS, {}, ["CONDUCT"]
    else:
        early, later = _amounts(random, band)
        modules = [module for module in COMPULSORY if random.random() < MODULE_DONE[band]]
    numbers = count(1)
    for layer in LAYERS:
        yield from _half(random, person, numbers, (layer, early[layer]), modules, calendar)
        yield from _half(random, person, numbers, (layer, later.get(layer, 0)), None, calendar)


def _half(random: Random, person: Person, numbers, amount: tuple[str, int], modules: list | None, calendar: Calendar):
    """Lines of one layer, up to 31 October or (without `modules`) after it."""
    layer, left = amount
    late = modules is None
    while left > 0:
        quarters = min(QUARTERS[int(random.random() * len(QUARTERS))], left)
        on = calendar.draw(random, late=late, from_day=person.entered_on)
        module = modules.pop() if modules and layer == "ONLINE" else ""
        category = Category.POLITICS if module == POLITICS_MODULE else Category.LAW
        left -= 0 if category == Category.POLITICS else quarters
        title = COMPULSORY.get(module) or SUBJECTS[layer][int(random.random() * len(SUBJECTS[layer]))]
        capped = 4 - quarters if random.random() < CAPPED and quarters < 4 else 0
        line = Line(on, person.staff_no, next(numbers), on, quarters, capped, layer, title, category, module, 0)
        yield line
        if not late and not module and random.random() < REVERSED and person.staff_no != WALKER:
            yield from _taken_back(line, numbers)
        if random.random() < EMPTY:
            yield line._replace(number=next(numbers), quarters=0, capped=2, module="", category=Category.LAW)


def _taken_back(line: Line, numbers) -> Iterator[Line]:
    """The same again by mistake, and its reversal a day later."""
    double = line._replace(number=next(numbers))
    yield double
    yield double._replace(number=next(numbers), posted_on=line.on + timedelta(days=1), reverses=double.number)


def _amounts(random: Random, band: str) -> tuple[dict[str, int], dict[str, int]]:
    """Quarters of an hour by layer, up to 31 October and after."""
    low, high = QUARTERS_BY_BAND[band]
    total = random.randint(low, high)
    even = random.random() < BALANCED
    weights = [1.0 if even else random.uniform(0.7, 1.3) for _ in LAYERS]
    early = {layer: int(total * weight / sum(weights)) for layer, weight in zip(LAYERS, weights, strict=True)}
    early[random.choice(LAYERS)] += total - sum(early.values())
    goal = random.randint(*GOALS[band])
    late = {
        layer: max((goal - total) // len(LAYERS), 0) if even else max(goal // 3 - early[layer], 0) for layer in LAYERS
    }
    return early, late
