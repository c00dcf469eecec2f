"""A year of classes of the demo city: the city's 25, each district's 12, and the teams' own sessions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import ClassSession, Enrollment, PlanItem, TrainingClass
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.city import CITY, Unit
from lms.portal.demo.people import WALKER
from lms.portal.demo.resources import TOPICS, Resources
from lms.rules.models import Layer

CITY_CLASSES, DISTRICT_CLASSES, TEAM_SESSIONS = 25, 12, 17
CITY_TODAY, DISTRICT_TODAY, TEAM_TODAY = 20, 10, 13
CITY_SEATS, DISTRICT_SEATS = 92, 40
HALVES = ((time(8, 30), time(12)), (time(13, 30), time(17)))
TEAM_TIME, TODAY_TIME = (time(14), time(16)), (time(9, 30), time(11, 30))
SHOWN = ("XH", "PD")  # whose offices and teams the demonstration walks through
SOON, OPEN = timedelta(days=3), timedelta(days=35)
WITH_LISTS = timedelta(days=45)
State = TrainingClass.State


@dataclass(frozen=True)
class Stage:
    """Everything a year of classes is put on."""

    shapes: tuple[Unit, ...]
    units: Mapping[str, OrgUnit]
    officers: Mapping[str, Officer]
    resources: Resources
    actor: User
    today: date

    @property
    def monday(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    def state_on(self, day: date) -> str:
        if day <= self.today + SOON:
            return State.READY
        return State.ENROLLING if day <= self.today + OPEN else State.DRAFT


class Drawn(NamedTuple):
    """A class, and which of so many turns it is: in each turn other people come, in the first those of today."""

    row: TrainingClass
    sessions: list[ClassSession]
    turn: int = 0
    turns: int = 1


def hold_classes(stage: Stage) -> tuple[int, int, int]:
    """(classes, sessions, enrolments)."""
    drawn = [*_of_city(stage), *_of_districts(stage), *_of_teams(stage)]
    TrainingClass.objects.bulk_create([one.row for one in drawn], batch_size=2000)
    sessions = [session for one in drawn for session in one.sessions]
    ClassSession.objects.bulk_create(sessions, batch_size=2000)
    enrollments = list(_enrollments(stage, drawn))
    Enrollment.objects.bulk_create(enrollments, batch_size=2000)
    return len(drawn), len(sessions), len(enrollments)


def _class(stage: Stage, unit: OrgUnit, days: tuple[date, date], **fields) -> TrainingClass:
    return TrainingClass(
        unit=unit, starts_on=days[0], ends_on=days[1], state=stage.state_on(days[0]), made_by=stage.actor, **fields
    )


def _session(row: TrainingClass, day: date, hours: tuple[time, time], **fields) -> ClassSession:
    during = DateTimeTZRange(*(timezone.make_aware(datetime.combine(day, clock)) for clock in hours))
    return ClassSession(training_class=row, event_type=row.event_type, during=during, **fields)


def _whole_days(row: TrainingClass, places: tuple) -> list[ClassSession]:
    """Mornings with the first instructor, afternoons with the second."""
    venue, instructors = places
    length = (row.ends_on - row.starts_on).days + 1
    return [
        _session(
            row, row.starts_on + timedelta(days=number), hours, venue=venue, instructor=instructors[half],
            title=TOPICS[(number * 2 + half) % len(TOPICS)], quantity=1,
        )
        for number in range(length)
        for half, hours in enumerate(HALVES)
    ]  # fmt: skip


def _pair(rows: list, number: int) -> list:
    return [rows[(2 * number + half) % len(rows)] for half in range(2)] if rows else [None, None]


def _items_of(unit: OrgUnit, year: int) -> list[PlanItem]:
    """The lines of the year's plan, each as often as it has classes."""
    lines = PlanItem.objects.filter(plan__unit=unit, plan__year=year, event_type="TRAINING", layer=Layer.UNIT)
    return [line for line in lines.order_by("quarter", "number") for _ in range(line.classes)]


def _at(items: list[PlanItem], number: int) -> PlanItem | None:
    return items[number] if number < len(items) else None


def _of_city(stage: Stage) -> Iterator[Drawn]:
    """One every second week, four days long; the 21st begins today."""
    city, resources = stage.units[CITY], stage.resources
    items = _items_of(city, stage.today.year)
    for number in range(CITY_CLASSES):
        begin = stage.today if number == CITY_TODAY else stage.monday + timedelta(weeks=2 * (number - CITY_TODAY))
        row = _class(
            stage, city, (begin, begin + timedelta(days=3)), capacity=CITY_SEATS, plan_item=_at(items, number),
            title=f"{TOPICS[number % len(TOPICS)]}专项班第{number + 1}期", notes="请着制服，提前15分钟报到。",
        )  # fmt: skip
        room = resources.rooms[CITY][number % 2]
        sessions = _whole_days(row, (room, _pair(resources.instructors[CITY], number)))
        yield Drawn(row, sessions, (number - CITY_TODAY) % CITY_CLASSES, CITY_CLASSES)


def _of_districts(stage: Stage) -> Iterator[Drawn]:
    """One every fourth week, two days long; of the districts shown the eleventh begins today."""
    districts = [shape for shape in stage.shapes if shape.kind == OrgUnit.Kind.DISTRICT]
    for place, shape in enumerate(districts):
        unit, room = stage.units[shape.code], stage.resources.rooms[shape.code][0]
        own, items = stage.resources.instructors.get(shape.code, []), _items_of(unit, stage.today.year)
        for number in range(DISTRICT_CLASSES):
            weeks = 4 * (number - DISTRICT_TODAY) + (0 if shape.code in SHOWN else place % 4)
            begin = (
                stage.today
                if shape.code in SHOWN and number == DISTRICT_TODAY
                else stage.monday + timedelta(weeks=weeks)
            )
            row = _class(
                stage, unit, (begin, begin + timedelta(days=1)), capacity=DISTRICT_SEATS, plan_item=_at(items, number),
                title=f"{shape.label}区全员普训第{number + 1}期", is_self_enrolled=True,
            )  # fmt: skip
            sessions = _whole_days(row, (room, _pair(own, number)))
            yield Drawn(row, sessions, (number - DISTRICT_TODAY) % DISTRICT_CLASSES, DISTRICT_CLASSES)


def _of_teams(stage: Stage) -> Iterator[Drawn]:
    """Every third week an afternoon of two hours; of the districts shown the first team holds one today."""
    for shape in stage.shapes:
        rooms = stage.resources.rooms.get(shape.code, [None])[1:] or [None]
        for place, code in enumerate(shape.team_codes()):
            teacher = next(iter(stage.resources.instructors.get(code, [])), None)
            room = next(iter(stage.resources.rooms.get(code, [])), rooms[place % len(rooms)])
            for number in range(TEAM_SESSIONS):
                weeks, weekday = 3 * (number - TEAM_TODAY) + place % 3, (place // len(rooms) + place % len(rooms)) % 5
                is_today = shape.code in SHOWN and place == 0 and number == TEAM_TODAY
                day = stage.today if is_today else stage.monday + timedelta(weeks=weeks, days=weekday)
                row = _class(
                    stage, stage.units[code], (day, day), form=TrainingClass.Form.TEAM_SESSION, layer=Layer.TEAM,
                    title=f"{stage.units[code].name}{day.month}月训练", capacity=60,
                )  # fmt: skip
                topic = TOPICS[(place + number) % len(TOPICS)]
                yield Drawn(row, [
                    _session(
                        row, day, TODAY_TIME if is_today else TEAM_TIME, title=topic, venue=room,
                        instructor=teacher, quantity=Decimal("0.5"),
                    )
                ])  # fmt: skip


def _enrollments(stage: Stage, drawn: list[Drawn]) -> Iterator[Enrollment]:
    """Lists of every class, but of the teams' sessions only of those about now."""
    by_path = _people_by_path(stage)
    for row, _, turn, turns in drawn:
        near = abs(row.starts_on - stage.today) <= WITH_LISTS
        if row.state == State.DRAFT or (row.form == TrainingClass.Form.TEAM_SESSION and not near):
            continue
        own = by_path.get(row.unit.path, [])
        for officer in own[turn::turns][: row.capacity]:
            yield Enrollment(
                training_class=row, officer=officer, unit=officer.unit, source=Enrollment.Source.ASSIGNED,
                state=Enrollment.State.CONFIRMED, made_by=stage.actor,
            )  # fmt: skip


def _people_by_path(stage: Stage) -> dict[str, list[Officer]]:
    """Those who can come, under every unit above them; the one the demonstration follows is the first everywhere."""
    found: dict[str, list[Officer]] = {}
    serving = [officer for officer in stage.officers.values() if officer.status in ("SERVING", "PROBATION")]
    for officer in sorted(serving, key=lambda officer: officer.staff_no != WALKER):
        path = officer.unit.path
        for length in range(OrgUnit.steplen, len(path) + 1, OrgUnit.steplen):
            found.setdefault(path[:length], []).append(officer)
    return found
