"""By unit: how many teams have somebody in training with a mentor, and what became of the pairs."""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Q

from instructors.mentorship.models import Mentorship
from lms.people.models import OrgUnit
from lms.people.querysets import in_units

VIEW = "mentorship.view_mentorship"
State = Mentorship.State


@dataclass
class Line:
    """A district, or a team where a district looks at its own."""

    unit: OrgUnit
    teams: int = 0
    covered: set = field(default_factory=set)
    states: Counter = field(default_factory=Counter)
    mentors: set = field(default_factory=set)

    def add(self, other: "Line") -> None:
        self.teams += other.teams
        self.covered |= other.covered
        self.states += other.states
        self.mentors |= other.mentors

    @property
    def running(self) -> int:
        return self.states[State.ACTIVE] + self.states[State.ASSESSED]

    @property
    def waiting(self) -> int:
        return self.states[State.PROPOSED] + self.states[State.SIGNED]

    @property
    def completed(self) -> int:
        return self.states[State.COMPLETED]

    @property
    def terminated(self) -> int:
        return self.states[State.TERMINATED]

    @property
    def share(self) -> float:
        return 100 * len(self.covered) / self.teams if self.teams else 0


@dataclass(frozen=True)
class Board:
    year: int
    lines: list[Line]
    total: Line


def build_board(user, year: int) -> Board | None:
    """A pair belongs to every year its term touches; a team is covered by one that runs or was completed."""
    units = user.scope(VIEW)
    if not units:
        return None
    known = list(OrgUnit.objects.filter(in_units(units, "")).order_by("path"))
    lines = _lines(known)
    teams = {unit.path for unit in known if unit.kind == OrgUnit.Kind.TEAM}
    for path in teams:
        _line_of(lines, path).teams += 1
    for row in _pairs(user, year):
        line = _line_of(lines, row["unit__path"])
        line.states[row["state"]] += 1
        if row["state"] in (State.ACTIVE, State.ASSESSED, State.COMPLETED):
            line.mentors.add(row["mentor"])
            line.covered |= teams & {row["unit__path"]}
    total = Line(unit=known[0])
    for line in lines.values():
        total.add(line)
    shown = [line for line in lines.values() if line.teams or line.states]
    return Board(year, shown, total)


def _lines(known: list[OrgUnit]) -> dict[str, Line]:
    """Districts for whoever sees more than one, otherwise the teams."""
    districts = {unit.path: Line(unit) for unit in known if unit.depth == 2 and unit.kind != OrgUnit.Kind.STREET}
    return districts if len(districts) > 1 else {unit.path: Line(unit) for unit in known}


def _line_of(lines: dict[str, Line], path: str) -> Line:
    """The nearest unit above that has a line."""
    step = OrgUnit.steplen
    return next(lines[path[:length]] for length in range(len(path), 0, -step) if path[:length] in lines)


def _pairs(user, year: int):
    rows = Mentorship.objects.filter(user.scope_filter(VIEW, "unit"))
    begun = rows.filter(from_on__year__lte=year, until_on__year__gte=year)
    return begun.filter(Q(ended_on=None) | Q(ended_on__year__gte=year)).values("unit__path", "state", "mentor")
