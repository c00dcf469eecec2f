"""Targets against actuals: what the rule asks for in a year, who was newly appointed, and what is missing."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError

from instructors.pool.models import Appointment, Level
from instructors.pool.terms import TARGETS, Terms, terms_on
from lms.people.models import OrgUnit

ASKED = {Level.DISTRICT: "district_instructors", Level.PRACTICE: "district_practice"}


@dataclass(frozen=True)
class Goal:
    label: str
    actual: int
    target: int

    @property
    def missing(self) -> int:
        return max(0, self.target - self.actual)

    @property
    def share(self) -> int:
        return min(100, 100 * self.actual // self.target) if self.target else 100


@dataclass(frozen=True)
class Place:
    unit: OrgUnit
    goals: list[Goal]

    @property
    def is_met(self) -> bool:
        return not any(goal.missing for goal in self.goals)


@dataclass(frozen=True)
class TargetBoard:
    year: int
    terms: Terms | None
    city: Goal | None
    places: list[Place]

    @property
    def met(self) -> int:
        return sum(place.is_met for place in self.places)


def build_board(user, year: int) -> TargetBoard:
    """The city's own number for whoever sees the city, and the districts within sight."""
    try:
        terms = terms_on(TARGETS, date(year, 12, 31))
    except ValidationError:
        return TargetBoard(year, None, None, [])
    new = Appointment.objects.visible_to(user).new_in(year)
    sees_city = any(unit.is_whole_city for unit in user.scope("pool.view_appointment"))
    city = (
        Goal("新聘市级师资", new.filter(level=Level.CITY).count(), terms.number("city_instructors"))
        if sees_city
        else None
    )
    districts = OrgUnit.objects.visible_to(user).filter(kind=OrgUnit.Kind.DISTRICT).order_by("path")
    counts = _by_district(new)
    places = [
        Place(unit, [Goal(f"新聘{level.label}", counts.get((unit.path, level), 0), terms.number(key)) for level, key in ASKED.items()])
        for unit in districts
    ]  # fmt: skip
    return TargetBoard(year, terms, city, places)


def _by_district(new) -> dict[tuple, int]:
    """People, not appointments, by district and level."""
    found: dict[tuple, set] = {}
    for path, level, person in new.filter(level__in=ASKED).values_list("unit__path", "level", "instructor_id"):
        found.setdefault((path[: 2 * OrgUnit.steplen], level), set()).add(person)
    return {key: len(people) for key, people in found.items()}
