"""科队训练: a team clerk opens one, signs people in and hands it in; who missed it is offered another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training import workdays
from courses.training.models import Attendance, ClassSession, Enrollment, EventType, SessionPhoto, TrainingClass
from courses.training.services.attendance import days, rule_on
from courses.training.services.completion import complete, in_state, mark_checked
from courses.training.services.outcomes import outcomes
from courses.training.services.teaching import LESSON
from instructors.venues.models import Venue
from instructors.venues.services.bookings import lock_venues, refuse_taken
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import Officer, OrgUnit
from lms.people.querysets import OrgUnitQuerySet
from lms.rules.formula import parameter, points
from lms.rules.models import Category, Layer
from lms.sheets.picture import redrawn

HOLD = "training.hold_team_session"
HALF_DAY, SEMINAR = "R07", "R17"
State, Form = TrainingClass.State, TrainingClass.Form
MISSED = (Attendance.State.ABSENT, Attendance.State.LEAVE)


@dataclass(frozen=True)
class TeamPlan:
    """What a clerk says of a session before it begins. `quantity` is in the measure of the rule."""

    title: str
    starts_at: datetime
    rule: str = HALF_DAY
    quantity: Decimal = Decimal(1)
    category: str = Category.LAW
    venue: Venue | None = None

    @property
    def hours(self) -> Decimal:
        formula = rule_on(self.rule, timezone.localdate(self.starts_at)).formula
        return points(formula, {formula["measure"]: self.quantity}).hours

    @property
    def during(self) -> DateTimeTZRange:
        lesson = parameter(rule_on(LESSON, timezone.localdate(self.starts_at)).formula, "minutes")
        return DateTimeTZRange(self.starts_at, self.starts_at + timedelta(minutes=float(self.hours * lesson)))

    @property
    def event_type(self) -> str:
        return EventType.SEMINAR if self.rule == SEMINAR else EventType.TRAINING


@dataclass(frozen=True)
class Sign:
    """What the clerk saw of one person."""

    state: str
    note: str = ""


def teams_of(user) -> OrgUnitQuerySet:
    return OrgUnit.objects.within(user, HOLD).teams()


@transaction.atomic
def open_team_session(unit: OrgUnit, plan: TeamPlan, *, actor) -> TrainingClass:
    """Everybody of the team who is in service is on the list. The same one opened twice is one."""
    _refuse_stranger(unit, actor)
    _refuse_time(plan)
    people = list(Officer.objects.in_service().filter(unit=unit).order_by("staff_no"))
    if not people:
        raise ValidationError("本中队没有在职人员，不能开训。", code="nobody")
    # Two taps on a slow network: the second waits here and finds what the first one opened.
    OrgUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    same = TrainingClass.objects.standing().filter(
        form=Form.TEAM_SESSION, unit=unit, title=plan.title, makes_up=None, sessions__during__startswith=plan.starts_at
    )
    return same.first() or _open(unit, plan, people, actor=actor)


def _refuse_stranger(unit: OrgUnit, actor) -> None:
    if not teams_of(actor).filter(pk=unit.pk).exists():
        raise PermissionDenied("只有本中队的训练员可以组织科队训练。")


def _refuse_time(plan: TeamPlan) -> None:
    now = timezone.localtime()
    limit = days("posting_days", now.date())
    if timezone.localdate(plan.starts_at) < workdays.before(now.date(), limit):
        raise ValidationError(f"只能补记{limit}个工作日以内的训练。", code="too_old")
    if timezone.localdate(plan.starts_at) > now.date():
        raise ValidationError("科队训练当天开训，不能提前登记。", code="too_early")


def _open(unit: OrgUnit, plan: TeamPlan, people: Iterable[Officer], *, actor, makes_up=None) -> TrainingClass:
    people, day = list(people), timezone.localdate(plan.starts_at)
    row = TrainingClass(
        form=Form.TEAM_SESSION, event_type=plan.event_type, title=plan.title, unit=unit, layer=Layer.TEAM,
        category=plan.category, capacity=len(people), starts_on=day, ends_on=day, state=State.READY, made_by=actor,
        makes_up=makes_up,
    )  # fmt: skip
    row.full_clean(exclude=["made_by"])
    row.save()
    if plan.venue:
        lock_venues([plan.venue.pk])
        refuse_taken(plan.venue, plan.during, actor=actor)
    session = ClassSession(
        training_class=row, event_type=row.event_type, title=plan.title, during=plan.during, venue=plan.venue,
        rule=plan.rule, quantity=plan.quantity,
    )  # fmt: skip
    session.full_clean()
    session.save()
    Enrollment.objects.bulk_create(
        Enrollment(
            training_class=row, officer=one, unit=unit, source=Enrollment.Source.ASSIGNED,
            state=Enrollment.State.CONFIRMED, made_by=actor,
        )
        for one in people
    )  # fmt: skip
    record("training.open_team_session", actor=actor, target=row, title=row.title, people=len(people))
    return row


@transaction.atomic
def submit_team_session(training_class: TrainingClass, signs: Mapping[int, Sign], photos=(), *, actor) -> TrainingClass:
    """{enrollment: sign}, everybody on the list; `photos` are (bytes, enrollment or None)."""
    row = _handed_in_once(training_class, actor)
    session = row.sessions.get()
    if session.during.lower > timezone.now():
        raise ValidationError("训练还没有开始，开始后再提交。", code="not_begun")
    people = {one.pk: one for one in row.enrollments.seated()}
    if set(signs) != set(people):
        raise ValidationError("名单已变或有人没有登记，请刷新后再提交。", code="incomplete")
    _write_roll(session, signs, actor)
    for content, enrollment in photos:
        keep_photo(session, redrawn(content), people.get(enrollment), actor)
    found = outcomes(row)
    complete(found)
    mark_checked(row, actor)
    counts = {state.lower(): sum(sign.state == state for sign in signs.values()) for state in Attendance.State}
    record("training.submit_team_session", actor=actor, target=row, photos=len(photos), **counts)  # type: ignore[arg-type]
    return row


def _handed_in_once(training_class: TrainingClass, actor) -> TrainingClass:
    _refuse_stranger(training_class.unit, actor)
    if training_class.state in (State.CHECKED, State.POSTED):
        raise ValidationError("这次训练已提交，不重复记学时。", code="already_submitted")
    row = in_state(training_class, State.READY)
    if row.form != Form.TEAM_SESSION:
        raise ValidationError("这不是科队训练，请在班务里办理。", code="not_a_team_session")
    return row


def _write_roll(session: ClassSession, signs: Mapping[int, Sign], actor) -> None:
    if not {sign.state for sign in signs.values()} <= set(Attendance.State.values):
        raise ValidationError("没有这种考勤状态。", code="unknown_state")
    rows = [
        Attendance(
            session=session, enrollment_id=pk, state=sign.state, note=sign.note[:200], by=actor,
            method=Attendance.Method.TEAM, signed_at=session.during.lower, received_at=timezone.now(),
        )
        for pk, sign in signs.items()
    ]  # fmt: skip
    Attendance.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["session", "enrollment"],
        update_fields=["state", "note", "by", "method", "signed_at", "received_at"],
    )  # fmt: skip


def keep_photo(session: ClassSession, content: bytes, enrollment: Enrollment | None, actor) -> SessionPhoto:
    """The same picture of the same session is kept once."""
    known = {"content": content, "enrollment": enrollment, "made_by": actor}
    digest = sha256(content).hexdigest()
    return SessionPhoto.objects.get_or_create(session=session, sha256=digest, defaults=known)[0]


def missed(training_class: TrainingClass):
    """Who was on the list and was not credited."""
    return training_class.enrollments.filter(attendance__state__in=MISSED, officer__isnull=False)


def make_up_until(training_class: TrainingClass):
    return training_class.ends_on + timedelta(days=days("make_up_days", training_class.ends_on))


@transaction.atomic
def open_make_up(training_class: TrainingClass, plan: TeamPlan, *, actor) -> TrainingClass:
    """Another session for exactly those who missed this one."""
    row = in_state(training_class, State.CHECKED, State.POSTED)
    _refuse_stranger(row.unit, actor)
    _refuse_time(plan)
    if timezone.localdate(plan.starts_at) > make_up_until(row):
        raise ValidationError(f"补训期限为{make_up_until(row):%Y年%-m月%-d日}，已过。", code="too_late")
    if row.made_up_by.standing().exists():
        raise ValidationError("这次训练已安排补训。", code="already_made_up")
    people = Officer.objects.in_service().filter(enrollments__in=missed(row)).order_by("staff_no")
    if not people:
        raise ValidationError("这次训练没有缺训人员，不用补训。", code="nobody")
    made = _open(row.unit, plan, people, actor=actor, makes_up=row)
    notify(
        [one.user for one in people.select_related("user")], title=f"请参加补训：{plan.title}"[:80],
        body=f"{timezone.localtime(plan.starts_at):%Y年%-m月%-d日 %H:%M}，由{row.unit}组织。",
    )  # fmt: skip
    return made
