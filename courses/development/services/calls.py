"""Crowd calls: opened by two people, their places taken by units one by one, and freed again."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.models import Courseware
from courses.catalogue.services.courseware import add_courseware, check_courseware
from courses.development.models import Claim, CrowdCall, Output, Submission
from courses.development.services.authors import adopt, held, must_have_authors, revoke
from courses.development.services.reviews import Content, close_submission, hand_in
from courses.development.services.rights import (
    CLAIM,
    OPEN_CALL,
    authors_of,
    holders_below,
    must_hold,
    must_work_on,
    office_of,
    page_of,
    tell,
)
from courses.development.terms import days
from lms.audit.services import record
from lms.people.models import OrgUnit

State, Verdict = Claim.State, Submission.Verdict


@transaction.atomic
def draft_call(call: CrowdCall, *, actor) -> CrowdCall:
    must_hold(actor, OPEN_CALL, call.unit)
    call.made_by = actor
    call.save(force_insert=True)
    record("development.draft_call", actor=actor, target=call, wanted=call.target)
    return call


@transaction.atomic
def change_call(call: CrowdCall, *, actor) -> CrowdCall:
    stored = _locked(call)
    must_hold(actor, OPEN_CALL, stored.unit)
    if stored.state != CrowdCall.State.DRAFT:
        raise ValidationError("众筹已发布，不能再改。", code="not_draft")
    call.save(update_fields=["title", "brief", "target", "per_unit", "due_on"])
    record("development.change_call", actor=actor, target=call, wanted=call.target)
    return call


@transaction.atomic
def open_call(call: CrowdCall, *, actor) -> CrowdCall:
    """By another than who drafted it; the units below are told."""
    must_hold(actor, OPEN_CALL, call.unit)
    call = _locked(call)
    if call.state != CrowdCall.State.DRAFT:
        raise ValidationError("众筹已发布。", code="not_draft")
    if call.due_on <= timezone.localdate():
        raise ValidationError("征集截止日期已过，请先修改。", code="past")
    if call.made_by_id == actor.pk:
        raise ValidationError("众筹由您起草，请由另一人发布。", code="same_person")
    call.checked_by, call.checked_at, call.state = actor, timezone.now(), CrowdCall.State.OPEN
    call.save(update_fields=["checked_by", "checked_at", "state"])
    record("development.open_call", actor=actor, target=call, wanted=call.target)
    link = reverse("development:call", args=[call.pk])
    told = f"征集{call.target}个，{call.due_on:%Y年%-m月%-d日}截止，每单位最多认领{call.per_unit}个。"
    tell(holders_below(call.unit, CLAIM), f"众筹征集：{call}", told, link=link, once_key=f"development.call:{call.pk}")
    return call


@transaction.atomic
def close_call(call: CrowdCall, *, actor) -> CrowdCall:
    """No more claims; what is under way goes on."""
    call = _locked(call)
    must_hold(actor, OPEN_CALL, call.unit)
    if call.state != CrowdCall.State.OPEN:
        raise ValidationError("众筹不在征集中。", code="not_open")
    call.state, call.closed_on = CrowdCall.State.CLOSED, timezone.localdate()
    call.save(update_fields=["state", "closed_on"])
    record("development.close_call", actor=actor, target=call)
    return call


def _locked(call: CrowdCall) -> CrowdCall:
    return CrowdCall.objects.select_for_update(of=("self",)).select_related("unit").get(pk=call.pk)


@transaction.atomic
def claim_place(call: CrowdCall, unit: OrgUnit, title: str, *, actor) -> Claim:
    """Units racing for the last place queue on the call's row, under which overdue claims lapse first."""
    call, today = _locked(call), timezone.localdate()
    must_hold(actor, CLAIM, unit)
    if call.state != CrowdCall.State.OPEN or call.due_on < today:
        raise ValidationError("众筹已截止，不能再认领。", code="closed")
    if not call.unit.is_whole_city and not unit.path.startswith(call.unit.path):
        raise ValidationError(f"这次众筹只面向{call.unit}所属单位。", code="not_offered")
    _lapse(call.claims.overdue(today))
    holding = call.claims.holding()
    if holding.filter(unit=unit).count() >= call.per_unit:
        raise ValidationError(f"{unit}已认领{call.per_unit}个，达到每单位上限。", code="unit_full")
    if (taken := holding.count()) >= call.target:
        raise ValidationError(f"名额已满（{taken}/{call.target}）。有失效或退出的会重新开放。", code="full")
    due_on = min(today + timedelta(days=days("claim_days", today)), call.due_on)
    claim = Claim.objects.create(
        kind=Output.Kind.COURSEWARE, title=title, unit=unit, host=call.unit, made_by=actor, call=call, due_on=due_on
    )
    record("development.claim", actor=actor, target=claim, due_on=str(due_on))
    return claim


def _lapse(claims) -> list[Claim]:
    """Under the call's lock: what was not handed in by its day frees the place."""
    lapsed = list(claims.select_related("unit", "call__unit"))
    for claim in lapsed:
        _end(claim, State.LAPSED)
        record("development.lapse", actor="系统", target=claim, due_on=str(claim.due_on))
        told = f"{claim.due_on:%Y年%-m月%-d日}前没有交稿，认领失效，名额重新开放。"
        tell(authors_of(claim), f"认领已失效：{claim}", told, link=page_of(claim))
        tell(office_of(claim.host, OPEN_CALL), f"众筹名额重新开放：{claim.call}", f"{claim.unit}的“{claim}”逾期失效。")
    return lapsed


def _end(claim: Claim, state: str) -> None:
    claim.state, claim.ended_at = state, timezone.now()
    claim.save(update_fields=["state", "ended_at"])


@transaction.atomic
def lapse_overdue(call: CrowdCall) -> list[Claim]:
    return _lapse(_locked(call).claims.overdue())


def _held_claim(claim: Claim) -> Claim:
    """The call first, then the output: the same order everywhere."""
    _locked(claim.call)
    held(claim)
    return Claim.objects.select_related("unit", "host", "call__unit", "made_by").get(pk=claim.pk)


@transaction.atomic
def give_up(claim: Claim, *, actor) -> Claim:
    claim = _held_claim(claim)
    must_work_on(actor, claim)
    _must_be(claim, *Claim.IN_HAND)
    _end(claim, State.GIVEN_UP)
    record("development.give_up", actor=actor, target=claim)
    return claim


def _must_be(claim: Claim, *states) -> None:
    if claim.state not in states:
        raise ValidationError(f"“{claim}”现为{claim.get_state_display()}，不能办理这一步。", code="state")


def upload_claim(claim: Claim, kind: str, upload: File, *, actor) -> Submission:
    """The file is looked into before anything is locked."""
    must_work_on(actor, claim)
    _must_be(claim, *Claim.IN_HAND)
    must_have_authors(claim)
    return submit_claim(claim, add_courseware(claim.title, kind, upload, actor=actor), actor=actor)


@transaction.atomic
def submit_claim(claim: Claim, courseware: Courseware, *, actor) -> Submission:
    claim = _held_claim(claim)
    _must_be(claim, *Claim.IN_HAND)
    if claim.due_on < timezone.localdate():
        raise ValidationError("交稿期限已过，认领已失效；名额未满的可以重新认领。", code="lapsed")
    submission = hand_in(claim, Content(courseware=courseware), actor=actor)
    claim.state = State.SUBMITTED
    claim.save(update_fields=["state"])
    told = f"{claim.unit}提交第{submission.number}稿，请指派评审。"
    tell(office_of(claim.host, OPEN_CALL), f"众筹交稿：{claim}", told, link=reverse("claim:inspect", args=[claim.pk]))
    return submission


@transaction.atomic
def decide_claim(claim: Claim, *, actor, verdict: str, reason: str = "") -> Claim:
    """Accepted and credited; or sent back with a new day; or rejected, which frees the place."""
    claim = _held_claim(claim)
    _must_be(claim, State.SUBMITTED)
    submission = close_submission(claim, verdict, actor=actor, reason=reason)
    if verdict == Verdict.PASSED:
        _accept(claim, submission, actor)
    elif verdict == Verdict.RETURNED:
        today = timezone.localdate()
        claim.state, claim.due_on = State.RETURNED, today + timedelta(days=days("resubmit_days", today))
        claim.save(update_fields=["state", "due_on"])
        tell(authors_of(claim), f"退回修改：{claim}", f"理由：{reason}", link=page_of(claim))
    else:
        _end(claim, State.REJECTED)
        tell(authors_of(claim), f"未采用：{claim}", f"理由：{reason}", link=page_of(claim))
    return claim


def _accept(claim: Claim, submission: Submission, actor) -> None:
    _end(claim, State.ACCEPTED)
    if submission.courseware and not submission.courseware.is_checked:
        check_courseware(submission.courseware, actor=actor)
    adopt(claim, actor=actor)


@transaction.atomic
def revoke_claim(claim: Claim, *, actor, reason: str) -> Claim:
    """An accepted piece turns out not to be theirs, or not usable: credits are reversed and the place is free."""
    claim = _held_claim(claim)
    _must_be(claim, State.ACCEPTED)
    revoke(claim, actor=actor, reason=reason)
    _end(claim, State.REJECTED)
    return claim
