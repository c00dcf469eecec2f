"""Days on which somebody may not teach. Whoever knows of one deposits it; the evidence key makes it harmless twice."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from instructors.pool.models import Bar, Instructor
from instructors.pool.models.appointments import DAY
from instructors.pool.services.appointments import stretch
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import Officer, User

SUSPEND = "pool.suspend_instructor"


@dataclass(frozen=True)
class Days:
    """Both included; open at the end for as long as nobody says otherwise."""

    from_on: date
    until_on: date | None = None

    @property
    def range(self) -> DateRange:
        if self.until_on and self.until_on < self.from_on:
            raise ValidationError("截止日期不能早于开始日期。", code="dates")
        return DateRange(self.from_on, self.until_on + DAY if self.until_on else None)


@transaction.atomic
def deposit_bar(officer: Officer, kind: str, evidence: str, days: Days, *, reason: str) -> Bar:
    """A fact of another app's (a certificate suspended); deposited again with other days it is put right."""
    known = {"officer": officer, "kind": kind, "during": days.range, "reason": reason, "made_by": "系统"}
    return Bar.objects.update_or_create(evidence=evidence, defaults=known)[0]


@transaction.atomic
def suspend(
    instructor: Instructor, *, actor: User, from_on: date, until_on: date | None = None, reason: str
) -> Instructor:
    row = (
        Instructor.objects.select_for_update(no_key=True, of=("self",)).select_related("officer").get(pk=instructor.pk)
    )
    if row.officer and row.officer.user_id == actor.pk:
        raise ValidationError("不能办理本人的停聘，请由他人办理。", code="oneself")
    days = Days(from_on, until_on)
    if bars_of(row).filter(kind=Bar.Kind.SUSPENDED, during__overlap=days.range).exists():
        raise ValidationError("这一期间已经停聘。", code="already_suspended")
    whose = {"officer": row.officer} if row.officer else {"instructor": row}
    bar = Bar(kind=Bar.Kind.SUSPENDED, during=days.range, reason=reason, made_by=str(actor)[:120], **whose)
    bar.evidence = f"instructors.pool.suspension:{row.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    bar.save()
    record("pool.suspend_instructor", actor=actor, target=row, days=[str(from_on), str(until_on)], reason=reason)
    if row.officer:
        notify([row.officer.user], title="停聘通知", body=f"{stretch(bar)}停止授课，原因：{reason}")
    return row


@transaction.atomic
def resume(instructor: Instructor, *, actor: User, on: date) -> Instructor:
    """Teaches again from `on`; only what the office itself has suspended."""
    row = Instructor.objects.select_for_update(no_key=True, of=("self",)).get(pk=instructor.pk)
    bars = [bar for bar in bars_of(row).filter(kind=Bar.Kind.SUSPENDED) if bar.until_on is None or bar.until_on >= on]
    if not bars:
        raise ValidationError("该教员没有停聘，或停聘已在此日前结束。", code="not_suspended")
    for bar in bars:
        if bar.from_on >= on:
            bar.delete()
        else:
            bar.during = DateRange(bar.from_on, on)
            bar.save(update_fields=["during"])
    record("pool.resume_instructor", actor=actor, target=row, on=str(on))
    return row


def bars_of(instructor: Instructor):
    if instructor.officer_id:
        return Bar.objects.filter(officer=instructor.officer_id)
    return Bar.objects.filter(instructor=instructor)


def why_not(instructor: Instructor, day: date) -> str:
    """Why somebody may not teach on a day, in words; empty where he may."""
    if instructor.is_active_on(day):
        return ""
    if bar := bars_of(instructor).on(day).first():
        return f"{bar.get_kind_display()}（{stretch(bar)}，{bar.reason}）"
    held = instructor.appointments.approved()
    if last := held.filter(during__endswith__lte=day).order_by("-during__endswith").first():
        return f"聘期已于{last.until_on:%Y年%-m月%-d日}届满"
    if later := held.filter(during__startswith__gt=day).order_by("during__startswith").first():
        return f"聘期自{later.from_on:%Y年%-m月%-d日}起"
    return "没有生效的聘任"
