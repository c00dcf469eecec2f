"""Who may read a paper, and when: until it is opened, nobody, and each who tries is written down."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.papers.models import Blueprint, Paper, PaperItem
from exams.papers.services.drawing import paper_hash
from lms.audit.services import record
from lms.kit.services import check_by_second_person

OPEN = "papers.open_paper"


@transaction.atomic
def approve_blueprint(blueprint: Blueprint, *, actor) -> Blueprint:
    if not blueprint.cells.exists():
        raise ValidationError("方案没有组卷要求，请先填写。", code="empty")
    return check_by_second_person(blueprint, actor, action="papers.approve_blueprint", cells=blueprint.cells.count())


@transaction.atomic
def seal_paper(paper: Paper, opens_at: datetime, *, actor) -> Paper:
    """By another than whoever drew it; from then on its contents are shown to nobody before the window."""
    if opens_at <= timezone.now():
        raise ValidationError("开封时间应在现在之后。", code="past")
    if paper_hash(paper.items.order_by("slot")) != paper.sha256:
        raise ValidationError("试卷内容与组卷时不同，不能封卷，请重新组卷。", code="altered")
    Paper.objects.filter(pk=paper.pk, checked_by=None).update(opens_at=opens_at)
    return check_by_second_person(paper, actor, action="papers.seal", opens_at=opens_at.isoformat())


def open_paper(paper: Paper, *, actor) -> list[PaperItem]:
    """The questions of a paper, its keys among them. Every reading is audited, every refusal too.

    ValidationError "sealed" before the window, "not_allowed" without the right to, "outside" for another's paper.
    """
    refusal = _refusal(paper, actor)
    # Outside the caller's transaction a refusal would leave no trace if that is rolled back: it is written first.
    detail: dict[str, Any] = {"code": refusal[0]} if refusal else {}
    record("papers.refuse" if refusal else "papers.open", actor=actor, target=paper, **detail)
    if refusal:
        raise ValidationError(refusal[1], code=refusal[0])
    return list(paper.items.select_related("version").order_by("slot"))


def _refusal(paper: Paper, actor) -> tuple[str, str] | None:
    if not actor.has_perm(OPEN):
        return "not_allowed", "您无权查看试卷内容。本次查看已记录。"
    if not Paper.objects.within(actor, OPEN).filter(pk=paper.pk).exists():
        return "outside", "试卷不在您的管辖范围。本次查看已记录。"
    if paper.is_checked and paper.opens_at and timezone.now() < paper.opens_at:
        opens = timezone.localtime(paper.opens_at)
        return "sealed", f"试卷已封存，{opens:%Y年%-m月%-d日 %H:%M}后可以查看。本次查看已记录。"
    return None
