"""Sessions of a class: when, where, by whom. A room and an instructor are in one place at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import ClassSession, EventType, TrainingClass
from courses.training.services.load import refuse_overload
from instructors.pool.models import Instructor
from instructors.pool.services.bars import why_not
from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import just_taken, lock_venues, refuse_taken
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import OrgUnit, User
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

State = TrainingClass.State
WORKING = (State.DRAFT, State.ENROLLING, State.READY)
FACE_TO_FACE, PRACTICE, SEMINAR = "R07", "R15", "R17"
RULES = {FACE_TO_FACE: "面授，按半天", PRACTICE: "实践基地，按半天", SEMINAR: "研讨、旁听，按学时"}


def when(during) -> str:
    begin, end = timezone.localtime(during.lower), timezone.localtime(during.upper)
    return f"{begin:%Y年%-m月%-d日 %H:%M}–{end:%H:%M}"


def default_rule(training_class: TrainingClass, venue: Venue | None) -> str:
    if training_class.event_type in (EventType.SEMINAR, EventType.OBSERVATION):
        return SEMINAR
    return PRACTICE if venue and venue.kind == Venue.Kind.PRACTICE_BASE else FACE_TO_FACE


def default_quantity(rule: str, during, event_type: str) -> Decimal:
    """Whole half-days, or of a shorter session the lessons that fit in; a seminar is counted in lessons."""
    if event_type == EventType.MEETING:
        return Decimal(0)
    found = RuleVersion.objects.in_force_by_code(["R04", rule], during.lower.date())
    lesson = int(parameter(found["R04"].formula, "minutes"))
    minutes = int((during.upper - during.lower).total_seconds()) // 60
    if rule == SEMINAR:
        return Decimal(minutes // lesson)
    in_half_day = int(Decimal(found[rule].formula["steps"][0]["hours"]))
    half_days, lessons = divmod(minutes // lesson, in_half_day)
    return Decimal(half_days) if half_days else Decimal(lessons) / in_half_day


def amount_of(session: ClassSession) -> str:
    """In half-days or lessons, as its rule counts."""
    if not session.quantity:
        return "不计"
    return f"{session.quantity.normalize():f}{'学时' if session.rule == SEMINAR else '个半天'}"


def organisers(training_class: TrainingClass) -> list[OrgUnit]:
    joint = training_class.quotas.organisers().select_related("unit")
    return [training_class.unit, *(quota.unit for quota in joint)]


def venues_for(training_class: TrainingClass):
    return Venue.objects.assignable_to(*organisers(training_class))


def instructors_for(training_class: TrainingClass, day):
    return Instructor.objects.active_on(day).assignable_to(*organisers(training_class), day=day)


@transaction.atomic
def save_session(session: ClassSession, *, actor: User) -> ClassSession:
    """Add a session, or put it somewhere else."""
    return save_sessions(session.training_class, [session], actor=actor)[0]


@transaction.atomic
def save_sessions(training_class: TrainingClass, sessions: Sequence[ClassSession], *, actor: User) -> list:
    """All of them or none."""
    training_class = lock_working(training_class)
    _lock_resources(sessions)
    return [_save(session, training_class, actor) for session in sessions]


def lock_working(training_class: TrainingClass) -> TrainingClass:
    row = TrainingClass.objects.select_for_update(of=("self",)).select_related("unit").get(pk=training_class.pk)
    if row.state not in WORKING:
        raise ValidationError(f"该班{row.get_state_display()}，不能再改。", code="closed")
    return row


def _lock_resources(sessions: Iterable[ClassSession]) -> None:
    """Two that book one room wait here in turn, so that the second is told by whom it is taken.

    Inside the exclusion constraint they would wait for each other.
    """
    lock_venues(session.venue_id for session in sessions)
    wanted = {session.instructor_id for session in sessions if session.instructor_id}
    list(Instructor.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk"))


def _save(session: ClassSession, training_class: TrainingClass, actor: User) -> ClassSession:
    session.training_class, session.event_type = training_class, training_class.event_type
    if training_class.is_meeting:
        session.quantity = Decimal(0)
    _refuse_unfit(session, training_class)
    refuse_clash(session, actor)
    verb = "change_session" if session.pk else "add_session"
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as failure:
        raise _translated(failure, session)
    record(
        f"training.{verb}", actor=actor, target=training_class, session=session.pk, title=session.title,
        when=when(session.during), venue=str(session.venue or ""), instructor=str(session.instructor or ""),
    )  # fmt: skip
    return session


def _refuse_unfit(session: ClassSession, training_class: TrainingClass) -> None:
    if session.is_cancelled:
        raise ValidationError("该课次已取消，不能再改。", code="session_cancelled")
    begin, end = timezone.localtime(session.during.lower), timezone.localtime(session.during.upper)
    if begin.date() != end.date():
        raise ValidationError("一个课次应在同一天之内，跨天的请分成几个课次。", code="two_days")
    if not training_class.starts_on <= begin.date() <= training_class.ends_on:
        raise ValidationError(
            f"{begin:%-m月%-d日}不在该班{training_class.starts_on:%-m月%-d日}至{training_class.ends_on:%-m月%-d日}之内，"
            "请改时间，或先改该班的起止日期。",
            code="outside_class",
        )
    if session.venue_id and not venues_for(training_class).filter(pk=session.venue_id).exists():
        raise ValidationError("该地点未开放预订，或不归本单位和上级单位使用，请另选地点。", code="venue_not_open")
    if session.instructor_id:
        _refuse_instructor(session, training_class, begin.date())


def _refuse_instructor(session, training_class, day) -> None:
    if refusal := why_not(session.instructor, day):
        raise ValidationError(
            f"{session.instructor}{day:%-m月%-d日}不能授课：{refusal}，请另选教员或改日期。",
            code="instructor_not_active",
        )
    if not instructors_for(training_class, day).filter(pk=session.instructor_id).exists():
        raise ValidationError(
            f"{session.instructor}不归本单位和上级单位使用，请另选教员。", code="instructor_not_in_reach"
        )
    refuse_overload(session, day)


def refuse_clash(session: ClassSession, actor: User) -> None:
    """Names the other one to whoever may see it; of another district's only place and time are told."""
    if session.venue:
        refuse_taken(session.venue, session.during, actor=actor, session=session.pk)
    standing = ClassSession.objects.filter(is_cancelled=False, during__overlap=session.during).exclude(pk=session.pk)
    if not session.instructor_id:
        return
    if other := standing.filter(instructor=session.instructor_id).first():
        raise ValidationError(
            f"教员“{session.instructor}”{when(other.during)}已有{_named(other, actor)}，请改时间或另选教员。",
            code="instructor_taken",
        )


def _named(other: ClassSession, actor: User) -> str:
    seen = ClassSession.objects.visible_to(actor).select_related("training_class").filter(pk=other.pk).first()
    return f"“{seen.training_class}”的课次“{seen}”" if seen else "其他单位的课次"


def _translated(failure: IntegrityError, session: ClassSession) -> Exception:
    """What was booked past our locks the constraints still refuse."""
    if "venues_booking_free" in str(failure) and session.venue:
        return just_taken(session.venue)
    if "may not teach on the day" in str(failure):
        return ValidationError("该教员当日刚刚停止授课，请另选教员。", code="instructor_just_inactive")
    if "training_session_instructor_free" in str(failure):
        return ValidationError("教员刚刚被占用，请改时间或另选教员。", code="instructor_just_taken")
    return failure


def warnings_of(session: ClassSession) -> list[str]:
    """What the office should know and may still want."""
    found, capacity = [], session.training_class.capacity
    if session.venue and session.venue.seats < capacity:
        found.append(f"“{session.venue}”容纳{session.venue.seats}人，少于该班名额{capacity}人。")
    if not session.venue:
        found.append("该课次还没有地点。")
    elif waiting := _requests_for(session).count():
        found.append(f"“{session.venue}”这一时段有{waiting}个预约申请待审批，排课后不能再同意，请答复申请人。")
    return found


def _requests_for(session: ClassSession):
    begin, end = session.during.lower, session.during.upper
    return Booking.objects.waiting().between(begin, end).filter(venue=session.venue_id)


@transaction.atomic
def move_session(session: ClassSession, begin: datetime, *, actor: User, seen: datetime, **place) -> ClassSession:
    """To another time or another row of the calendar; `seen` is when it began on the mover's screen."""
    row = ClassSession.objects.select_for_update(of=("self",)).select_related("training_class").get(pk=session.pk)
    if row.during.lower != seen:
        raise ValidationError("该课次刚刚被别人移动过，请刷新课表再看。", code="moved_meanwhile")
    row.during = DateTimeTZRange(begin, begin + (row.during.upper - row.during.lower))
    for field, value in place.items():
        setattr(row, field, value)
    moved = save_session(row, actor=actor)
    tell_learners(moved, "课次调整", f"“{moved.title}”改为{when(moved.during)}，地点：{moved.venue or '待定'}。")
    return moved


@transaction.atomic
def cancel_session(session: ClassSession, *, actor: User, reason: str) -> ClassSession:
    training_class = lock_working(session.training_class)
    row = ClassSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.is_cancelled:
        raise ValidationError("该课次已取消。", code="session_cancelled")
    if row.attendance.exists():
        raise ValidationError("该课次已有考勤，不能取消；请更正考勤。", code="attended")
    row.is_cancelled = True
    row.save(update_fields=["is_cancelled"])
    record(
        "training.cancel_session", actor=actor, target=training_class, session=row.pk, title=row.title, reason=reason
    )
    tell_learners(row, "课次取消", f"“{row.title}”（{when(row.during)}）取消：{reason}")
    return row


def tell_learners(session: ClassSession, title: str, body: str) -> int:
    """Once the list is fixed; before, nobody counts on a time."""
    if session.training_class.state != State.READY:
        return 0
    users = User.objects.filter(officer__enrollments__in=session.training_class.enrollments.seated()).distinct()
    return notify(users, title=f"{session.training_class}：{title}", body=body)
