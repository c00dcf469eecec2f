"""场次、考场、名额: the windows of an exam and the rooms in them. Whoever changes one queues on the exam's row."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils import timezone

from exams.papers.models import Paper
from exams.sittings.models import Attempt, Candidate, Exam, Hall, Sitting, UnitQuota
from exams.sittings.services.exams import lock_exam
from exams.sittings.services.preparing import new_code
from exams.sittings.services.starting import database_now
from instructors.venues.models import Venue
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import OrgUnit, User


@transaction.atomic
def add_sitting(sitting: Sitting, *, actor) -> Sitting:
    exam = lock_exam(sitting.exam)
    _refuse_past(sitting.opens_at)
    sitting.number = (exam.sittings.aggregate(last=Max("number"))["last"] or 0) + 1
    sitting.full_clean()
    sitting.save(force_insert=True)
    record("sittings.add_sitting", actor=actor, target=sitting, **_said(sitting))
    return sitting


def _said(sitting: Sitting) -> dict:
    closes_at = sitting.closes_at.isoformat() if sitting.closes_at else ""
    return {"opens_at": sitting.opens_at.isoformat(), "closes_at": closes_at}


def _refuse_past(opens_at: datetime) -> None:
    if opens_at <= database_now():
        raise ValidationError("开考时间应在现在之后。", code="past")


@transaction.atomic
def move_sitting(sitting: Sitting, opens_at: datetime, closes_at: datetime, *, actor) -> Sitting:
    """Another time for a window that has not opened; whoever was told the old one is told the new one."""
    exam = lock_exam(sitting.exam)
    row = lock_sitting(sitting)
    refuse_opened(row)
    _refuse_past(opens_at)
    before = _said(row)
    row.opens_at, row.closes_at = opens_at, closes_at
    row.full_clean()
    for hall in row.halls.exclude(venue=None):
        _refuse_taken(hall, row)
    row.save(update_fields=["opens_at", "closes_at"])
    _seal_until_first(exam)
    record("sittings.move_sitting", actor=actor, target=row, before=before, **_said(row))
    if exam.is_checked:
        _tell_moved(row)
    return row


def _seal_until_first(exam: Exam) -> None:
    """Papers already drawn stay shut until the first window, wherever that is now."""
    first = exam.sittings.order_by("opens_at").values_list("opens_at", flat=True)[0]
    papers = Attempt.objects.filter(candidate__exam=exam).values("paper")
    Paper.objects.filter(pk__in=papers).update(opens_at=first)


def _tell_moved(sitting: Sitting) -> None:
    users = User.objects.filter(officer__candidacies__sitting=sitting, officer__candidacies__state="EXPECTED")
    title = f"{sitting.exam}第{sitting.number}场时间有变"[:80]
    notify(users, title=title, body=f"现定于{spoken(sitting.opens_at)}开考，请按新的时间参加。")


def spoken(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y年%-m月%-d日 %H:%M}"


def lock_sitting(sitting: Sitting) -> Sitting:
    """Seats, quotas and candidates of a sitting change one after the other."""
    rows = Sitting.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("exam__unit", "exam__blueprint").get(pk=sitting.pk)


def refuse_opened(sitting: Sitting) -> None:
    if sitting.opens_at <= database_now():
        raise ValidationError("本场已经开考，不能再改。", code="opened")


@transaction.atomic
def copy_sitting(sitting: Sitting, opens_at: datetime, *, actor) -> Sitting:
    """Another window of the same length with the same halls, invigilators and quotas, and codes of its own."""
    closes_at = sitting.closes_at and opens_at + (sitting.closes_at - sitting.opens_at)
    made = add_sitting(Sitting(exam=sitting.exam, opens_at=opens_at, closes_at=closes_at), actor=actor)
    for hall in sitting.halls.prefetch_related("invigilators"):
        people = list(hall.invigilators.all())
        copied = Hall(sitting=made, unit_id=hall.unit_id, name=hall.name, venue=hall.venue, seats=hall.seats)
        add_hall(copied, people, actor=actor)
    UnitQuota.objects.bulk_create(
        UnitQuota(sitting=made, unit_id=one.unit_id, places=one.places) for one in sitting.quotas.all()
    )
    return made


@transaction.atomic
def remove_sitting(sitting: Sitting, *, actor) -> Exam:
    row = lock_sitting(sitting)
    if row.candidates.exists():
        raise ValidationError("本场已有考生，不能删除。", code="has_candidates")
    record("sittings.remove_sitting", actor=actor, target=row, number=row.number)
    exam = row.exam
    row.halls.all().delete()
    row.delete()
    return exam


@transaction.atomic
def add_hall(hall: Hall, invigilators: Iterable[User], *, actor) -> Hall:
    row = lock_sitting(hall.sitting)
    _refuse_hall(hall, row)
    hall.code = new_code()
    hall.full_clean()
    hall.save(force_insert=True)
    hall.invigilators.set(invigilators)
    record("sittings.add_hall", actor=actor, target=hall, name=hall.name, seats=hall.seats)
    return hall


@transaction.atomic
def change_hall(hall: Hall, invigilators: Iterable[User], *, actor) -> Hall:
    """Invigilators change until the end; the room only while nobody has begun."""
    row = lock_sitting(hall.sitting)
    old = Hall.objects.get(pk=hall.pk)
    if any(getattr(old, name) != getattr(hall, name) for name in ("name", "venue_id", "seats", "unit_id")):
        refuse_opened(row)
        _refuse_hall(hall, row)
        _refuse_too_small(hall)
        hall.full_clean()
        hall.save(update_fields=["name", "venue", "seats", "unit"])
    hall.invigilators.set(invigilators)
    about = {"name": hall.name, "seats": hall.seats, "invigilators": hall.invigilators.count()}
    record("sittings.change_hall", actor=actor, target=hall, **about)  # type: ignore[arg-type]
    return hall


def _refuse_too_small(hall: Hall) -> None:
    last = hall.candidates.aggregate(last=Max("seat"))["last"] or 0
    if last > hall.seats:
        raise ValidationError(f"已排到{last}号座位，座位数不能少于{last}。请先重新排座。", code="seats_below")


def _refuse_hall(hall: Hall, sitting: Sitting) -> None:
    if hall.venue is None:
        return
    if hall.seats > hall.venue.seats:
        message = f"{hall.venue}只能容纳{hall.venue.seats}人，座位数不能多于{hall.venue.seats}。"
        raise ValidationError(message, code="venue_small")
    Venue.objects.select_for_update(no_key=True).get(pk=hall.venue.pk)
    _refuse_taken(hall, sitting)


def _refuse_taken(hall: Hall, sitting: Sitting) -> None:
    """A room holds one sitting at a time."""
    others = Hall.objects.filter(venue=hall.venue_id).exclude(pk=hall.pk).exclude(sitting=sitting)
    overlapping = others.filter(Q(sitting__closes_at=None) | Q(sitting__closes_at__gt=sitting.opens_at))
    if sitting.closes_at:
        overlapping = overlapping.filter(sitting__opens_at__lt=sitting.closes_at)
    if other := overlapping.select_related("sitting__exam").first():
        raise ValidationError(f"{hall.venue}同一时间已排给{other.sitting}。请换场所或时间。", code="venue_taken")


@transaction.atomic
def remove_hall(hall: Hall, *, actor) -> Sitting:
    row = lock_sitting(hall.sitting)
    if hall.candidates.exists():
        raise ValidationError("考场已排考生，请先重新排座。", code="has_candidates")
    record("sittings.remove_hall", actor=actor, target=hall, name=hall.name)
    hall.delete()
    return row


class Places(NamedTuple):
    unit: OrgUnit
    places: int


@transaction.atomic
def share_places(sitting: Sitting, shares: Iterable[Places], *, actor) -> Sitting:
    """The whole distribution anew; never more than there are seats, never fewer than a unit has filled."""
    row, shares = lock_sitting(sitting), list(shares)
    seats, total = seats_of(row), sum(share.places for share in shares)
    if seats and total > seats:
        raise ValidationError(f"分配{total}人，超过本场座位{seats}个。", code="over_capacity")
    for unit, places in shares:
        taken = filled(row, unit)
        if taken > places:
            raise ValidationError(f"{unit}已有考生{taken}人，名额不能少于{taken}。", code="quota_below")
    row.quotas.exclude(unit__in=[share.unit for share in shares]).delete()
    for unit, places in shares:
        row.quotas.update_or_create(unit=unit, defaults={"places": places})
    record("sittings.share_places", actor=actor, target=row, given={share.unit.code: share.places for share in shares})
    return row


def seats_of(sitting: Sitting) -> int:
    """Over all halls; 0 while there are none, which limits nobody."""
    return sitting.halls.aggregate(seats=Sum("seats"))["seats"] or 0


def filled(sitting: Sitting, unit: OrgUnit) -> int:
    """Places of a unit that are taken: deferred candidates give theirs back."""
    rows = sitting.candidates.exclude(state=Candidate.State.DEFERRED)
    return rows.filter(unit__path__startswith=unit.path).count()
