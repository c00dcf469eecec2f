"""Places are asked for, given, changed and given back. One venue row is the queue of all who want it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from instructors.venues.models import Booking, Venue
from instructors.venues.opening import terms_on
from instructors.venues.services.tidings import tell_asker, tell_owner
from lms.audit.services import record
from lms.people.models import OrgUnit, User
from lms.rules.formula import parameter

DECIDE, REQUEST = "venues.decide_booking", "venues.add_booking"
State = Booking.State
STANDING = (State.REQUESTED, State.CONFIRMED)


@dataclass(frozen=True)
class Wish:
    """What somebody would like a place for."""

    venue: Venue
    during: DateTimeTZRange
    purpose: str
    title: str
    reason: str
    people: int


def when(during) -> str:
    begin, end = timezone.localtime(during.lower), timezone.localtime(during.upper)
    return f"{begin:%Y年%-m月%-d日 %H:%M}–{end:%H:%M}"


def may_decide(user: User, venue: Venue) -> bool:
    return Venue.objects.within(user, DECIDE).filter(pk=venue.pk).exists()


def lock_venues(pks: Iterable) -> None:
    """Those who want one place wait here in turn, so that the second is told by whom it is taken.

    Inside the exclusion constraint they would wait for each other.
    """
    wanted = {pk for pk in pks if pk}
    list(Venue.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk"))


def refuse_taken(venue: Venue, during, *, actor: User, **own) -> None:
    """`own` is the booking or the session that is being put there: it does not stand in its own way."""
    rows = Booking.objects.confirmed().between(during.lower, during.upper).filter(venue=venue)
    if other := (rows.exclude(**own) if any(own.values()) else rows).order_by("during").first():
        seen = Booking.objects.visible_to(actor).filter(pk=other.pk).exists()
        whose = f"“{other.title}”" if seen else "其他单位的安排"
        raise ValidationError(f"“{venue}”{when(other.during)}已有{whose}，请改时间或另选场地。", code="venue_taken")


def just_taken(venue: Venue) -> ValidationError:
    """What was booked past our locks the constraint still refuses."""
    return ValidationError(f"“{venue}”刚刚被占用，请改时间或另选场地。", code="venue_just_taken")


def save_confirmed(row: Booking) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as failure:
        if "venues_booking_free" in str(failure):
            raise just_taken(row.venue) from failure
        raise


@transaction.atomic
def request_booking(wish: Wish, unit: OrgUnit, *, actor: User) -> Booking:
    """Whoever keeps the place has it at once; everybody else asks. The same request sent twice is one."""
    lock_venues([wish.venue.pk])
    _refuse_unfit(wish, unit)
    same = Booking.objects.filter(
        venue=wish.venue, during=wish.during, made_by=actor, session=None, state__in=STANDING, title=wish.title
    ).first()
    if same:
        return same
    refuse_taken(wish.venue, wish.during, actor=actor)
    row = Booking(unit=unit, made_by=actor)
    _fill(row, wish)
    if may_decide(actor, wish.venue):
        _confirm(row, actor)
    else:
        row.save()
        tell_owner(row, DECIDE)
    record("venues.request_booking", actor=actor, target=row, venue=str(row.venue), when=row.span, title=row.title)
    return row


def _fill(row: Booking, wish: Wish) -> None:
    row.venue, row.during, row.purpose = wish.venue, wish.during, wish.purpose
    row.title, row.reason, row.people = wish.title, wish.reason, wish.people


def _refuse_unfit(wish: Wish, unit: OrgUnit) -> None:
    begin, end = timezone.localtime(wish.during.lower), timezone.localtime(wish.during.upper)
    if not Venue.objects.assignable_to(unit).filter(pk=wish.venue.pk).exists():
        raise ValidationError("该场地未开放预订，或不归本单位和上级单位使用，请另选场地。", code="venue_not_open")
    if begin >= end:
        raise ValidationError("结束时间应晚于开始时间。", code="backwards")
    if begin.date() != end.date():
        raise ValidationError("一次预约应在同一天之内，跨天的请分开预约。", code="two_days")
    if begin <= timezone.now():
        raise ValidationError("只能预约以后的时间。", code="past")
    if wish.people > wish.venue.seats:
        raise ValidationError(
            f"“{wish.venue}”容纳{wish.venue.seats}人，少于{wish.people}人，请另选场地。", code="too_small"
        )
    _refuse_far(begin.date())


def _refuse_far(day) -> None:
    terms = terms_on(timezone.localdate())
    if terms is None:
        raise ValidationError("规则R30尚未生效，暂不能预约，请联系市局教育培训处。", code="no_rule")
    last = timezone.localdate() + timedelta(days=int(parameter(terms, "ahead_days")))
    if day > last:
        raise ValidationError(f"最远可预约到{last:%Y年%-m月%-d日}，请到时再约。", code="too_far")


def rivals_of(row: Booking):
    """Other requests for the same place that cannot stand beside this one."""
    rows = Booking.objects.filter(venue=row.venue_id, state=State.REQUESTED).exclude(pk=row.pk)
    return rows.between(row.during.lower, row.during.upper).select_related("unit", "made_by").order_by("made_at", "pk")


def seen_of(row: Booking) -> str:
    """Which rivals a page named; the decision is taken over these and no others."""
    return ",".join(map(str, sorted(rivals_of(row).values_list("pk", flat=True))))


def locked(booking: Booking) -> Booking:
    """The place first, then the row: the order everybody keeps."""
    lock_venues([booking.venue_id])
    row = Booking.objects.select_for_update(of=("self",)).select_related("venue__unit", "unit").get(pk=booking.pk)
    if row.is_of_a_session:
        raise ValidationError("班级课次的场地在课表里安排，请到课表修改。", code="of_a_session")
    return row


def _in_state(row: Booking, *states: str) -> None:
    if row.state not in states:
        raise ValidationError(f"该预约{row.get_state_display()}，不能再办理。", code="already_decided")


@transaction.atomic
def confirm_booking(booking: Booking, *, actor: User, seen: str = "", reply: str = "") -> Booking:
    """The place is given; whoever asked for the same time is told that it is gone."""
    row = locked(booking)
    _in_state(row, State.REQUESTED)
    if row.has_begun:
        raise ValidationError("申请的时间已过，不能再同意，请答复不同意。", code="begun")
    if not row.venue.is_open:
        raise ValidationError("该场地已停止预订，不能同意；请先恢复开放，或答复不同意。", code="venue_not_open")
    if seen_of(row) != seen:
        raise ValidationError("同一时段的申请刚刚有变化，请看清将退回哪些申请后再确认。", code="rivals_changed")
    refuse_taken(row.venue, row.during, actor=actor, pk=row.pk)
    row.reply = reply
    rivals = _confirm(row, actor)
    record("venues.confirm_booking", actor=actor, target=row, when=row.span, rejected=[one.pk for one in rivals])
    if row.made_by_id != actor.pk:
        tell_asker(row, "已同意", reply)
    return row


def _confirm(row: Booking, actor: User) -> list[Booking]:
    rivals = list(rivals_of(row))
    row.state, row.decided_by, row.decided_at = State.CONFIRMED, actor, timezone.now()
    save_confirmed(row)
    for rival in rivals:
        reason = f"{when(row.during)}已安排给{row.unit}"
        _close(rival, State.REJECTED, actor, reason)
        tell_asker(rival, "未同意", reason)
    return rivals


def _close(row: Booking, state: str, actor: User, reply: str) -> None:
    row.state, row.decided_by, row.decided_at, row.reply = state, actor, timezone.now(), reply[:200]
    row.save(update_fields=["state", "decided_by", "decided_at", "reply"])


@transaction.atomic
def reject_booking(booking: Booking, *, actor: User, reply: str) -> Booking:
    row = locked(booking)
    _in_state(row, State.REQUESTED)
    _close(row, State.REJECTED, actor, reply)
    record("venues.reject_booking", actor=actor, target=row, reply=reply)
    tell_asker(row, "未同意", reply)
    return row


@transaction.atomic
def cancel_booking(booking: Booking, *, actor: User, reply: str = "") -> Booking:
    """By whoever asked, or by the owner of the place, who has to say why."""
    row = locked(booking)
    _in_state(row, *STANDING)
    if row.has_begun:
        raise ValidationError("预约的时间已到，不能取消；没有使用的请登记实到人数为0。", code="begun")
    was = row.state
    _close(row, State.CANCELLED, actor, reply)
    record("venues.cancel_booking", actor=actor, target=row, before=was, reply=reply)
    if row.made_by_id != actor.pk:
        tell_asker(row, "已取消", reply)
    elif was == State.CONFIRMED and row.made_by_id == actor.pk:
        tell_owner(row, DECIDE, f"{row.unit}取消了预约")
    return row


@transaction.atomic
def change_booking(booking: Booking, wish: Wish, *, actor: User) -> Booking:
    """Whoever is given a place and then wants another time asks anew; the owner may change it as it stands."""
    lock_venues([booking.venue_id, wish.venue.pk])
    row = locked(booking)
    _in_state(row, *STANDING)
    if row.has_begun:
        raise ValidationError("预约的时间已到，不能再改。", code="begun")
    _refuse_unfit(wish, row.unit)
    refuse_taken(wish.venue, wish.during, actor=actor, pk=row.pk)
    before, moved = row.span, (row.venue_id, row.during) != (wish.venue.pk, wish.during)
    _fill(row, wish)
    if row.state == State.CONFIRMED and moved and not may_decide(actor, wish.venue):
        row.state, row.decided_by, row.decided_at, row.reply = State.REQUESTED, None, None, ""
        tell_owner(row, DECIDE)
    save_confirmed(row)
    record("venues.change_booking", actor=actor, target=row, before=before, when=row.span, state=row.state)
    return row


@transaction.atomic
def record_attended(booking: Booking, *, actor: User, attended: int) -> Booking:
    """What came of it; nobody there means that the place stood empty, and those hours do not count as used."""
    row = locked(booking)
    _in_state(row, State.CONFIRMED)
    if not row.has_ended:
        raise ValidationError("使用结束后再登记实到人数。", code="not_over")
    row.attended = attended
    row.save(update_fields=["attended"])
    record("venues.record_attended", actor=actor, target=row, attended=attended)
    return row
