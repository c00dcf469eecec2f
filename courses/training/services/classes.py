"""A class until its list is fixed: opening it, changing it, sharing its seats, what follows it."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from courses.catalogue.models import Courseware
from courses.training.models import ClassMaterial, ClassQuota, Enrollment, EventType, TrainingClass
from courses.training.services.sessions import default_quantity, lock_working
from courses.training.services.waitlist import owe_promotion
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import OrgUnit, User
from lms.people.querysets import in_units

State, Stage = TrainingClass.State, TrainingClass.Stage
COPIED = ("plan_item", "event_type", "kind", "layer", "category", "module", "notes")


@transaction.atomic
def open_class(training_class: TrainingClass, *, actor: User) -> TrainingClass:
    _take_type(training_class)
    training_class.made_by = actor
    training_class.save(force_insert=True)
    plan = str(training_class.plan_item or "计划外")
    record("training.open_class", actor=actor, target=training_class, title=training_class.title, plan=plan)
    return training_class


def _take_type(training_class: TrainingClass) -> None:
    if training_class.plan_item:
        training_class.event_type = training_class.plan_item.event_type


@transaction.atomic
def change_class(training_class: TrainingClass, fields: Iterable[str], *, actor: User) -> TrainingClass:
    """`training_class` carries the new values of `fields`; everything else stays as it stands in the table."""
    row = lock_working(training_class)
    before = row.event_type
    for field in fields:
        setattr(row, field, getattr(training_class, field))
    _take_type(row)
    _refuse_too_small(row)
    _refuse_outside(row)
    if row.is_meeting:
        row.module = ""
        row.sessions.update(quantity=0)
    row.save()
    if before == EventType.MEETING and not row.is_meeting:
        _count_again(row)
    changed = {field: str(getattr(row, field)) for field in fields}
    record("training.change_class", actor=actor, target=row, changed=changed)
    owe_promotion(row)
    return row


def _refuse_too_small(row: TrainingClass) -> None:
    seated, given = row.enrollments.seated().count(), _given(row.quotas)
    if row.capacity < seated:
        raise ValidationError(f"已录取{seated}人，名额不能少于{seated}。", code="capacity_below")
    if row.capacity < given:
        raise ValidationError(f"已分配名额{given}人，请先调减各单位名额。", code="quota_over")


def _given(quotas) -> int:
    return quotas.aggregate(given=Sum("seats"))["given"] or 0


def _refuse_outside(row: TrainingClass) -> None:
    for session in row.sessions.held():
        if not row.starts_on <= timezone.localtime(session.during.lower).date() <= row.ends_on:
            raise ValidationError(f"课次“{session}”不在新的起止日期之内，请先改课次。", code="sessions_outside")


def _count_again(row: TrainingClass) -> None:
    """What was a meeting and is none any more."""
    for session in row.sessions.all():
        session.quantity = default_quantity(session.rule, session.during, row.event_type)
        session.save(update_fields=["quantity"])


def plan_warning(training_class: TrainingClass) -> str:
    """Said, not refused: a class may be urgent."""
    item = training_class.plan_item
    if item is None:
        return "该班在计划外，请按规定补报计划变更。"
    if item.plan.state not in ("ACCEPTED", "CLOSED"):
        return f"所属计划“{item.plan}”{item.plan.get_state_display()}，尚未备案。"
    return ""


@transaction.atomic
def open_enrolment(training_class: TrainingClass, *, actor: User) -> TrainingClass:
    row = _in_state(training_class, State.DRAFT)
    if not row.sessions.held().exists():
        raise ValidationError("还没有课次，请先排课再开放报名。", code="no_sessions")
    if row.enroll_until and row.enroll_until <= timezone.now():
        raise ValidationError("报名截止时间已过，请先修改报名截止时间。", code="enrolment_over")
    return _to(row, State.ENROLLING, actor, plan=plan_warning(row))


@transaction.atomic
def fix_list(training_class: TrainingClass, *, actor: User) -> TrainingClass:
    row = _in_state(training_class, State.ENROLLING)
    if pending := row.enrollments.filter(state=Enrollment.State.PENDING).count():
        raise ValidationError(f"还有{pending}人待审批，请先审批。", code="pending")
    if not (seated := row.enrollments.seated().count()):
        raise ValidationError("还没有录取学员，不能确定名单。", code="empty")
    row = _to(row, State.READY, actor, seated=seated)
    users = User.objects.filter(officer__enrollments__in=row.enrollments.seated()).distinct()
    first = f"{row.starts_on:%Y年%-m月%-d日}"
    notify(
        users, title=f"{row}：您已列入学员名单", body=f"{first}开班。{row.notes}", once_key=f"training.ready:{row.pk}"
    )
    return row


@transaction.atomic
def reopen_list(training_class: TrainingClass, *, actor: User, reason: str) -> TrainingClass:
    row = _in_state(training_class, State.READY)
    if row.starts_on <= timezone.localdate():
        raise ValidationError("已经开班，名单不能再放开。", code="begun")
    return _to(row, State.ENROLLING, actor, reason=reason)


def _in_state(training_class: TrainingClass, state: str) -> TrainingClass:
    row = TrainingClass.objects.select_for_update(of=("self",)).select_related("unit", "plan_item__plan").get(
        pk=training_class.pk
    )  # fmt: skip
    if row.state != state:
        raise ValidationError(f"该班{row.get_state_display()}，不能办理这一步。", code="wrong_state")
    return row


def _to(row: TrainingClass, state: str, actor: User, **detail) -> TrainingClass:
    record("training.class_state", actor=actor, target=row, before=row.state, after=str(state), **detail)
    row.state = state
    row.save(update_fields=["state"])
    return row


class Share(NamedTuple):
    """Seats of a class for a unit, and whether it holds the class too."""

    unit: OrgUnit
    seats: int
    is_organiser: bool = False


@transaction.atomic
def share_seats(training_class: TrainingClass, shares: Iterable[Share], *, actor: User) -> TrainingClass:
    """The whole distribution anew: units not named lose theirs."""
    row = lock_working(training_class)
    shares = list(shares)
    _refuse_shares(row, shares)
    row.quotas.exclude(unit__in=[share.unit for share in shares]).delete()
    for share in shares:
        row.quotas.update_or_create(
            unit=share.unit, defaults={"seats": share.seats, "is_organiser": share.is_organiser}
        )
    given = {share.unit.code: [share.seats, share.is_organiser] for share in shares}
    record("training.share_seats", actor=actor, target=row, given=given)
    owe_promotion(row)
    return row


def _refuse_shares(row: TrainingClass, shares: list[Share]) -> None:
    total = sum(share.seats for share in shares)
    if total > row.capacity:
        raise ValidationError(f"分配{total}人，超过该班名额{row.capacity}人。", code="over_capacity")
    for share in shares:
        taken = row.enrollments.seated().filter(in_units([share.unit], "unit")).count()
        if taken > share.seats:
            raise ValidationError(f"{share.unit}已录取{taken}人，名额不能少于{taken}。", code="quota_below")


@transaction.atomic
def give_material(training_class: TrainingClass, courseware: Courseware, *, actor: User) -> ClassMaterial:
    row = lock_working(training_class)
    if not courseware.is_checked:
        raise ValidationError("该课件尚未复核，不能发给学员。", code="not_checked")
    if row.materials.filter(courseware=courseware).exists():
        raise ValidationError("该班已有这份资料。", code="already_given")
    material = ClassMaterial.objects.create(training_class=row, courseware=courseware)
    record("training.give_material", actor=actor, target=row, courseware=courseware.pk, title=courseware.title)
    return material


@transaction.atomic
def take_material(material: ClassMaterial, *, actor: User) -> None:
    row = lock_working(material.training_class)
    record("training.take_material", actor=actor, target=row, courseware=material.courseware_id)
    material.delete()


class Days(NamedTuple):
    starts_on: date
    ends_on: date


@transaction.atomic
def open_practice(theory: TrainingClass, days: Days, *, actor: User) -> list[TrainingClass]:
    """二阶段: for each unit with seats in a theory class a practice class of its own, with the same people."""
    row = TrainingClass.objects.select_for_update(of=("self",)).get(pk=theory.pk)
    if row.stage != Stage.THEORY:
        raise ValidationError("只有理论集训班可以开实践分训班。", code="not_theory")
    if days.starts_on <= row.ends_on:
        raise ValidationError("实践分训应在理论集训结束之后。", code="too_early")
    quotas = row.quotas.select_related("unit").exclude(unit__training_classes__follows=row)
    made = [_practice_of(row, quota, days, actor) for quota in quotas if quota.seats]
    if not made:
        raise ValidationError("没有可开的分训班：请先给各单位分配名额，已开过的不重复开。", code="no_seats")
    return made


def _practice_of(theory: TrainingClass, quota: ClassQuota, days: Days, actor: User) -> TrainingClass:
    made = open_class(
        TrainingClass(
            **{name: getattr(theory, name) for name in COPIED}, stage=Stage.PRACTICE, follows=theory, unit=quota.unit,
            title=f"{theory.title}·{quota.unit}实践分训"[:100], capacity=quota.seats, **days._asdict(),
        ),
        actor=actor,
    )  # fmt: skip
    seated = theory.enrollments.seated().exclude(state=Enrollment.State.DISMISSED).exclude(officer=None)
    Enrollment.objects.bulk_create(
        Enrollment(training_class=made, officer_id=one.officer_id, unit_id=one.unit_id, source=Enrollment.Source.ASSIGNED,
                   state=Enrollment.State.CONFIRMED, made_by=actor)
        for one in seated.filter(in_units([quota.unit], "unit"))
    )  # fmt: skip
    return made
