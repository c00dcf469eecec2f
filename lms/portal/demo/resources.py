"""Rooms, practice bases and instructors of the demo city: what classes are held in and by whom."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from instructors.pool.models import Instructor
from instructors.venues.models import Venue
from lms.people.models import Officer, OrgUnit
from lms.portal.demo.city import CITY, Unit
from lms.portal.demo.pool import SUBJECTS, Town, build_pool

CITY_ROOMS, ROOMS, BASES, MOST_BASES = 4, 142, 40, "CM"
SEATS, TEAM_SEATS = (48, 60, 96, 36), 40
Kind = Venue.Kind
TOPICS = SUBJECTS


class Resources(NamedTuple):
    """By unit's code; an instructor of a team by the team's, and only those who may be given sessions of all the year."""

    rooms: dict[str, list[Venue]]
    bases: dict[str, list[Venue]]
    instructors: dict[str, list[Instructor]]


def build_resources(shapes, units: Mapping[str, OrgUnit], officers: Mapping[str, Officer], today: date) -> Resources:
    venues = [*_rooms(shapes, units), *_bases(shapes, units)]
    Venue.objects.bulk_create(venues)
    return Resources(
        _by_unit([venue for venue in venues if venue.kind == Kind.CLASSROOM]),
        _by_unit([venue for venue in venues if venue.kind == Kind.PRACTICE_BASE]),
        build_pool(Town(shapes, units, officers, today)),
    )


def _by_unit(rows) -> dict:
    found: dict[str, list] = {}
    for row in rows:
        found.setdefault(row.unit.code, []).append(row)
    return found


def _shares(shapes: tuple[Unit, ...], total: int) -> dict[str, int]:
    """So many for each unit as its teams are of all teams, at least two; none where there are no teams."""
    teams = sum(shape.teams for shape in shapes)
    found = {shape.code: max(2, total * shape.teams // teams) for shape in shapes if shape.teams}
    by_remainder = sorted((shape for shape in shapes if shape.teams), key=lambda one: -(total * one.teams % teams))
    for shape in by_remainder[: max(0, total - sum(found.values()))]:
        found[shape.code] += 1
    return found


def _rooms(shapes, units) -> list[Venue]:
    """Half of a unit's rooms are its own, the others stand in its teams, one each."""
    shares = _shares(shapes, min(ROOMS, 2 * sum(shape.teams for shape in shapes)))
    found = [_room(units[CITY], "市局", number, 120) for number in range(1, CITY_ROOMS + 1)]
    for shape in shapes:
        share = shares.get(shape.code, 0)
        own = share - min(share // 2, shape.teams)
        found += [
            _room(units[shape.code], shape.label, number, SEATS[number % len(SEATS)]) for number in range(1, own + 1)
        ]
        teams = shape.team_codes()[: share - own]
        found += [_room(units[code], f"{shape.label}{code[-2:]}中队", 1, TEAM_SEATS) for code in teams]
    return found


def _room(unit: OrgUnit, label: str, number: int, seats: int) -> Venue:
    return Venue(
        unit=unit,
        name=f"{label}教室{number}",
        kind=Kind.CLASSROOM,
        seats=seats,
        address=f"{label}教育培训中心{number}室",
    )


def _bases(shapes, units) -> list[Venue]:
    """Two or three of each district, of one five."""
    districts = [shape for shape in shapes if shape.kind == OrgUnit.Kind.DISTRICT]
    others = [shape.code for shape in districts if shape.code != MOST_BASES]
    shares = {MOST_BASES: 5} | dict.fromkeys(others, 2)
    left = min(BASES, 3 * len(districts)) - sum(shares[shape.code] for shape in districts)
    for code in others[: max(0, left)]:
        shares[code] += 1
    return [
        Venue(
            unit=units[shape.code], name=f"{shape.label}实践教学基地{number}", kind=Kind.PRACTICE_BASE,
            seats=30 + 10 * (number % 3), address=f"{shape.label}区实训场{number}号",
        )
        for shape in districts
        for number in range(1, shares[shape.code] + 1)
    ]  # fmt: skip
