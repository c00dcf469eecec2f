"""What a unit's rooms have and lack, all counted from the same rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from instructors.classrooms.checklist import GRADES, LABELS, Checklist
from instructors.classrooms.models import SmartClassroom


@dataclass
class Line:
    """The rooms of one unit, with all below it."""

    label: str
    unit: object = None
    rooms: int = 0
    by_grade: dict[str, int] = field(default_factory=lambda: dict.fromkeys(["", *GRADES], 0))
    due: int = 0
    teams: set = field(default_factory=set)
    of_teams: int = 0

    def add(self, room: SmartClassroom, is_due: bool) -> None:
        self.rooms += 1
        self.by_grade[room.grade] += 1
        self.due += is_due
        if room.venue.unit.kind == "TEAM":
            self.teams.add(room.venue.unit_id)

    @property
    def graded(self) -> int:
        return self.rooms - self.by_grade[""]

    @property
    def grades(self) -> list[tuple[str, int]]:
        """From the highest down."""
        return [(LABELS[grade], self.by_grade[grade]) for grade in reversed(["", *GRADES])]

    @property
    def parts(self) -> list[dict]:
        """Of a bar as wide as there are rooms, the best grade first."""
        found, begin = [], 0
        for tone, grade in zip(("g3", "g2", "g1", "g0"), [*reversed(GRADES), ""], strict=True):
            if count := self.by_grade[grade]:
                found.append({"tone": tone, "x": begin, "width": count})
                begin += count
        return found


@dataclass(frozen=True)
class Item:
    """One thing of the checklist: how many rooms have it, and whether it is what the next grade waits for."""

    name: str
    grade: str
    have: int
    total: int
    wanted: int

    @property
    def share(self) -> int:
        return round(self.have * 100 / self.total) if self.total else 0


def items_of(checklist: Checklist, rooms: Iterable[SmartClassroom]) -> list[Item]:
    rooms = list(rooms)
    missing = [checklist.missing(room.found) for room in rooms]
    return [
        Item(
            name, LABELS[grade], sum(name in room.found for room in rooms), len(rooms),
            sum(name in lacking for lacking in missing),
        )
        for grade, names in checklist.added.items()
        for name in names
    ]  # fmt: skip
