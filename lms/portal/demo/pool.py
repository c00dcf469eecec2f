"""The instructors of the demo city: of every level, appointed by two persons, some of them this year."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from courses.catalogue.models import ItemCode, Topic
from instructors.pool.models import Appointment, Bar, Instructor, Level, PodiumMember
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.city import CITY, Unit

EXPERTS = ("行政法学", "行政诉讼", "应急管理", "建筑垃圾治理", "历史建筑保护", "心理与沟通", "公文写作", "数据应用")
SUBJECTS = ("执法文书", "现场沟通", "案件审核", "市容环境卫生", "违法建筑治理", "队列与体能", "无人机巡查", "信访处置")
DEPARTMENTS = (
    "办公室",
    "组织人事处",
    "政策法规处",
    "执法协调处",
    "执法监督处",
    "科技信息处",
    "宣传处",
    "财务处",
    "信访处",
    "教育培训处",
)
LECTURING = 6  # so many heads of department are in the pool themselves
CITY_OLD, CITY_NEW, PER_DISTRICT, PER_PRACTICE = 40, 20, 15, 10
NEW_DISTRICT, NEW_PRACTICE = (5, 6, 5, 3, 5, 7, 4, 5), (5, 4, 6, 5, 2, 5, 5, 5)
TEAMS_WITHOUT = 29  # one team in so many has no trainer of its own
BATCH = 1000


@dataclass(frozen=True)
class Seat:
    """One appointment to be: who, at which level, for whom, and whether he is new this year."""

    officer: Officer | None
    name: str
    level: str
    unit: OrgUnit
    is_new: bool = False
    is_head: bool = False


@dataclass(frozen=True)
class Town:
    shapes: tuple[Unit, ...]
    units: Mapping[str, OrgUnit]
    officers: Mapping[str, Officer]
    today: date


def build_pool(town: Town) -> dict[str, list[Instructor]]:
    """By unit's code who may be given sessions of the whole year: those who were there before it."""
    seats = list(_seats(town))
    rows: dict[object, Instructor] = {}
    for seat in seats:
        key = seat.officer.pk if seat.officer else seat.name
        rows.setdefault(
            key, Instructor(officer=seat.officer, name=seat.name, unit=seat.officer.unit if seat.officer else seat.unit)
        )
    Instructor.objects.bulk_create(rows.values(), BATCH)
    who = [rows[seat.officer.pk if seat.officer else seat.name] for seat in seats]
    _appoint(town, seats, who)
    _bar(town, seats)
    _name_heads(town)
    found: dict[str, list[Instructor]] = {}
    for seat, row in zip(seats, who, strict=True):
        if not (seat.is_new or seat.is_head) and seat.level != Level.LEGAL:
            found.setdefault(seat.unit.code, []).append(row)
    return found


def _seats(town: Town) -> Iterator[Seat]:
    """Units first, so that whoever teaches for the city does not teach for his unit at the same hour."""
    of_unit: dict[int, list[Officer]] = {}
    for officer in town.officers.values():
        if officer.status == Officer.Status.SERVING:
            of_unit.setdefault(officer.unit_id, []).append(officer)
    taken: set[int] = set()
    for seat in _of_units(town, of_unit):
        taken.add(seat.officer.pk)
        yield seat
    heads = [one for one in _heads(town)[:LECTURING] if one.pk not in taken]
    for head in heads:
        taken.add(head.pk)
        yield Seat(head, head.name, Level.CITY, town.units[CITY], is_head=True)
    free = [one for one in town.officers.values() if one.rank in ("CHIEF_1", "CHIEF_2") and one.pk not in taken]
    old, new = max(2, _scaled(town, CITY_OLD) - len(heads)), _scaled(town, CITY_NEW)
    for number, officer in enumerate(free[: old + new]):
        yield Seat(officer, officer.name, Level.CITY, town.units[CITY], number >= old)
    for number in range(1, 2 * len(EXPERTS) + 1):
        yield Seat(None, f"测试员·外聘·{number:04d}", Level.EXTERNAL, town.units[CITY])


def _scaled(town: Town, count: int) -> int:
    """In a small city a tenth of it."""
    return count if len(town.shapes) > len(EXPERTS) else max(2, count // 10)


def _of_units(town: Town, of_unit: Mapping[int, list[Officer]]) -> Iterator[Seat]:
    for place, shape in enumerate(town.shapes):
        unit = town.units[shape.code]
        if shape.kind == OrgUnit.Kind.DISTRICT:
            yield from _of_district(unit, of_unit.get(unit.pk, []), place)
        for number, code in enumerate(shape.team_codes()):
            team, people = town.units[code], of_unit.get(town.units[code].pk, [])
            if (place + number) % TEAMS_WITHOUT != TEAMS_WITHOUT - 1:
                yield from (Seat(one, one.name, Level.TEAM, team) for one in people[:1])
            yield from (Seat(one, one.name, Level.LEGAL, team) for one in people[1:2])


def _of_district(unit: OrgUnit, people: Sequence[Officer], place: int) -> Iterator[Seat]:
    """Of the district's own staff, three of five for the classroom; the last of each kind came this year."""
    district = min(PER_DISTRICT, len(people) * 3 // 5)
    practice = min(PER_PRACTICE, len(people) - district)
    new = min(NEW_DISTRICT[place % len(NEW_DISTRICT)], district // 2)
    for number, one in enumerate(people[:district]):
        yield Seat(one, one.name, Level.DISTRICT, unit, number >= district - new)
    new = min(NEW_PRACTICE[place % len(NEW_PRACTICE)], practice // 2)
    for number, one in enumerate(people[district : district + practice]):
        yield Seat(one, one.name, Level.PRACTICE, unit, number >= practice - new)


def _appoint(town: Town, seats: Sequence[Seat], who: Sequence[Instructor]) -> None:
    first, second = (User.objects.get(username=f"INITIAL-{number}") for number in (1, 2))
    year = town.today.year
    rows = []
    for number, (seat, row) in enumerate(zip(seats, who, strict=True)):
        begin = (
            date(year, 3, 1)
            if seat.is_new
            else date(year - 2 if seat.level == Level.LEGAL and number % 2 else year - 1, 1, 1)
        )
        rows.append(Appointment(
            instructor=row, level=seat.level, unit=seat.unit, made_by=first, checked_by=second, checked_at=timezone.now(),
            during=DateRange(min(begin, town.today), begin.replace(year=begin.year + 3)),
            specialty=EXPERTS[number % len(EXPERTS)] if seat.officer is None else SUBJECTS[number % len(SUBJECTS)],
            course_levels=["BASIC", "INTERMEDIATE"] if number % 3 else ["INTERMEDIATE", "ADVANCED"],
        ))  # fmt: skip
    Appointment.objects.bulk_create(rows, BATCH)
    _specialise(rows)


def _specialise(rows: Sequence[Appointment]) -> None:
    """Two topics each; of the item codes a few, and one in eight nobody can teach yet."""
    topics, items = (
        list(Topic.objects.values_list("pk", flat=True)),
        list(ItemCode.objects.values_list("pk", flat=True)),
    )
    taught = [pk for number, pk in enumerate(items) if number % 8 != 7]
    by_topic, by_item = Appointment.topics.through, Appointment.items.through
    if topics:
        pairs = {(row.pk, topics[(number + step) % len(topics)]) for number, row in enumerate(rows) for step in (0, 3)}
        by_topic.objects.bulk_create(
            [by_topic(appointment_id=row, topic_id=topic) for row, topic in sorted(pairs)], BATCH
        )
    teaching = [row for row in rows if row.level in (Level.CITY, Level.DISTRICT, Level.PRACTICE)]
    if taught:
        pairs = {
            (row.pk, taught[(7 * number + step) % len(taught)])
            for number, row in enumerate(teaching)
            for step in range(12)
        }
        by_item.objects.bulk_create(
            [by_item(appointment_id=row, itemcode_id=item) for row, item in sorted(pairs)], BATCH
        )


def _bar(town: Town, seats: Sequence[Seat]) -> None:
    """Three legal officers, who hold no sessions of the demo's classes, may not teach for the time being."""
    legal = [seat.officer for seat in seats if seat.level == Level.LEGAL][:3]
    kinds = (Bar.Kind.CERTIFICATE, Bar.Kind.NO_CERTIFICATE, Bar.Kind.SUSPENDED)
    reasons = ("执法证因案件复查暂扣", "执法证到期未换发", "本人申请暂停授课")
    begin = town.today - timedelta(days=20)
    Bar.objects.bulk_create(
        Bar(officer=officer, kind=kind, during=DateRange(begin, None), reason=reason, evidence=f"lms.portal.demo:bar:{officer.pk}",
            made_by="演示数据")
        for officer, kind, reason in zip(legal, kinds, reasons, strict=False)
    )  # fmt: skip


def _heads(town: Town) -> list[Officer]:
    """The bureau's departments; where the profile has no bureau, the corps stands in."""
    kinds = (OrgUnit.Kind.HEADQUARTERS, OrgUnit.Kind.CORPS)
    home = next((town.units[one.code] for one in town.shapes if one.kind in kinds), None)
    if home is None:
        return []
    return [one for one in town.officers.values() if one.unit.path.startswith(home.path)][2 : 2 + len(DEPARTMENTS)]


def _name_heads(town: Town) -> None:
    term = DateRange(date(town.today.year - 1, 1, 1), None)
    PodiumMember.objects.bulk_create(
        PodiumMember(officer=one, department=name, post="处长" if number else "主任", during=term)
        for number, (name, one) in enumerate(zip(DEPARTMENTS, _heads(town), strict=False))
    )
