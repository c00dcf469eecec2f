"""Every row of the old register becomes an appointment of the person it was about.

A person who stood there twice keeps his first row; his lessons go to it here, his sessions in courses.training.
"""

from datetime import timedelta

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone


def signer(users, username, name):
    return users.get_or_create(username=username, defaults={"first_name": name, "is_active": False, "password": "!"})[0]


def move(apps, schema_editor):
    instructors, appointments, teachings, users = (
        apps.get_model(*name).objects
        for name in (("pool", "Instructor"), ("pool", "Appointment"), ("pool", "Teaching"), ("people", "User"))
    )
    rows = list(instructors.order_by("pk"))
    if not rows:
        return
    made_by, checked_by = signer(users, "INITIAL-1", "初始数据经办"), signer(users, "INITIAL-2", "初始数据复核")
    first: dict[int, int] = {}
    held: dict[tuple, object] = {}
    for row in rows:
        keeper = first.setdefault(row.officer_id, row.pk) if row.officer_id else row.pk
        begin, end = row.from_on, row.until_on and row.until_on + timedelta(days=1)
        earlier = held.get((keeper, row.level))
        if earlier:
            # One term that covers both: the old register did not keep them apart, and a gap could not be told.
            upper = None if end is None or earlier.during.upper is None else max(end, earlier.during.upper)
            earlier.during = DateRange(min(begin, earlier.during.lower), upper)
            earlier.save(update_fields=["during"])
        else:
            held[keeper, row.level] = appointments.create(
                instructor_id=keeper, level=row.level, unit_id=row.unit_id, during=DateRange(begin, end),
                specialty=row.specialty, made_by=made_by, checked_by=checked_by, checked_at=timezone.now(),
            )  # fmt: skip
        if keeper != row.pk:
            teachings.filter(instructor_id=row.pk).update(instructor_id=keeper)


class Migration(migrations.Migration):
    dependencies = [("pool", "0010_appointments")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
