"""Rooms, practice bases and instructors of the demo city: what classes are held in and by whom."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from instructors.pool.models import Instructor
from instructors.venues.models import Venue
from lms.people.models import Officer, OrgUnit
from lms.portal.demo.city import CITY, Unit

CITY_ROOMS, ROOMS, BASES = 4, 142, 40
OF_CITY, OF_DISTRICT = 40, 8
SEATS = (48, 60, 96, 36)
Kind, Level = Venue.Kind, Instructor.Level
EXPERTS = ("行政法学", "行政诉讼", "应急管理", "建筑垃圾治理", "历史建筑保护", "心理与沟通", "公文写作", "数据应用")
TOPICS = ("执法文书", "现场沟通", "案件审核", "市容环境卫生", "违法建筑治理", "队列与体能", "无人机巡查", "信访处置")


class Resources(NamedTuple):
    """By unit's code; an instructor of a team by the team's."""

    rooms: dict[str, list[Venue]]
    bases: dict[str, list[Venue]]
    instructors: dict[str, list[Instructor]]


def build_resources(shapes, units: Mapping[str, OrgUnit], officers: Mapping[str, Officer], today: date) -> Resources:
    venues = [*_rooms(shapes, units), *_bases(shapes, units)]
    Venue.objects.bulk_create(venues)
    people = [*_of_city(units, officers, today), *_of_units(shapes, units, officers, today)]
    Instructor.objects.bulk_create(people, batch_size=1000)
    return Resources(
        _by_unit([venue for venue in venues if venue.kind == Kind.CLASSROOM]),
        _by_unit([venue for venue in venues if venue.kind == Kind.PRACTICE_BASE]),
        _by_unit(people),
    )


def _by_unit(rows) -> dict:
    found: dict[str, list] = {}
    for row in rows:
        found.setdefault(row.unit.code, []).append(row)
    return found


def _shares(shapes: tuple[Unit, ...], total: int) -> dict[str, int]:
    """So many for each unit as its teams are of all teams, at least two; none where there are no teams."""
    teams = sum(shape.teams for shape in shapes)
    return {shape.code: max(2, total * shape.teams // teams) for shape in shapes if shape.teams}


def _rooms(shapes, units) -> list[Venue]:
    shares = {CITY: CITY_ROOMS} | _shares(shapes, min(ROOMS, 2 * sum(shape.teams for shape in shapes)))
    labels = {CITY: "市局"} | {shape.code: shape.label for shape in shapes}
    return [
        Venue(
            unit=units[code], name=f"{labels[code]}教室{number}", kind=Kind.CLASSROOM,
            seats=SEATS[number % len(SEATS)] if code != CITY else 120, address=f"{labels[code]}教育培训中心{number}室",
        )
        for code, share in shares.items()
        for number in range(1, share + 1)
    ]  # fmt: skip


def _bases(shapes, units) -> list[Venue]:
    districts = [shape for shape in shapes if shape.kind == OrgUnit.Kind.DISTRICT]
    count = min(BASES, 3 * len(districts))
    return [
        Venue(
            unit=units[shape.code], name=f"{shape.label}实践教学基地{number // len(districts) + 1}",
            kind=Kind.PRACTICE_BASE, seats=40, address=f"{shape.label}实训场",
        )
        for number, shape in ((number, districts[number % len(districts)]) for number in range(count))
    ]  # fmt: skip


def _instructor(officer: Officer, unit: OrgUnit, level: str, number: int, today: date) -> Instructor:
    return Instructor(
        officer=officer, name=officer.name, unit=unit, level=level, specialty=TOPICS[number % len(TOPICS)],
        from_on=date(today.year - 1, 1, 1), until_on=date(today.year + 1, 12, 31),
    )  # fmt: skip


def _of_city(units, officers, today) -> list[Instructor]:
    staff = [officer for officer in officers.values() if officer.rank in ("CHIEF_1", "CHIEF_2")][:OF_CITY]
    experts = [
        Instructor(
            name=f"测试员·外聘·{number:04d}", unit=units[CITY], level=Level.EXTERNAL, specialty=subject,
            from_on=date(today.year - 1, 1, 1), until_on=date(today.year + 1, 6, 30),
        )
        for number, subject in enumerate(EXPERTS * 2, 1)
    ]  # fmt: skip
    return [_instructor(one, units[CITY], Level.CITY, number, today) for number, one in enumerate(staff)] + experts


def _of_units(shapes, units, officers, today) -> list[Instructor]:
    """Some of each district's own staff, and one 小教员 of every team."""
    found, of_unit = [], {}
    for officer in officers.values():
        of_unit.setdefault(officer.unit_id, []).append(officer)
    for shape in shapes:
        own = of_unit.get(units[shape.code].pk, [])[:OF_DISTRICT]
        levels = (Level.DISTRICT, Level.DISTRICT, Level.PRACTICE, Level.LEGAL)
        found += [
            _instructor(one, units[shape.code], levels[number % 4], number, today) for number, one in enumerate(own)
        ]
        for number, code in enumerate(shape.team_codes()):
            people = of_unit.get(units[code].pk, [])
            found += [_instructor(one, units[code], Level.TEAM, number, today) for one in people[:1]]
    return found
