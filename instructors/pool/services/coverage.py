"""How far the pool reaches: teams with a trainer of their own, item codes somebody can teach; by district."""

from dataclasses import dataclass
from datetime import date

from courses.catalogue.models import ItemCode
from instructors.pool.models import Appointment, Instructor, Level
from lms.people.models import OrgUnit


@dataclass(frozen=True)
class Share:
    count: int
    total: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.total if self.total else 0.0

    @property
    def missing(self) -> int:
        return self.total - self.count


@dataclass(frozen=True)
class Reach:
    unit: OrgUnit
    teams: Share
    items: Share
    active: int


def coverage(user, day: date) -> list[Reach]:
    """The city first for whoever sees it, then each district-level unit within sight."""
    tops = list(
        OrgUnit.objects.visible_to(user)
        .filter(kind__in=[OrgUnit.Kind.CITY, *OrgUnit.CITY_LEVEL], until_on=None)
        .order_by("path")
    )
    teams = set(OrgUnit.objects.visible_to(user).teams().filter(until_on=None).values_list("path", flat=True))
    held = Appointment.objects.in_force_on(day).filter(instructor__in=Instructor.objects.active_on(day).values("pk"))
    trained = set(held.filter(level=Level.TEAM).values_list("instructor__officer__unit__path", flat=True)) & teams
    items = set(held.exclude(items=None).values_list("unit__path", "items"))
    people = set(held.values_list("unit__path", "instructor"))
    total = ItemCode.objects.count()
    return [
        Reach(
            unit,
            Share(_under(trained, unit), _under(teams, unit)),
            Share(len({item for path, item in items if path.startswith(unit.path)}), total),
            len({person for path, person in people if path.startswith(unit.path)}),
        )
        for unit in tops
    ]


def _under(paths: set[str], unit: OrgUnit) -> int:
    return sum(path.startswith(unit.path) for path in paths)


def teams_without(user, day: date):
    """Which teams have no trainer of their own today."""
    active = Instructor.objects.active_on(day).values("pk")
    held = Appointment.objects.in_force_on(day).filter(level=Level.TEAM, instructor__in=active)
    trained = held.exclude(instructor__officer=None).values("instructor__officer__unit")
    return OrgUnit.objects.visible_to(user).teams().filter(until_on=None).exclude(pk__in=trained).order_by("path")
