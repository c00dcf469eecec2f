"""Rooms and what stands in them."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from instructors.classrooms.models import RoomEquipment, SmartClassroom
from instructors.classrooms.services.checks import ASSESS, standard_on
from instructors.venues.models import Venue
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.services.offices import office_of
from lms.rules.formula import parameter


@transaction.atomic
def register_room(room: SmartClassroom, *, actor) -> SmartClassroom:
    venue = Venue.objects.select_for_update(no_key=True, of=("self",)).get(pk=room.venue_id)
    if venue.kind != Venue.Kind.CLASSROOM:
        raise ValidationError("只有类别为教室的场所可以登记为智慧教室。", code="not_a_classroom")
    if SmartClassroom.objects.filter(venue=venue).exists():
        raise ValidationError("该教室已登记。", code="already_registered")
    room.save()
    record("classrooms.register_room", actor=actor, target=room, room=venue.name)
    return room


@transaction.atomic
def save_equipment(row: RoomEquipment, *, actor) -> RoomEquipment:
    verb = "change_equipment" if row.pk else "add_equipment"
    row.save()
    record(
        f"classrooms.{verb}",
        actor=actor,
        target=row,
        room=str(row.room),
        kind=row.kind,
        count=row.count,
        state=row.state,
    )
    return row


def notice_days(day: date) -> timedelta:
    return timedelta(days=int(parameter(standard_on(day).formula, "recheck_notice_days")))


def remind_rechecks(today: date) -> int:
    """The office of each room, once for each grading, when its term comes near. Says how many were told."""
    due = SmartClassroom.objects.recheck_due(today, notice_days(today))
    told = 0
    for room in due.select_related("venue__unit", "current").order_by("pk"):
        told += notify(
            office_of(room.audit_unit, ASSESS), title=f"智慧教室复核：{room}"[:80],
            body=f"{room.grade_label}的复核期限是{room.current.recheck_on:%Y年%-m月%-d日}，请自评后提请核验。",
            link=reverse("classrooms:assess", args=[room.pk]), once_key=f"classrooms.recheck:{room.current_id}",
        )  # fmt: skip
    return told
