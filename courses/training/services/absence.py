"""The limit of leave (R08): near it the learner is warned, past it dismissal is proposed and an office decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Attendance, DismissalProposal, Enrollment, TrainingClass
from courses.training.services.offices import tell
from lms.audit.services import record
from lms.people.services.offices import office_of
from lms.rules.formula import parameter, points
from lms.rules.models import Rule, RuleVersion

LIMIT, TERMS = "R08", "R41"
DECIDE = "training.decide_dismissal"
MISSED = (Attendance.State.LEAVE, Attendance.State.ABSENT)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Limits:
    numerator: Decimal
    denominator: Decimal
    warn_denominator: Decimal
    lates: int


@dataclass(frozen=True)
class Absence:
    """Hours missed of the hours of a whole class."""

    missed: Decimal
    total: Decimal
    limits: Limits

    @property
    def is_near(self) -> bool:
        return self.missed > 0 and self.missed * self.limits.warn_denominator >= self.total

    @property
    def is_over(self) -> bool:
        return self.missed * self.limits.denominator > self.total * self.limits.numerator

    @property
    def share(self) -> Decimal:
        return 100 * self.missed / self.total if self.total else ZERO

    def __str__(self):
        return f"{self.share:.1f}%（{self.missed:.2f}/{self.total:.2f}学时）"


def absences(training_class: TrainingClass, enrollments: Iterable[int]) -> dict[int, Absence]:
    """By enrollment, in a fixed number of queries however many there are."""
    codes = set(training_class.sessions.values_list("rule", flat=True))
    versions = RuleVersion.objects.in_force_by_code({LIMIT, TERMS, *codes}, training_class.starts_on)
    hours = {session.pk: hours_of(session, versions) for session in training_class.sessions.filter(is_cancelled=False)}
    limits, total = limits_of(versions), sum(hours.values(), ZERO)
    rows: dict[int, list] = {pk: [] for pk in enrollments}
    found = Attendance.objects.filter(enrollment__in=rows, session__in=hours).order_by("session__during")
    for enrollment, session, state in found.values_list("enrollment", "session", "state"):
        rows[enrollment].append((state, hours[session]))
    return {pk: Absence(missed_of(states, limits.lates), total, limits) for pk, states in rows.items()}


def limits_of(versions: Mapping[str, RuleVersion]) -> Limits:
    if missing := {LIMIT, TERMS} - set(versions):
        raise LookupError(f"no version in force: {', '.join(sorted(missing))}")
    limit = versions[LIMIT].formula
    numerator, denominator, warning = (
        parameter(limit, key) for key in ("numerator", "denominator", "warn_denominator")
    )
    return Limits(numerator, denominator, warning, int(parameter(versions[TERMS].formula, "late_as_absent")))


def hours_of(session, versions: Mapping[str, RuleVersion]) -> Decimal:
    """What the session is worth by its rule; its plain quantity where the rule does not count by points."""
    version = versions.get(session.rule)
    if version is None or version.rule.shape != Rule.Shape.POINTS:
        return session.quantity
    return points(version.formula, {version.formula["measure"]: session.quantity}).hours


def missed_of(states: list[tuple[str, Decimal]], lates: int) -> Decimal:
    """Leave and absence, and of the times somebody came late each n-th."""
    late = [hours for state, hours in states if state == Attendance.State.LATE]
    folded = late[lates - 1 :: lates] if lates else []
    return sum((hours for state, hours in states if state in MISSED), ZERO) + sum(folded, ZERO)


def recount(training_class: TrainingClass, enrollments: Iterable[int]) -> None:
    """After every change of attendance, under the class's lock."""
    found = absences(training_class, enrollments)
    rows = Enrollment.objects.filter(pk__in=found, state=Enrollment.State.CONFIRMED)
    for enrollment in rows.select_related("officer__user", "guest"):
        enrollment.training_class = training_class
        _judge(enrollment, found[enrollment.pk])


def _judge(enrollment: Enrollment, absence: Absence) -> None:
    allowed = enrollment.tolerated_hours is not None and absence.missed <= enrollment.tolerated_hours
    if absence.is_near and not enrollment.warned_at:
        _warn(enrollment, absence)
    if absence.is_over and not enrollment.dismissal_proposed_at and not allowed:
        _propose(enrollment, absence)
    if not absence.is_over and enrollment.dismissal_proposed_at:
        _set(enrollment, dismissal_proposed_at=None)
        record("training.lapse_dismissal", actor="系统", target=enrollment, absence=str(absence))
        tell(learner(enrollment), title=f"退班建议已撤销：{enrollment.training_class}", body=f"缺勤现为{absence}。")


def _warn(enrollment: Enrollment, absence: Absence) -> None:
    _set(enrollment, warned_at=timezone.now())
    record("training.warn_absence", actor="系统", target=enrollment, absence=str(absence))
    limit = f"{absence.limits.numerator}/{absence.limits.denominator}"
    tell(
        learner(enrollment), title=f"缺勤提醒：{enrollment.training_class}",
        body=f"您缺勤{absence}，超过总学时{limit}的，将被建议退班。记录有误的，可以申诉。", link=class_link(enrollment),
    )  # fmt: skip


def _propose(enrollment: Enrollment, absence: Absence) -> None:
    _set(enrollment, dismissal_proposed_at=timezone.now())
    record("training.propose_dismissal", actor="系统", target=enrollment, absence=str(absence))
    title = f"缺勤超限，建议退班：{enrollment.training_class}"
    body = f"{enrollment.name}缺勤{absence}。是否退班由主办单位教育培训部门决定；决定前照常上课。"
    tell(learner(enrollment), title=title, body=f"{body}记录有误的，可以申诉。", link=class_link(enrollment))
    training_class = enrollment.training_class
    head = [training_class.head_teacher] if training_class.head_teacher else []
    tell(
        {*head, *office_of(training_class.unit, DECIDE)},
        title=title,
        body=body,
        link=reverse("dismissalproposal:index"),
    )


def learner(enrollment: Enrollment) -> list:
    """Whom to tell; guests have no account."""
    return [enrollment.officer.user] if enrollment.officer else []


def class_link(enrollment: Enrollment) -> str:
    return reverse("training:attendance", args=[enrollment.training_class_id])


def _set(enrollment: Enrollment, **values) -> None:
    for name, value in values.items():
        setattr(enrollment, name, value)
    enrollment.save(update_fields=list(values))


@transaction.atomic
def dismiss_for_absence(proposal: DismissalProposal, *, actor, reason: str) -> Enrollment:
    enrollment, absence = _proposed(proposal)
    _set(enrollment, state=Enrollment.State.DISMISSED, reason=reason, decided_by=actor, decided_at=timezone.now())
    _decided("training.dismiss", enrollment, absence, actor=actor, reason=reason)
    return enrollment


@transaction.atomic
def keep_despite_absence(proposal: DismissalProposal, *, actor, reason: str) -> Enrollment:
    """He stays, and is proposed again only when he misses more."""
    enrollment, absence = _proposed(proposal)
    _set(enrollment, dismissal_proposed_at=None, tolerated_hours=absence.missed)
    _decided("training.keep_despite_absence", enrollment, absence, actor=actor, reason=reason)
    return enrollment


def _proposed(proposal: DismissalProposal) -> tuple[Enrollment, Absence]:
    training_class = TrainingClass.objects.select_for_update(no_key=True).get(pk=proposal.training_class_id)
    enrollment = Enrollment.objects.select_related("officer__user", "guest").get(pk=proposal.pk)
    if enrollment.state != Enrollment.State.CONFIRMED or not enrollment.dismissal_proposed_at:
        raise ValidationError("该学员没有待决定的退班建议。", code="no_proposal")
    enrollment.training_class = training_class
    return enrollment, absences(training_class, [enrollment.pk])[enrollment.pk]


def _decided(action: str, enrollment: Enrollment, absence: Absence, *, actor, reason: str) -> None:
    outcome = "决定退班" if enrollment.state == Enrollment.State.DISMISSED else "决定保留"
    record(action, actor=actor, target=enrollment, absence=str(absence), reason=reason)
    head = enrollment.training_class.head_teacher
    tell(
        {*learner(enrollment), *([head] if head else [])}, title=f"{outcome}：{enrollment.training_class}",
        body=f"{enrollment.name}缺勤{absence}，{outcome}。理由：{reason}", link=class_link(enrollment),
    )  # fmt: skip
