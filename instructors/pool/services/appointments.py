"""Who is asked to teach: proposed by one person, agreed by another, renewed, ended with a reason."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from instructors.pool.models import Appointment, Instructor, Level
from instructors.pool.models.appointments import DAY
from instructors.pool.terms import TERM, terms_on, years_later
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify
from lms.people.models import Officer, OrgUnit, User

ADD, CHECK, END = "pool.add_appointment", "pool.check_appointment", "pool.end_appointment"


@dataclass(frozen=True)
class Offer:
    """What somebody is asked to teach, for whom, and how long; without an end for the term the rule gives."""

    level: str
    unit: OrgUnit
    from_on: date
    until_on: date | None = None
    topics: tuple = ()
    items: tuple = ()
    course_levels: list = field(default_factory=list)
    specialty: str = ""

    @property
    def during(self) -> DateRange:
        until_on = self.until_on or term_end(self.from_on)
        if until_on < self.from_on:
            raise ValidationError("聘期截止日期不能早于起聘日期。", code="dates")
        return DateRange(self.from_on, until_on + DAY)


def term_end(from_on: date) -> date:
    return years_later(from_on, terms_on(TERM, from_on).number("term_years")) - DAY


@transaction.atomic
def instructor_of(officer: Officer) -> Instructor:
    """His row of the pool, made when he first needs one."""
    Officer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    return Instructor.objects.get_or_create(officer=officer, defaults={"name": officer.name, "unit": officer.unit})[0]


def _locked(appointment: Appointment) -> Appointment:
    # Sessions lock the instructor before they look whether he may teach: an end and a booking wait for each other.
    Instructor.objects.select_for_update(no_key=True).get(pk=appointment.instructor_id)
    return (
        Appointment.objects.select_for_update(of=("self",)).select_related("instructor", "unit").get(pk=appointment.pk)
    )


@transaction.atomic
def propose_appointment(
    instructor: Instructor, offer: Offer, *, actor: User, renews: Appointment | None = None
) -> Appointment:
    if (offer.level == Level.EXTERNAL) == (instructor.officer_id is not None):
        raise ValidationError("外聘专家不选执法人员；其他级别须是执法人员。", code="level_of_person")
    if offer.level == Level.CITY and not offer.unit.is_whole_city:
        raise ValidationError("市级师资由市局聘任，聘任单位请选市局。", code="city_only")
    row = Appointment(
        instructor=instructor, level=offer.level, unit=offer.unit, during=offer.during, specialty=offer.specialty,
        course_levels=offer.course_levels, made_by=actor, renews=renews,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as failure:
        if "pool_appointment_one_at_a_time" not in str(failure):
            raise
        raise ValidationError(
            f"{instructor}在这一期间已有{row.get_level_display()}的聘任或待审批的聘任，请改日期或先办理退出。",
            code="overlaps",
        ) from failure
    row.topics.set(offer.topics)
    row.items.set(offer.items)
    record("pool.propose_appointment", actor=actor, target=row, who=str(instructor), level=row.level,
           term=[str(row.from_on), str(row.until_on)])  # fmt: skip
    return row


@transaction.atomic
def approve_appointment(appointment: Appointment, *, actor: User) -> Appointment:
    """In force from here on; never by who proposed it, nor by whom it is about."""
    row = _locked(appointment)
    if row.refused_at:
        raise ValidationError("该聘任已退回，请重新提出。", code="refused")
    _refuse_oneself(row, actor)
    row = check_by_second_person(
        row, actor, action="pool.approve_appointment", who=str(row.instructor), level=row.level
    )
    _tell(row, f"您已被聘为{row.get_level_display()}", f"聘期{stretch(row)}，聘任单位：{row.unit}。")
    return row


@transaction.atomic
def refuse_appointment(appointment: Appointment, *, actor: User, reason: str) -> Appointment:
    row = _locked(appointment)
    if row.is_checked or row.refused_at:
        raise ValidationError("该聘任已经办结。", code="answered")
    row.refused_at, row.refused_reason = timezone.now(), reason
    row.save(update_fields=["refused_at", "refused_reason"])
    record("pool.refuse_appointment", actor=actor, target=row, reason=reason)
    return row


@transaction.atomic
def end_appointment(appointment: Appointment, *, actor: User, on: date, end_reason: str, note: str = "") -> Appointment:
    """The last day is `on`; what was taught until then stands."""
    row = _locked(appointment)
    if not row.is_checked or row.end_reason:
        raise ValidationError("只有已聘任且未办退出的才能办理退出。", code="not_in_force")
    _refuse_oneself(row, actor)
    if on < row.from_on or (row.until_on and on > row.until_on):
        raise ValidationError(f"退出日期应在聘期{stretch(row)}之内。", code="outside_term")
    row.during = DateRange(row.from_on, on + DAY)
    row.end_reason, row.end_note, row.ended_by, row.ended_at = end_reason, note, actor, timezone.now()
    row.save(update_fields=["during", "end_reason", "end_note", "ended_by", "ended_at"])
    record(
        "pool.end_appointment",
        actor=actor,
        target=row,
        who=str(row.instructor),
        on=str(on),
        reason=end_reason,
        note=note,
    )
    _tell(
        row,
        f"您的{row.get_level_display()}聘任结束",
        f"至{on:%Y年%-m月%-d日}止，原因：{row.get_end_reason_display()}。{note}",
    )
    return row


@transaction.atomic
def renew(appointment: Appointment, *, actor: User, until_on: date | None = None) -> Appointment:
    """Proposes the next term, from the day after this one, with the same specialties."""
    row = _locked(appointment)
    if not row.is_checked or row.end_reason or row.until_on is None:
        raise ValidationError("只有已聘任、未办退出且有聘期的才能续聘。", code="not_in_force")
    if hasattr(row, "renewed_by"):
        raise ValidationError("已经办过续聘。", code="renewed")
    offer = Offer(
        row.level, row.unit, row.until_on + DAY, until_on, tuple(row.topics.all()), tuple(row.items.all()),
        row.course_levels, row.specialty,
    )  # fmt: skip
    return propose_appointment(row.instructor, offer, actor=actor, renews=row)


def stretch(row) -> str:
    """A term in words."""
    until_on = row.until_on
    return f"{row.from_on:%Y年%-m月%-d日}至{f'{until_on:%Y年%-m月%-d日}' if until_on else '另行通知'}"


def _refuse_oneself(row: Appointment, actor: User) -> None:
    officer = row.instructor.officer
    if officer and officer.user_id == actor.pk:
        raise ValidationError("不能办理本人的聘任，请由他人办理。", code="oneself")


def _tell(row: Appointment, title: str, body: str) -> None:
    if row.instructor.officer_id:
        notify([row.instructor.officer.user], title=title, body=body)
