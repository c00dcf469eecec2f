"""Classes and what they need. A class is of 2026-03-02, a Monday; its sessions last a morning."""

from datetime import date, datetime, timedelta
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import ClassSession, Enrollment, TrainingClass
from instructors.pool.models import Instructor
from instructors.venues.models import Venue
from lms.people.models import OrgUnit, User
from tests import factory
from tests.instructors.pool.factory import make_appointment

MONDAY = date(2026, 3, 2)
_numbers = count(1)


def make_class(unit: OrgUnit, *, state="ENROLLING", made_by: User | None = None, **fields) -> TrainingClass:
    fields = {
        "title": f"培训班{next(_numbers)}",
        "capacity": 40,
        "starts_on": MONDAY,
        "ends_on": fields.get("starts_on", MONDAY) + timedelta(days=4),
        **fields,
    }
    return TrainingClass.objects.create(unit=unit, state=state, made_by=made_by or factory.make_user(), **fields)


def at(day: date, clock: str) -> datetime:
    """A moment of a day by the clock on the wall."""
    return timezone.make_aware(datetime.fromisoformat(f"{day} {clock}"))


def during(day: date = MONDAY, begin: str = "08:30", end: str = "12:00") -> DateTimeTZRange:
    return DateTimeTZRange(at(day, begin), at(day, end))


def make_session(training_class: TrainingClass, day: date | None = None, begin="08:30", end="12:00", **fields):
    """By default the first day's morning, half a day by R07."""
    return ClassSession.objects.create(
        training_class=training_class,
        event_type=training_class.event_type,
        during=during(day or training_class.starts_on, begin, end),
        **{"title": f"课题{next(_numbers)}", **fields},
    )


def make_venue(unit: OrgUnit, **fields) -> Venue:
    return Venue.objects.create(unit=unit, **{"name": f"教室{next(_numbers)}", "seats": 60, **fields})


def make_instructor(unit: OrgUnit, **fields) -> Instructor:
    """With one appointment in force, from 2020 on unless told when."""
    term = {"from_on": date(2020, 1, 1), "until_on": None} | {
        name: fields.pop(name) for name in ("from_on", "until_on") if name in fields
    }
    level, fields = fields.pop("level", "EXTERNAL"), {"name": f"教员{next(_numbers)}", **fields}
    if level != "EXTERNAL" and "officer" not in fields:
        fields["officer"] = factory.make_officer(unit, name=fields["name"])
    instructor = Instructor.objects.create(unit=unit, **fields)
    make_appointment(instructor, level=level, **term)
    return instructor


def make_enrollment(training_class: TrainingClass, officer=None, *, state="CONFIRMED", **fields) -> Enrollment:
    """Of a new officer of the class's unit, unless told whom."""
    if officer is None and "guest" not in fields:
        officer = factory.make_officer(training_class.unit)
    fields = {
        "unit": officer.unit if officer else training_class.unit,
        "source": "ASSIGNED",
        "waitlisted_at": timezone.now() if state == "WAITLISTED" else None,
        "made_by": training_class.made_by,
        **fields,
    }
    return Enrollment.objects.create(training_class=training_class, officer=officer, state=state, **fields)
