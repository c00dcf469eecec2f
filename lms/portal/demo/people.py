"""The people of the demo city, drawn from a seed. Names are numbers: nobody here exists."""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from lms.people.models import Officer
from lms.portal.demo.city import Unit

Rank, Status = Officer.Rank, Officer.Status
WALKER = "T-XH-0173"  # whose year the demonstration walks through
_RANKS = {
    Rank.SUPERVISOR: 10, Rank.CHIEF_1: 100, Rank.CHIEF_2: 140, Rank.CHIEF_3: 150, Rank.CHIEF_4: 160,
    Rank.OFFICER_1: 250, Rank.OFFICER_2: 190,
}  # fmt: skip
_STATUSES = {
    Status.SERVING: 9740,
    Status.SECONDED: 100,
    Status.SICK_LEAVE: 90,
    Status.MATERNITY: 60,
    Status.ATTACHED: 10,
}
_SOURCES = {"RECRUITED": 70, "TRANSFERRED": 20, "TARGETED": 5, "OTHER": 5}
_EDUCATIONS = {"大专": 15, "本科": 70, "硕士研究生": 14, "博士研究生": 1}
_AGES = {range(22, 27): 7, range(27, 37): 32, range(37, 47): 34, range(47, 60): 27}
WOMEN, QUALIFIED, LAWYERS, MOVED = 0.22, 0.06, 0.1, 0.02


@dataclass(frozen=True)
class Person:
    """`stays` are (unit code, first day, day after the last or None), oldest first; the last is today's."""

    staff_no: str
    name: str
    sex: str
    born_on: date
    rank: str
    status: str
    source: str
    education: str
    entered_on: date
    is_legally_qualified: bool
    is_public_lawyer: bool
    stays: tuple[tuple[str, date, date | None], ...]


def draw(random: Random, weights: dict):
    bounds = list(accumulate(weights.values()))
    return list(weights)[bisect(bounds, random.random() * bounds[-1])]


def people_of(units: tuple[Unit, ...], seed: int, year: int, today: date) -> Iterator[Person]:
    """Unit after unit: the bureau's own staff first, then the teams, new entrants last."""
    teams = [code for unit in units for code in unit.team_codes()]
    for unit in units:
        for number in range(1, unit.people + 1):
            yield _person(unit, number, teams, Random(f"{seed}:{unit.code}:{number}"), (year, today))  # noqa: S311


def _person(unit: Unit, number: int, teams: list[str], random: Random, when: tuple[int, date]) -> Person:
    year, today = when
    is_new = number > unit.serving
    entered_on, born_on = _dates(random, year, today, is_new)
    qualified = random.random() < QUALIFIED
    staff_no = f"T-{unit.code}-{number:04d}"
    home = _seat(unit, number)
    moves = not is_new and staff_no != WALKER and home in teams and random.random() < MOVED
    return Person(
        staff_no=staff_no,
        name=f"测试员·{unit.label}·{number:04d}",
        sex=Officer.Sex.FEMALE if random.random() < WOMEN else Officer.Sex.MALE,
        born_on=born_on,
        rank=Rank.OFFICER_2 if is_new else draw(random, _RANKS),
        status=Status.PROBATION if is_new else Status.SERVING if staff_no == WALKER else draw(random, _STATUSES),
        source=draw(random, _SOURCES),
        education=draw(random, _EDUCATIONS),
        entered_on=entered_on,
        is_legally_qualified=qualified,
        is_public_lawyer=qualified and random.random() < LAWYERS,
        stays=_moved(random, home, teams, entered_on, when) if moves else ((home, entered_on, None),),
    )


def _seat(unit: Unit, number: int) -> str:
    """The unit itself for its staff; the others in blocks of equal size, entrants dealt over all teams."""
    codes = unit.team_codes()
    if number <= unit.staff or not codes:
        return unit.code
    if number > unit.serving:
        return codes[(number - unit.serving - 1) % len(codes)]
    return codes[(number - unit.staff - 1) * len(codes) // (unit.serving - unit.staff)]


def _dates(random: Random, year: int, today: date, is_new: bool) -> tuple[date, date]:
    """(entered on, born on). Of the new, two thirds came at the end of last year and owe all of this one."""
    if is_new:
        age = random.randint(22, 30)
        entered_on = date(year - 1, random.choice((11, 12)), random.randint(1, 28))
        if random.random() < 1 / 3:
            entered_on = min(date(year, random.randint(2, 6), random.randint(1, 28)), today)
    else:
        age = random.choice(draw(random, _AGES))
        entered_on = date(year - random.randint(1, max(age - 22, 1)), random.choice((3, 7, 9)), 1)
    return entered_on, date(year - age, 1, 1) + timedelta(days=random.randrange(365))


def _moved(random: Random, home: str, teams: list[str], entered_on: date, when: tuple[int, date]) -> tuple:
    """Within the district mostly; one in four goes to another. Nobody moves on a day still to come."""
    year, today = when
    last = min(date(year, 11, 15), today)
    on = date(year, 1, 15) + timedelta(days=random.randrange(max((last - date(year, 1, 15)).days, 1)))
    near = [code for code in teams if code[:2] == home[:2] and code != home]
    came_from = random.choice(near if near and random.random() < 3 / 4 else [code for code in teams if code != home])
    return ((came_from, entered_on, on), (home, on, None)) if on <= today else ((home, entered_on, None),)
