"""Who comes to a class. Everybody who takes, gives or frees a seat queues on the row of the class."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.clashes import LIVE, clashes_of, worded
from courses.training.models import Enrollment, Guest, TrainingClass
from courses.training.seats import Seats
from courses.training.services.tidings import tell
from courses.training.services.waitlist import owe_promotion
from lms.audit.services import record
from lms.people.models import Officer, OrgUnit, User

ENROLL = "training.enroll_trainingclass"
Source, State = Enrollment.Source, Enrollment.State


@dataclass(frozen=True)
class Way:
    """How people come to a class, and by whose hand."""

    source: str
    actor: User
    override_reason: str = ""


@dataclass
class Answer:
    """What became of one person's wish: a row, or why not."""

    person: Officer | Guest
    enrollment: Enrollment | None = None
    refusal: ValidationError | None = None


@dataclass
class Desk:
    """What has to be known of everybody who stands in front of it, read once."""

    training_class: TrainingClass
    way: Way
    seats: Seats
    inside: set = field(default_factory=set)
    elsewhere: set[int] = field(default_factory=set)
    clashes: dict[int, list[str]] = field(default_factory=dict)


def lock_class(training_class: TrainingClass) -> TrainingClass:
    return TrainingClass.objects.select_for_update(of=("self",)).select_related("unit").get(pk=training_class.pk)


def enroll(training_class: TrainingClass, officer: Officer, way: Way) -> Enrollment:
    """One person; raises the refusal."""
    answer = enroll_many(training_class, [officer], way)[0]
    if answer.refusal:
        raise answer.refusal
    return answer.enrollment  # type: ignore[return-value]


@transaction.atomic
def enroll_many(training_class: TrainingClass, people: Sequence[Officer | Guest], way: Way) -> list[Answer]:
    """All of them under one lock, in their order. A refused one keeps nobody else out."""
    training_class = lock_class(training_class)
    refuse_unless_open(training_class, way.source)
    desk = _open_desk(training_class, people, way)
    answers = [_answer(desk, person) for person in people]
    made = [answer.enrollment for answer in answers if answer.enrollment]
    Enrollment.objects.bulk_create(made)
    if made:
        numbers = {state.lower(): sum(row.state == state for row in made) for state in State}
        about = {name: number for name, number in numbers.items() if number}
        record(
            "training.enroll", actor=way.actor, target=training_class, source=way.source,
            reason=way.override_reason, enrollments=[row.pk for row in made], states=about,
        )  # fmt: skip
        if way.source == Source.ASSIGNED:
            tell(training_class, made)
    return answers


def closes_at(training_class: TrainingClass) -> datetime:
    """Where no time was set, enrolment ends with the day before the first."""
    return training_class.enroll_until or timezone.make_aware(datetime.combine(training_class.starts_on, time.min))


def refuse_unless_open(training_class: TrainingClass, source: str) -> None:
    """The office may also fill a list that is already fixed; everybody else keeps to the window."""
    states = [TrainingClass.State.ENROLLING]
    if source == Source.ASSIGNED:
        states.append(TrainingClass.State.READY)
    if training_class.state not in states:
        raise ValidationError("这个班现在不接受报名，请看班次状态。", code="not_enrolling")
    if source == Source.ASSIGNED:
        return
    now = timezone.now()
    if training_class.enroll_from and now < training_class.enroll_from:
        begin = timezone.localtime(training_class.enroll_from)
        raise ValidationError(f"报名尚未开始，{begin:%Y年%-m月%-d日 %H:%M}开始。", code="too_early")
    if now >= closes_at(training_class):
        raise ValidationError(f"报名已截止，需要参加请联系主办单位（{training_class.unit}）。", code="closed")
    if source == Source.SELF and not training_class.is_self_enrolled:
        raise ValidationError(
            f"这个班由单位安排，不接受本人报名。请联系主办单位（{training_class.unit}）。", code="not_self"
        )


def _open_desk(training_class: TrainingClass, people: Sequence[Officer | Guest], way: Way) -> Desk:
    officers = [person for person in people if isinstance(person, Officer)]
    # Two classes of one plan item have two locks: whoever signs up for both at once meets himself here.
    list(Officer.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in officers]).order_by("pk"))
    present = training_class.enrollments.exclude(state__in=Enrollment.GONE)
    return Desk(
        training_class,
        way,
        Seats(training_class),
        inside={
            ("officer" if row[0] else "guest", row[0] or row[1]) for row in present.values_list("officer", "guest")
        },
        elsewhere=set(live_elsewhere(training_class).filter(officer__in=officers).values_list("officer", flat=True)),
        clashes=clashes_of(officers, training_class),
    )


def live_elsewhere(training_class: TrainingClass):
    """Live enrolments in other classes of the same plan item and stage: dates nobody may hold twice."""
    if training_class.plan_item_id is None:
        return Enrollment.objects.none()
    same = Enrollment.objects.filter(
        training_class__plan_item=training_class.plan_item_id, training_class__stage=training_class.stage
    )
    standing = same.filter(state__in=LIVE).exclude(training_class__state=TrainingClass.State.CANCELLED)
    return standing.exclude(training_class=training_class)


def _answer(desk: Desk, person: Officer | Guest) -> Answer:
    try:
        return Answer(person, _admit(desk, person))
    except ValidationError as refusal:
        return Answer(person, refusal=refusal)


def _admit(desk: Desk, person: Officer | Guest) -> Enrollment:
    is_officer = isinstance(person, Officer)
    key = ("officer" if is_officer else "guest", person.pk)
    if key in desk.inside:
        raise ValidationError("已在这个班，不能重复报名。", code="already_in")
    if isinstance(person, Officer):
        _refuse_officer(desk, person)
    unit = person.unit if isinstance(person, Officer) else desk.training_class.unit
    row = Enrollment(
        training_class=desk.training_class, unit=unit, source=desk.way.source, made_by=desk.way.actor,
        warnings=desk.clashes.get(person.pk, []) if is_officer else [], override_reason=desk.way.override_reason,
        **{"officer" if is_officer else "guest": person},
    )  # fmt: skip
    _place(desk, row)
    desk.inside.add(key)
    return row


def _refuse_officer(desk: Desk, officer: Officer) -> None:
    if officer.status in (Officer.Status.RETIRED, Officer.Status.LEFT):
        raise ValidationError("已退休或调离，不能报名。", code="not_in_service")
    if officer.pk in desk.elsewhere:
        raise ValidationError("已报同一项目的另一个班，请先退出那个班。", code="other_class")
    codes = desk.clashes.get(officer.pk, [])
    if codes and desk.way.source == Source.SELF:
        raise ValidationError(
            f"{worded(codes)}，不能自行报名。确需参加的，由单位训练员或主办单位（{desk.training_class.unit}）说明理由后安排。",
            code="clash",
        )
    if codes and not desk.way.override_reason:
        raise ValidationError(f"{worded(codes)}，仍要安排请填写理由。", code="needs_reason")


def _place(desk: Desk, row: Enrollment) -> None:
    """A seat, a place in the queue, or the tray of those to be decided on."""
    share = desk.seats.share_of(row.unit)
    if not desk.seats.shares[share]:
        raise ValidationError(f"名额已分给其他单位，请联系主办单位（{desk.training_class.unit}）。", code="no_quota")
    if desk.way.source == Source.NOMINATED and not desk.seats.nominations_left(share):
        raise ValidationError("本单位名额已推荐满，请先撤回其他人。", code="quota_full")
    asks = desk.way.source == Source.NOMINATED or (
        desk.way.source == Source.SELF and desk.training_class.needs_approval
    )
    if asks:
        row.state = State.PENDING
        desk.seats.asked[share] += 1
    else:
        seat(desk.seats, row)


def seat(seats: Seats, row: Enrollment) -> None:
    """Confirmed if a seat is free, otherwise last in the queue."""
    share, now = seats.share_of(row.unit), timezone.now()
    if seats.is_free(share):
        row.state, row.decided_at = State.CONFIRMED, now
        seats.taken[share] += 1
    else:
        row.state, row.waitlisted_at = State.WAITLISTED, now
        seats.waiting[share] += 1


def approve_many(training_class: TrainingClass, pks: Sequence[int], *, actor: User) -> list[Enrollment]:
    """Those who asked, in the order they asked; whoever finds no seat waits."""
    with transaction.atomic():
        training_class = lock_class(training_class)
        rows, seats = _asking(training_class, pks), Seats(training_class)
        for row in rows:
            seats.asked[seats.share_of(row.unit)] -= 1
            seat(seats, row)
            row.decided_by, row.decided_at = actor, row.decided_at or timezone.now()
        Enrollment.objects.bulk_update(rows, ["state", "decided_by", "decided_at", "waitlisted_at"])
        record("training.approve_enrollment", actor=actor, target=training_class, enrollments=[row.pk for row in rows])
        tell(training_class, rows)
    return rows


@transaction.atomic
def reject_many(training_class: TrainingClass, pks: Sequence[int], *, actor: User, reason: str) -> list[Enrollment]:
    training_class = lock_class(training_class)
    rows = _asking(training_class, pks)
    _end(rows, State.REJECTED, actor, reason)
    about = {"reason": reason, "enrollments": [row.pk for row in rows]}
    record("training.reject_enrollment", actor=actor, target=training_class, **about)  # type: ignore[arg-type]
    tell(training_class, rows)
    return rows


def _asking(training_class: TrainingClass, pks: Sequence[int]) -> list[Enrollment]:
    if training_class.state not in (TrainingClass.State.ENROLLING, TrainingClass.State.READY):
        raise ValidationError("名单已核对或班已取消，不能再审批。", code="not_enrolling")
    rows = training_class.enrollments.filter(pk__in=pks, state=State.PENDING).select_related("unit", "officer__user")
    found = list(rows.order_by("made_at", "pk"))
    if not found:
        raise ValidationError("所选人员没有待审批的，请刷新后再试。", code="nobody")
    return found


def _end(rows: Sequence[Enrollment], state: str, actor: User, reason: str) -> None:
    if not reason.strip():
        raise ValidationError("请填写理由。", code="no_reason")
    for row in rows:
        row.state, row.decided_by, row.decided_at, row.reason = state, actor, timezone.now(), reason
    Enrollment.objects.bulk_update(rows, ["state", "decided_by", "decided_at", "reason"])


@transaction.atomic
def withdraw(enrollment: Enrollment, *, actor: User) -> Enrollment:
    """By the learner himself, as long as enrolment lasts."""
    training_class = lock_class(enrollment.training_class)
    if training_class.state != TrainingClass.State.ENROLLING or timezone.now() >= closes_at(training_class):
        message = f"报名已截止，退出须由主办单位（{training_class.unit}）办理；临时有事请按规定请假。"
        raise ValidationError(message, code="closed")
    return _withdraw(training_class, [enrollment.pk], actor, "本人退出")[0]


@transaction.atomic
def withdraw_many(training_class: TrainingClass, pks: Sequence[int], *, actor: User, reason: str) -> list[Enrollment]:
    """By the office, until the class has begun to be checked."""
    training_class = lock_class(training_class)
    if training_class.state not in (TrainingClass.State.ENROLLING, TrainingClass.State.READY):
        raise ValidationError("名单已核对或班已取消，不能再退出。", code="not_enrolling")
    rows = _withdraw(training_class, pks, actor, reason)
    tell(training_class, rows)
    return rows


def _withdraw(training_class: TrainingClass, pks: Sequence[int], actor: User, reason: str) -> list[Enrollment]:
    rows = list(training_class.enrollments.filter(pk__in=pks, state__in=LIVE).select_related("officer__user", "unit"))
    if not rows:
        raise ValidationError("已不在这个班，请刷新后再试。", code="nobody")
    is_seat_free = any(row.state == State.CONFIRMED for row in rows)
    _end(rows, State.WITHDRAWN, actor, reason)
    about = {"reason": reason, "enrollments": [row.pk for row in rows]}
    record("training.withdraw", actor=actor, target=training_class, **about)  # type: ignore[arg-type]
    if is_seat_free:
        owe_promotion(training_class)
    return rows


def units_of(user: User) -> list[OrgUnit]:
    """The units whose people the user may name for classes."""
    return user.scope(ENROLL)
