"""An application on its way to the reviewers: filled in, handed in, passed by the district, accepted by the city."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from instructors.bases.models import BaseChecklist, BaseMaterial, BaseReview
from instructors.bases.services.offices import DECIDE, PASS, deciders_of, keepers_of, tell
from instructors.bases.terms import version_on
from lms.audit.services import record
from lms.people.models import OrgUnit, User
from lms.people.querysets import in_units
from lms.people.services.offices import office_of

State = BaseReview.State
ADD = "bases.add_basereview"
TEXTS = {"introduction": "基本情况", "safety": "管理与安全", "results_note": "成效"}


def page_of(review: BaseReview) -> str:
    return reverse("basereview:inspect", args=[review.pk])


def locked(review: BaseReview, *states: str) -> BaseReview:
    """The row as it is now, while nobody else changes it. Raises `wrong_state` unless it is in one of the states."""
    rows = BaseReview.objects.select_for_update(of=("self",)).select_related("unit", "round", "base__venue")
    found = rows.get(pk=review.pk)
    if found.state not in states:
        raise ValidationError(f"“{found}”现为“{found.get_state_display()}”，请刷新后再办。", code="wrong_state")
    return found


def refuse_foreign(unit: OrgUnit, actor: User) -> None:
    scope = actor.scope(ADD)
    if not OrgUnit.objects.filter(in_units(scope, ""), pk=unit.pk).exists():
        raise ValidationError("只能为本单位及所属单位申报。", code="out_of_scope")


@transaction.atomic
def begin_review(review: BaseReview, *, actor: User) -> BaseReview:
    """A new application of an open round."""
    refuse_foreign(review.unit, actor)
    if review.round is None or not review.round.is_open_on(timezone.localdate()):
        raise ValidationError("这一轮不在申报期内，请选择正在申报的轮次，或与市局教育培训处联系。", code="round_closed")
    review.made_by = actor
    review.full_clean()
    review.save()
    record("bases.begin_review", actor=actor, target=review, round=str(review.round), name=review.name)
    return review


@transaction.atomic
def edit_review(review: BaseReview, *, actor: User) -> BaseReview:
    locked(review, *BaseReview.EDITABLE)
    review.full_clean()
    review.save()
    record("bases.edit_review", actor=actor, target=review)
    return review


def missing_of(review: BaseReview) -> list[str]:
    """What an application still lacks, in words."""
    lacking = [f"“{label}”" for name, label in TEXTS.items() if not getattr(review, name).strip()]
    kinds = set(review.materials.values_list("kind", flat=True))
    if not review.trainers.exists():
        lacking.append("带教教员")
    if BaseMaterial.Kind.DOCUMENT not in kinds:
        lacking.append("申报文件（PDF）")
    if BaseMaterial.Kind.PHOTO not in kinds:
        lacking.append("现场照片")
    return lacking


@transaction.atomic
def submit_review(review: BaseReview, *, actor: User) -> BaseReview:
    review = locked(review, *BaseReview.EDITABLE)
    if lacking := missing_of(review):
        raise ValidationError(f"还缺：{'、'.join(lacking)}。补齐后再提交。", code="incomplete")
    if review.is_creation and review.state == State.DRAFT and not review.round.is_open_on(timezone.localdate()):
        raise ValidationError("申报期已过，不能再提交。", code="round_closed")
    review.state, review.made_by = State.DISTRICT, actor
    review.save(update_fields=["state", "made_by"])
    record("bases.submit_review", actor=actor, target=review)
    office = [user for user in office_of(review.unit, PASS) if user != actor]
    tell(
        office,
        f"{review.kind_label}待区审：{review}",
        f"{review.unit}提交了实践教学基地{review.kind_label}材料。",
        link=page_of(review),
    )
    return review


@transaction.atomic
def pass_review(review: BaseReview, *, actor: User) -> BaseReview:
    """The district says the papers are in order; not whoever handed them in."""
    review = locked(review, State.DISTRICT)
    if review.made_by == actor:
        raise ValidationError("填报人不能区审自己的申报，请由另一人办理。", code="same_person")
    review.state, review.passed_by, review.passed_at = State.CITY, actor, timezone.now()
    review.save(update_fields=["state", "passed_by", "passed_at"])
    record("bases.pass_review", actor=actor, target=review)
    tell(
        deciders_of(review.unit),
        f"{review.kind_label}待市审：{review}",
        f"{review.unit}的材料已通过区审。",
        link=page_of(review),
    )
    return review


@transaction.atomic
def return_review(review: BaseReview, *, actor: User, reason: str) -> BaseReview:
    """Back to whoever filled it in, from the district or from the city."""
    review = locked(review, State.DISTRICT, State.CITY)
    _refuse_not_ours(review, actor)
    review.state, review.return_reason = State.RETURNED, reason
    review.passed_by = review.passed_at = None
    review.save(update_fields=["state", "return_reason", "passed_by", "passed_at"])
    record("bases.return_review", actor=actor, target=review, reason=reason)
    tell(keepers_of(review.unit), f"{review.kind_label}材料被退回：{review}", f"理由：{reason}", link=page_of(review))
    return review


def may_return(review: BaseReview, user: User) -> bool:
    needed = {State.DISTRICT: PASS, State.CITY: DECIDE}.get(State(review.state))
    return needed is not None and BaseReview.objects.filter(pk=review.pk).within(user, needed).exists()


def _refuse_not_ours(review: BaseReview, actor: User) -> None:
    if not may_return(review, actor):
        raise ValidationError("材料已到市局，由市局教育培训处办理。", code="not_yours")


@transaction.atomic
def accept_review(review: BaseReview, *, actor: User) -> BaseReview:
    """The city takes it up: from here it is scored by the checklist and the rule in force now."""
    review = locked(review, State.CITY)
    checklist = BaseChecklist.objects.in_use()
    if checklist is None:
        raise ValidationError("还没有批准过的评分细则，请先起草并批准。", code="no_checklist")
    review.state, review.accepted_by, review.accepted_at = State.SCORING, actor, timezone.now()
    review.checklist, review.rule_version = checklist, version_on(timezone.localdate())
    review.save(update_fields=["state", "accepted_by", "accepted_at", "checklist", "rule_version"])
    record("bases.accept_review", actor=actor, target=review, checklist=checklist.number)
    tell(keepers_of(review.unit), f"市审通过，将现场评分：{review}", "请做好接待准备。", link=page_of(review))
    return review


@transaction.atomic
def report_rectification(review: BaseReview, *, actor: User, note: str) -> BaseReview:
    """Put right within the time given; it is then scored once more."""
    review = locked(review, State.RECTIFYING)
    if review.is_late_on(timezone.localdate()):
        raise ValidationError(
            f"整改期限已于{review.due_on:%Y年%-m月%-d日}届满，由市局教育培训处决定。", code="deadline_passed"
        )
    review.state, review.turn, review.rectified_note = State.SCORING, review.turn + 1, note
    review.save(update_fields=["state", "turn", "rectified_note"])
    record("bases.report_rectification", actor=actor, target=review, note=note)
    tell(deciders_of(review.unit), f"整改完成，待再次评分：{review}", note[:100], link=page_of(review))
    return review
