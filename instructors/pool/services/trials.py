"""Trial lectures: marked blind by each reviewer, decided by the office, made an appointment by a second person."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.pool.models import Nomination, TrialReview
from instructors.pool.services.appointments import Offer, instructor_of, propose_appointment
from instructors.pool.services.selection import State, lock_nomination, refuse_interest
from instructors.pool.terms import USE, terms_on
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import User

DECIDE = "pool.decide_nomination"


@transaction.atomic
def score_trial(review: TrialReview, marks: Mapping[str, int], *, actor: User, comment: str = "") -> TrialReview:
    """Once, by whoever was asked, for every line of the rubric."""
    nomination = lock_nomination(review.nomination)
    row = TrialReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if row.reviewer_id != actor.pk:
        raise ValidationError("只能填写请您评审的评分表。", code="not_asked")
    if row.scored_at:
        raise ValidationError("评分已提交，不能修改。", code="already_scored")
    if nomination.state != State.TRIAL:
        raise ValidationError("该人选已有结论，不再评分。", code="decided")
    terms = terms_on(USE, timezone.localdate())
    refuse_interest(nomination, actor, terms.number("own_unit") == 1)
    for line in terms.rubric:
        if not 0 <= marks.get(line["key"], -1) <= line["most"]:
            raise ValidationError(f"“{line['label']}”应在0至{line['most']}分之间。", code="mark_range")
    row.marks = {line["key"]: marks[line["key"]] for line in terms.rubric}
    row.total, row.comment, row.scored_at = sum(row.marks.values()), comment, timezone.now()
    row.save()
    record("pool.score_trial", actor=actor, target=nomination, total=row.total)
    return row


@transaction.atomic
def pass_nomination(nomination: Nomination, *, actor: User, offer: Offer, reason: str = "") -> Nomination:
    """The review's decision, which proposes the appointment; somebody else agrees to that."""
    row, mean = _decidable(nomination, actor)
    least = terms_on(USE, timezone.localdate()).amount("lecture_pass")
    if mean < least:
        raise ValidationError(f"试讲平均{mean:.1f}分，低于{least.normalize():f}分，不能通过。", code="below_pass")
    row.appointment = propose_appointment(instructor_of(row.officer), offer, actor=actor)
    return _decided(row, State.PASSED, actor, reason)


@transaction.atomic
def fail_nomination(nomination: Nomination, *, actor: User, reason: str) -> Nomination:
    row, _ = _decidable(nomination, actor)
    row = _decided(row, State.FAILED, actor, reason)
    notify([row.officer.user], title=f"“{row.round}”评审结论", body=f"本次未通过，原因：{reason}")
    return row


def _decidable(nomination: Nomination, actor: User) -> tuple[Nomination, float]:
    row = lock_nomination(nomination)
    if row.state != State.TRIAL:
        raise ValidationError("只有试讲评审中的人选才能作出结论。", code="wrong_state")
    if row.officer.user_id == actor.pk:
        raise ValidationError("不能对本人作出结论。", code="oneself")
    reviews = list(row.reviews.all())
    totals = [one.total for one in reviews if one.total is not None]
    if len(totals) < len(reviews):
        raise ValidationError(
            f"{len(reviews)}名评审人中已有{len(totals)}人评分，请等评分齐了再作结论。", code="unscored"
        )
    terms = terms_on(USE, timezone.localdate())
    if len(totals) < terms.number("reviewers"):
        raise ValidationError("评审人不足，请先安排试讲评审。", code="too_few")
    gap = max(totals) - min(totals)
    if gap > terms.number("gap") and len(totals) <= terms.number("reviewers"):
        raise ValidationError(f"评审分相差{gap}分，请加请一名评审人后再作结论。", code="gap")
    return row, sum(totals) / len(totals)


def _decided(row: Nomination, state: str, actor: User, reason: str) -> Nomination:
    row.state, row.decision_reason, row.decided_by, row.decided_at = state, reason, actor, timezone.now()
    row.save(update_fields=["state", "decision_reason", "decided_by", "decided_at", "appointment"])
    record("pool.decide_nomination", actor=actor, target=row, state=state, reason=reason)
    return row


def offer_for(row: Nomination, from_on, until_on=None) -> Offer:
    """What he was put forward for, of the round's unit and level."""
    unit = row.unit if row.round.level in ("TEAM", "LEGAL") else row.round.unit
    return Offer(
        row.round.level, unit, from_on, until_on, tuple(row.topics.all()), tuple(row.items.all()), row.course_levels
    )
