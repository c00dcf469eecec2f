"""发布成绩: proposed by one person, carried out by another, refused with the list while anything is open."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.marking.services.finals import hold
from exams.results.models import Clearance, Release, ReleasedAttempt
from exams.results.services.consequences import credit
from exams.results.services.marks import marks_of
from exams.results.services.obstacles import due, obstacles
from exams.results.terms import version_on
from exams.sittings.models import Exam, Incident, Outcome, Sitting
from exams.sittings.services.exams import lock_exam
from lms.audit.services import record
from lms.jobs.services import enqueue
from lms.kit.services import check_by_second_person

FOLLOW = "results.follow"


@transaction.atomic
def propose_release(exam: Exam, sittings: Sequence[Sitting], *, actor, feedback: str) -> Release:
    """ValidationError with every obstacle, "self_service", "pending" or "no_sitting"."""
    exam = lock_exam(exam)
    if exam.is_self_service:
        raise ValidationError("课程测验和模拟考试交卷即出成绩，不需要发布。", code="self_service")
    if exam.releases.waiting().exists():
        raise ValidationError("这场考试已有一项待复核的发布。", code="pending")
    chosen = list(exam.sittings.filter(pk__in=[one.pk for one in sittings]).order_by("number"))
    if not chosen or len(chosen) != len(sittings):
        raise ValidationError("请选择本考试的场次。", code="no_sitting")
    _refuse_obstacles(exam, chosen)
    release = Release.objects.create(exam=exam, feedback=feedback, made_by=actor)
    release.sittings.set(chosen)
    count = due(exam, chosen).count()
    record("results.propose_release", actor=actor, target=release, people=count, feedback=feedback)
    return release


@transaction.atomic
def carry_out(release: Release, *, actor) -> Release:
    """Everybody's result in one moment; notices and certificates follow in a job.

    The exam's row, then its scripts are held: a late mark waits and finds itself refused, or was there before.
    """
    exam = lock_exam(release.exam)
    hold(exam)
    release = Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if release.refused_at:
        raise ValidationError("这项发布已退回，请重新提出。", code="refused")
    sittings = list(release.sittings.order_by("number"))
    if not release.is_checked:
        _refuse_obstacles(exam, sittings)
    attempts = list(due(exam, sittings))
    release = check_by_second_person(release, actor, action="results.release", people=len(attempts))
    release.rule_version = version_on(timezone.localdate())
    release.save(update_fields=["rule_version"])
    outcomes = _outcomes(exam, attempts)
    ReleasedAttempt.objects.bulk_create(ReleasedAttempt(release=release, attempt=one) for one in attempts)
    credit(exam, outcomes, actor=actor)
    _enqueue(release, actor, len(attempts))
    return release


def _outcomes(exam: Exam, attempts: list) -> list[Outcome]:
    marks = marks_of(exam, attempts)
    rows = [marks[one.pk].outcome(one.pk, 1, Outcome.Cause.RELEASE) for one in attempts]
    made = Outcome.objects.bulk_create(rows)
    by_pk = {one.pk: one for one in attempts}
    for outcome in made:
        outcome.attempt = by_pk[outcome.attempt_id]
    return made


def _enqueue(release: Release, actor, people: int) -> None:
    enqueue(
        FOLLOW, actor=actor, unit=release.exam.unit, title=f"成绩通知和合格证书：{release.exam}",
        params={"release": release.pk}, total=people, key=f"release:{release.pk}",
    )  # fmt: skip


def _refuse_obstacles(exam: Exam, sittings: list[Sitting]) -> None:
    if found := obstacles(exam, sittings):
        raise ValidationError(
            [ValidationError(f"{one.text}（{one.count}项）{_some(one.lines)}", code=one.code) for one in found]
        )


def _some(lines: list[str], most: int = 5) -> str:
    return f"如{'、'.join(lines[:most])}" if lines else ""


@transaction.atomic
def refuse_release(release: Release, *, actor, reason: str) -> Release:
    rows = Release.objects.filter(pk=release.pk, checked_by=None, refused_at=None)
    if not rows.update(refused_at=timezone.now()):
        raise ValidationError("这项发布已有决定。", code="decided")
    record("results.refuse_release", actor=actor, target=release, reason=reason)
    release.refresh_from_db()
    return release


@transaction.atomic
def clear_incident(incident: Incident, *, actor, reason: str) -> Clearance:
    """Somebody other than who reported it says that the marks stay as they are."""
    if incident.reported_by_id == actor.pk:
        raise ValidationError("记录人不能处理自己的记录，请由另一人处理。", code="same_person")
    if incident.voidings.exists() or Clearance.objects.filter(incident=incident).exists():
        raise ValidationError("这条记录已有处理。", code="decided")
    clearance = Clearance(incident=incident, reason=reason, made_by=actor)
    clearance.full_clean(exclude=["made_by"])
    clearance.save()
    record("results.clear_incident", actor=actor, target=clearance, incident=incident.pk, reason=reason)
    return clearance
