"""暂扣, 恢复 and 挂失: a certificate that is held but not in force."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.licences.models import EnforcementCertificate
from exams.licences.services.barring import bar, lift
from exams.licences.services.steps import Why, advance, lock, step
from lms.notices.services import notify


@transaction.atomic
def suspend(certificate: EnforcementCertificate, why: Why, *, until_on: date | None = None) -> EnforcementCertificate:
    """From the day of `why` to `until_on`, included; without one until it is resumed. Its holder may not teach."""
    row = lock(certificate)
    on = started(why)
    if until_on and until_on < on:
        raise ValidationError("暂扣截止日期不能早于开始日期。", code="dates")
    trace = step(row, "suspend", why, suspended_until=until_on)
    end_applications(row, why)
    bar(trace, until_on)
    until = f"至{until_on:%Y年%-m月%-d日}" if until_on else "，恢复时另行通知"
    _tell(row, "执法证暂扣", f"自{on:%Y年%-m月%-d日}起暂扣{until}，期间不得上岗执法和授课。原因：{why.reason}")
    return row


@transaction.atomic
def resume(certificate: EnforcementCertificate, why: Why) -> EnforcementCertificate:
    row = lock(certificate)
    on = started(why)
    step(row, "resume", why, suspended_until=None)
    lift(row, on)
    _tell(row, "执法证恢复", f"自{on:%Y年%-m月%-d日}起恢复，可上岗执法。")
    return row


@transaction.atomic
def report_lost(certificate: EnforcementCertificate, why: Why) -> EnforcementCertificate:
    """By its holder or his office; no longer in force until another is made out."""
    row = lock(certificate)
    started(why)
    step(row, "report_lost", why)
    end_applications(row, why)
    _tell(row, "执法证挂失", "已挂失，补证前不得上岗执法。请申请补证。")
    return row


def started(why: Why) -> date:
    """The day from which it counts: never one that is still to come."""
    today = timezone.localdate()
    if why.on and why.on > today:
        raise ValidationError("生效日期不能晚于今天，请在当日办理。", code="future")
    return why.on or today


def end_applications(row: EnforcementCertificate, why: Why) -> None:
    """What was under way is of no use any more."""
    for application in row.applications.under_way():
        application.certificate = row
        advance(application, "lapse", why)


def _tell(row: EnforcementCertificate, title: str, body: str) -> None:
    notify([row.officer.user], title=title, body=body, link=reverse("licences:mine"))
