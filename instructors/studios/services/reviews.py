"""A studio's yearly review: opened, scored blind by as many as the rule asks, decided by somebody else."""

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.studios.models import InstructorStudio, ScoreSheet, StudioReview
from instructors.studios.scoring import RULE, Sheet
from instructors.studios.services.studios import dissolve_studio, running, tell_lead
from lms.audit.services import record
from lms.rules.models import RuleVersion

Decision, State = StudioReview.Decision, InstructorStudio.State
SCORE = "studios.score_studioreview"


@transaction.atomic
def open_review(studio: InstructorStudio, *, actor, year: int) -> StudioReview:
    row = running(studio)
    if not row.from_on.year <= year <= timezone.localdate().year:
        raise ValidationError(f"{year}年工作室未在运行，请核对年度。", code="other_year")
    if row.reviews.filter(year=year).exists():
        raise ValidationError(f"{year}年评审已发起。", code="already_open")
    if row.reviews.open().exists():
        raise ValidationError("上一次评审还没有结论，请先作出结论。", code="undecided")
    version = RuleVersion.objects.in_force(RULE, timezone.localdate())
    if version is None:
        raise ValidationError("工作室评审规则（R45）还没有生效的版本，请先由市局批准。", code="no_rule")
    review = StudioReview.objects.create(studio=row, year=year, rule_version=version, opened_by=actor)
    row.state = State.ACTIVE
    row.save(update_fields=["state"])
    record("studios.open_review", actor=actor, target=review, year=year)
    tell_lead(row, f"{year}年评审已发起")
    return review


def locked_review(review: StudioReview) -> StudioReview:
    rows = StudioReview.objects.select_for_update(of=("self",))
    return rows.select_related("studio__unit", "studio__lead__officer", "rule_version").get(pk=review.pk)


def sheet_of(review: StudioReview) -> Sheet:
    return Sheet(review.rule_version.formula)


def is_concerned(review: StudioReview, user) -> bool:
    """Lead and members, of whenever, have no say in their own studio's year."""
    members = review.studio.members.filter(instructor__officer__user=user)
    lead = review.studio.lead.officer
    return members.exists() or bool(lead and lead.user_id == user.pk)


@transaction.atomic
def score_review(
    review: StudioReview, scores: Mapping[str, Decimal], remarks: Mapping[str, str], *, actor, comment: str
) -> ScoreSheet:
    """One of the seats of a review: its row is locked, then the sheets are counted."""
    review = locked_review(review)
    sheet = sheet_of(review)
    _refuse_reviewer(review, sheet, actor)
    rows = sheet.checked(scores, remarks)
    total = sum((Decimal(row["score"]) for row in rows), Decimal(0))
    saved = ScoreSheet(review=review, reviewer=actor, scores=rows, total=total, comment=comment)
    saved.full_clean()
    saved.save()
    record("studios.score", actor=actor, target=saved, total=str(total))
    return saved


def _refuse_reviewer(review: StudioReview, sheet: Sheet, actor) -> None:
    if review.decision:
        raise ValidationError("评审已有结论，不再评分。", code="decided")
    if is_concerned(review, actor):
        raise ValidationError("领衔人和成员不能评审本工作室，请由他人评审。", code="own_studio")
    if review.sheets.filter(reviewer=actor).exists():
        raise ValidationError("您已评分，评分不能更改。", code="already_scored")
    if review.sheets.count() >= sheet.reviewers:
        raise ValidationError(f"已有{sheet.reviewers}名评审人评分，不再增加。", code="enough_reviewers")


@transaction.atomic
def decide_review(review: StudioReview, *, actor, decision: str, note: str = "") -> StudioReview:
    """After all sheets are in, by somebody who wrote none of them."""
    review = locked_review(review)
    _refuse_decision(review, actor, decision, note.strip())
    review.decision, review.decision_note = decision, note.strip()
    review.decided_by, review.decided_at = actor, timezone.now()
    review.save(update_fields=["decision", "decision_note", "decided_by", "decided_at"])
    record("studios.decide", actor=actor, target=review, decision=decision, note=note)
    if decision == Decision.DISSOLVED:
        dissolve_studio(review.studio, actor=actor, reason=f"{review.year}年评审：{note}"[:200])
    elif decision == Decision.KEPT:
        review.studio.state = State.REVIEWED
        review.studio.save(update_fields=["state"])
    tell_lead(review.studio, f"{review.year}年评审{review.get_decision_display()}", note)
    return review


def _refuse_decision(review: StudioReview, actor, decision: str, note: str) -> None:
    sheet, sheets = sheet_of(review), list(review.sheets.all())
    totals = [one.total for one in sheets]
    if review.decision:
        raise ValidationError("评审已有结论。", code="decided")
    if len(sheets) < sheet.reviewers:
        raise ValidationError(f"评分表{len(sheets)}/{sheet.reviewers}份，到齐后再作结论。", code="sheets_missing")
    if actor.pk in {one.reviewer_id for one in sheets}:
        raise ValidationError("评审人不能为自己评分的工作室作结论，请由另一人作出。", code="same_person")
    if is_concerned(review, actor):
        raise ValidationError("领衔人和成员不能为本工作室作结论。", code="own_studio")
    if decision == Decision.KEPT and not sheet.is_passed(totals):
        raise ValidationError(f"平均分低于合格线{sheet.pass_mark}分，只能整改或撤销。", code="below_pass")
    if not note and (decision != Decision.KEPT or sheet.is_apart(totals)):
        raise ValidationError("整改、撤销，或两名评审人评分相差过大的，请说明理由。", code="no_reason")
