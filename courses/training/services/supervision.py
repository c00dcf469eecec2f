"""督导: somebody from above looks at how a plan is carried out; what must be put right has a day and is closed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import SupervisionVisit
from courses.training.services.plan_log import holders, is_above, is_own, log, must, page_of, tell_unit
from courses.training.services.plans import OWNER
from lms.audit.services import record
from lms.notices.services import notify

ADD, CLOSE = "training.add_supervisionvisit", "training.close_supervisionvisit"


@transaction.atomic
def record_visit(visit: SupervisionVisit, *, actor) -> SupervisionVisit:
    plan = visit.plan
    must(is_above(actor, ADD, plan.unit), "上级教育培训部门")
    if plan.state == "DRAFT":
        raise ValidationError("计划还在编制，报备后再督导。", code="not_filed")
    if visit.visited_on > timezone.localdate():
        raise ValidationError("督导日期不能晚于今天。", code="future")
    if visit.due_on and visit.due_on < visit.visited_on:
        raise ValidationError("整改期限不能早于督导日期。", code="due_before_visit")
    visit.made_by = actor
    if not visit.rectification:
        visit.closed_at = timezone.now()
    visit.save(force_insert=True)
    record("training.visit", actor=actor, target=visit, unit=plan.unit)
    log(plan, "visit", actor, changed={"findings": ["", visit.findings], "rectification": ["", visit.rectification]})
    tell_unit(plan, "收到督导记录", _told(visit))
    return visit


def _told(visit: SupervisionVisit) -> str:
    if not visit.rectification:
        return f"{visit.visited_on:%Y年%-m月%-d日}督导，没有整改要求。"
    return f"请于{visit.due_on:%Y年%-m月%-d日}前整改并填报：{visit.rectification}"


def _held_open(visit: SupervisionVisit) -> SupervisionVisit:
    row = SupervisionVisit.objects.select_for_update(of=("self",)).select_related("plan__unit", "made_by")
    found = row.get(pk=visit.pk)
    if found.closed_at:
        raise ValidationError("这次督导已销号。", code="closed")
    return found


@transaction.atomic
def report_rectification(visit: SupervisionVisit, *, actor, result: str) -> SupervisionVisit:
    visit = _held_open(visit)
    must(is_own(actor, CLOSE, visit.plan.unit), OWNER)
    visit.result = result
    visit.save(update_fields=["result"])
    log(visit.plan, "rectify", actor, changed={"result": ["", result]})
    notify([visit.made_by], title=f"{visit.plan.unit}填报了整改结果"[:80], body=result[:200], link=page_of(visit.plan))
    return visit


@transaction.atomic
def close_visit(visit: SupervisionVisit, *, actor) -> SupervisionVisit:
    visit = _held_open(visit)
    must(is_above(actor, CLOSE, visit.plan.unit), "上级教育培训部门")
    if not visit.result:
        raise ValidationError("单位尚未填报整改结果，不能销号。", code="no_result")
    visit.closed_at = timezone.now()
    visit.save(update_fields=["closed_at"])
    log(visit.plan, "close_visit", actor)
    notify(holders(visit.plan.unit, CLOSE), title="督导整改已销号", body=visit.plan.title, link=page_of(visit.plan))
    return visit
