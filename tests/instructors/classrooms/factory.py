"""Rooms, what stands in them, and who wants them. Rules have to be loaded for checks."""

from datetime import date, timedelta
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from instructors.classrooms.models import RoomCheck, RoomEquipment, SmartClassroom
from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import Wish
from lms.people.models import OrgUnit
from lms.rules.models import RuleVersion
from tests import factory
from tests.courses.training.factory import during, make_venue

BASIC = ["交互大屏", "网络接入", "扫码签到"]
INTERMEDIATE = [*BASIC, "课程录播", "双向视频"]
ADVANCED = [*INTERMEDIATE, "多教室互动", "智能字幕与考勤", "模拟听证"]
_numbers = count(1)


def coming(days: int = 3) -> date:
    return timezone.localdate() + timedelta(days=days)


def hours(begin: str = "09:00", end: str = "11:00", day: date | None = None) -> DateTimeTZRange:
    return during(day or coming(), begin, end)


def make_wish(venue: Venue, begin="09:00", end="11:00", **fields) -> Wish:
    given = {"purpose": "SEMINAR", "title": f"事项{next(_numbers)}", "reason": "备课", "people": 10, **fields}
    return Wish(venue=venue, during=given.pop("during", None) or hours(begin, end), **given)


def make_booking(venue: Venue, begin="09:00", end="11:00", **fields) -> Booking:
    """By default a request that is still to be decided."""
    fields = {
        "unit": venue.unit, "purpose": "SEMINAR", "title": f"事项{next(_numbers)}", "people": 10,
        "during": fields.pop("during", None) or hours(begin, end), "made_by": factory.make_user(), **fields,
    }  # fmt: skip
    return Booking.objects.create(venue=venue, **fields)


def make_room(unit: OrgUnit, **fields) -> SmartClassroom:
    return SmartClassroom.objects.create(venue=make_venue(unit, **fields))


def make_check(room: SmartClassroom, **fields) -> RoomCheck:
    """By default one that waits to be verified."""
    version = RuleVersion.objects.get(rule__code="R30")
    fields = {"version": version, "claimed": BASIC, "made_by": factory.make_user(), **fields}
    return RoomCheck.objects.create(room=room, **fields)


def grade_room(room: SmartClassroom, grade: str, found: list[str], recheck_on: date | None = None) -> SmartClassroom:
    """Verified, without the walk."""
    room.current = make_check(
        room, state="VERIFIED", claimed=found, found=found, grade=grade, checked_by=factory.make_user(),
        checked_at=timezone.now(), recheck_on=recheck_on or coming(1000),
    )  # fmt: skip
    room.save()
    return room


def make_equipment(room: SmartClassroom, **fields) -> RoomEquipment:
    return RoomEquipment.objects.create(room=room, **{"kind": "交互大屏", "count": next(_numbers), **fields})
