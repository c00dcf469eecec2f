"""Smart classrooms of the demo city: graded, equipped, and booked beside the classes that are held in them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from instructors.classrooms.checklist import Checklist
from instructors.classrooms.models import Grade, RoomCheck, RoomEquipment, SmartClassroom
from instructors.classrooms.services.checks import standard_on
from instructors.venues.models import Booking, Venue
from lms.people.models import Officer, User
from lms.people.querysets import in_units

OF_HUNDRED_AND_FORTY_SIX = 146
ADVANCED, INTERMEDIATE = 6, 30
# Every so-manieth room, beginning with which: also the smallest city has one of each.
OVERDUE, SOON, FAULTY, WAITING = (29, 7), (17, 9), (11, 8), (24, 5)
MODELS = {"交互大屏": "86寸触控一体机", "网络接入": "千兆有线与无线", "扫码签到": "签到终端", "课程录播": "双机位录播主机",
          "双向视频": "视频会议终端", "多教室互动": "互动教学主机", "智能字幕与考勤": "字幕与考勤主机",
          "模拟听证": "听证席与证据展示台"}  # fmt: skip
OTHERS = ("课桌椅", "计算机")
AFFAIRS = (("SEMINAR", "教研组集体备课"), ("MEETING", "法制员例会"), ("SEMINAR", "案卷评查研讨"), ("EXERCISE", "小教员试讲"),
           ("VISIT", "兄弟单位观摩"), ("EXERCISE", "执法文书练习"))  # fmt: skip
HOURS = (time(9, 30), time(11)), (time(15), time(16, 30))
PAST, COMING = 4, 3
SATURDAY = 5
State = Booking.State


class Keepers(NamedTuple):
    """Who says what a room has, and who goes and looks."""

    made_by: User
    checked_by: User


def _people(venues: Sequence[Venue], keepers: Keepers) -> dict[int, list[User]]:
    """Two of each unit who speak for its rooms."""
    units = {venue.unit_id: venue.unit for venue in venues}
    found = {}
    for pk, unit in units.items():
        below = Officer.objects.in_service().filter(in_units([unit], "unit")).select_related("user")
        found[pk] = [officer.user for officer in below.order_by("staff_no")[:2]] + [*keepers]
    return found


def furnish(keepers: Keepers, today: date) -> tuple[int, int]:
    """(rooms, bookings beside those of sessions); every room has a grade."""
    venues = sorted(
        Venue.objects.filter(kind=Venue.Kind.CLASSROOM).select_related("unit"),
        key=lambda venue: (venue.unit.depth, not venue.name.endswith("教室1"), venue.unit.path, venue.name),
    )
    rooms = SmartClassroom.objects.bulk_create(SmartClassroom(venue=venue, keeper="教育培训专管员") for venue in venues)
    people = _people(venues, keepers)
    _grade(rooms, people, keepers.checked_by, today)
    RoomEquipment.objects.bulk_create(_equipment(rooms))
    return len(rooms), len(Booking.objects.bulk_create(_bookings(venues, people, keepers.checked_by, today)))


def _is(number: int, which: tuple[int, int]) -> bool:
    every, first = which
    return number % every == first


def _grades(total: int) -> list[Grade]:
    """The city's and the districts' best rooms first: 6, 30 and 110 of 146."""
    high = max(1, round(total * ADVANCED / OF_HUNDRED_AND_FORTY_SIX))
    middle = max(1, round(total * INTERMEDIATE / OF_HUNDRED_AND_FORTY_SIX))
    return [Grade.ADVANCED] * high + [Grade.INTERMEDIATE] * middle + [Grade.BASIC] * (total - high - middle)


def _found(checklist: Checklist, grade: str, number: int) -> list[str]:
    """All the grade asks for, and of every third room one thing of the next."""
    grades = [*checklist.added]
    held = grades[: grades.index(grade) + 1]
    items = [item for one in held for item in checklist.added[one]]
    following = checklist.added.get(checklist.following(grade), ())
    return items + list(following[: number % 3 == 0])


def _grade(rooms: Sequence[SmartClassroom], people: Mapping[int, list[User]], office: User, today: date) -> None:
    version = standard_on(today)
    checklist, now = Checklist.of(version.formula), timezone.now()
    checks = []
    for number, (room, grade) in enumerate(zip(rooms, _grades(len(rooms)), strict=True), 1):
        found, days = _found(checklist, grade, number), _days_left(number)
        checks.append(RoomCheck(
            room=room, version=version, claimed=found, found=found, grade=grade, state=RoomCheck.State.VERIFIED,
            recheck_on=today + timedelta(days=days), made_by=people[room.venue.unit_id][0], checked_by=office,
            checked_at=now - timedelta(days=3 * 365 - days), reply="现场核验，设备可用。",
        ))  # fmt: skip
    for room, check in zip(rooms, RoomCheck.objects.bulk_create(checks), strict=True):
        room.current = check
        check.made_at = (check.checked_at or now) - timedelta(days=9)
    RoomCheck.objects.bulk_update(checks, ["made_at"])
    SmartClassroom.objects.bulk_update(rooms, ["current"])
    waiting = [room for number, room in enumerate(rooms, 1) if _is(number, WAITING)]
    RoomCheck.objects.bulk_create(
        RoomCheck(
            room=room, version=version, claimed=[*room.found, *checklist.missing(room.found)], made_by=people[room.venue.unit_id][0],
            note="今年更新了设备，申请升级。",
        )
        for room in waiting
    )  # fmt: skip


def _days_left(number: int) -> int:
    if _is(number, OVERDUE):
        return -20
    return 60 if _is(number, SOON) else 200 + number * 7 % 700


def _equipment(rooms: Sequence[SmartClassroom]) -> Iterator[RoomEquipment]:
    for number, room in enumerate(rooms, 1):
        for place, kind in enumerate(room.found):
            broken = _is(number, FAULTY) and place == len(room.found) - 1
            state = RoomEquipment.State.FAULTY if broken else RoomEquipment.State.GOOD
            yield RoomEquipment(room=room, kind=kind, name=MODELS.get(kind, ""), state=state)
        for kind, count in zip(OTHERS, (room.venue.seats, 1), strict=True):
            yield RoomEquipment(room=room, kind=kind, count=count)


def _working_day(day: date) -> date:
    """That day, or the Monday after it."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _span(day: date, hours: tuple[time, time]) -> DateTimeTZRange:
    return DateTimeTZRange(*(timezone.make_aware(datetime.combine(day, clock)) for clock in hours))


def _bookings(
    venues: Sequence[Venue], people: Mapping[int, list[User]], office: User, today: date
) -> Iterator[Booking]:
    """Of every third room: used in weeks that are over, given in the coming ones, and asked for by two at once."""
    taken = _taken(today)
    for number, venue in enumerate(venues[::3]):
        days = [today + timedelta(days=1 + (number + step) % 3 + 4 * step) for step in range(-PAST, COMING)]
        for step, day in enumerate(map(_working_day, days)):
            purpose, title = AFFAIRS[(number + step) % len(AFFAIRS)]
            during = _span(day, HOURS[step % 2])
            if any(one.lower < during.upper and during.lower < one.upper for one in taken.get((venue.pk, day), ())):
                continue
            given = {"venue": venue, "during": during, "purpose": purpose, "reason": "年度工作安排", "unit": venue.unit}
            is_last = step == len(days) - 1
            count = 12 + (number + step) % 20
            fields = {} if is_last else {
                "state": State.CONFIRMED, "decided_by": office, "decided_at": timezone.now(),
                "attended": (count - 3 if (number + step) % 7 else 0) if day < today else None,
            }  # fmt: skip
            yield Booking(**given, title=title, people=count, made_by=people[venue.unit_id][0], **fields)
            if is_last:
                yield Booking(**given, title="专题研讨", people=18, made_by=people[venue.unit_id][1])


def _taken(today: date) -> dict[tuple[int, date], list]:
    begin = timezone.make_aware(datetime.combine(today - timedelta(days=40), time()))
    found: dict[tuple[int, date], list] = {}
    rows = Booking.objects.confirmed().between(begin, begin + timedelta(days=80))
    for pk, during in rows.values_list("venue", "during"):
        found.setdefault((pk, timezone.localtime(during.lower).date()), []).append(during)
    return found


def ask_for_places(officer: Officer, keepers: Keepers, today: date) -> int:
    """What the person whom the demonstration follows has asked for: waiting, given and refused."""
    venue = Venue.objects.assignable_to(officer.unit).order_by("-unit__path", "name").first()
    if venue is None:
        return 0
    decided = {"decided_by": keepers.checked_by, "decided_at": timezone.now()}
    outcomes = (
        (6, State.REQUESTED, "执法文书自学小组", {}),
        (9, State.CONFIRMED, "小教员备课", decided | {"reply": "请提前10分钟到场。"}),
        (11, State.REJECTED, "体能训练说明会", decided | {"reply": "当日设备检修，请另选时间。"}),
    )
    rows = [
        Booking(
            venue=venue, during=_span(today + timedelta(days=days), (time(18), time(19, 30))), purpose="SEMINAR",
            title=title, reason="中队学习安排", people=8, unit=officer.unit, state=state, made_by=officer.user, **fields,
        )
        for days, state, title, fields in outcomes
    ]  # fmt: skip
    return len(Booking.objects.bulk_create(rows))
