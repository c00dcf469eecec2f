"""What becomes of a scored application or of a base: proposed by one person, done when another has agreed."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.bases.models import BaseDecision, BaseReview, PracticeBase
from instructors.bases.services import naming
from instructors.bases.services.offices import keepers_of, tell
from instructors.bases.services.reviews import State, locked, page_of
from instructors.bases.services.scoring import score_of
from instructors.bases.terms import terms_for
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.people.models import User

Outcome = BaseDecision.Outcome
CHECK = "bases.check_basedecision"
DECIDABLE = (State.SCORED, State.RECTIFYING)


def is_past_deadline(review: BaseReview) -> bool:
    return review.state == State.RECTIFYING and review.is_late_on(timezone.localdate())


def possible(review: BaseReview) -> list[Outcome]:
    """What the score allows; after a time for rectification has run out, only the refusal."""
    no = Outcome.REFUSE if review.is_creation else Outcome.REMOVE
    if is_past_deadline(review):
        return [no]
    score = score_of(review)
    if review.state != State.SCORED or score is None:
        return []
    terms = terms_for(review)
    if score >= terms.passing:
        return [Outcome.NAME if review.is_creation else Outcome.RETAIN]
    return [Outcome.RECTIFY, no] if review.turn == 1 and score >= terms.floor else [no]


@transaction.atomic
def propose_decision(review: BaseReview, *, actor: User, outcome: str, reason: str = "") -> BaseDecision:
    review = locked(review, *DECIDABLE)
    if outcome not in possible(review):
        raise ValidationError("评分不支持这一决定，请按合格线和整改下限另选。", code="score_says_no")
    decision = BaseDecision(
        review=review, turn=review.turn, outcome=outcome, score=score_of(review), reason=reason.strip(), made_by=actor
    )
    decision.full_clean()
    decision.save()
    # In the city's log: the district learns of it when it is in force.
    city, score = review.unit.get_root(), str(decision.score)
    record("bases.propose_decision", actor=actor, target=review, unit=city, outcome=outcome, score=score)
    return decision


@transaction.atomic
def propose_removal(base: PracticeBase, *, actor: User, reason: str) -> BaseDecision:
    """For cause, whatever the score once was."""
    base = naming.locked_base(base)
    decision = BaseDecision(base=base, outcome=Outcome.REMOVE, reason=reason.strip(), made_by=actor)
    decision.full_clean()
    decision.save()
    city = base.unit.get_root()
    record("bases.propose_decision", actor=actor, target=base, unit=city, outcome=Outcome.REMOVE, reason=reason)
    return decision


@transaction.atomic
def withdraw_decision(decision: BaseDecision, *, actor: User) -> None:
    decision = BaseDecision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    if decision.is_checked:
        raise ValidationError("已复核的决定不能撤回。", code="already_checked")
    target = decision.review or decision.base
    city, outcome, reason = decision.unit.get_root(), decision.outcome, decision.reason
    record("bases.withdraw_decision", actor=actor, target=target, unit=city, outcome=outcome, reason=reason)
    decision.delete()


@transaction.atomic
def approve_decision(decision: BaseDecision, *, actor: User) -> BaseDecision:
    """In force with the second person's agreement, all of it or nothing."""
    if not BaseDecision.objects.filter(pk=decision.pk).within(actor, CHECK).exists():
        raise PermissionDenied
    review = locked(decision.review, *DECIDABLE) if decision.review else None
    if review and decision.outcome not in possible(review):
        raise ValidationError("申报情况已变，请撤回这项决定后重新提出。", code="score_says_no")
    decision = check_by_second_person(decision, actor, action="bases.decide", outcome=decision.outcome)
    if review:
        _settle(review, decision, actor)
    elif decision.base:
        naming.remove_base(decision.base, decision)
    return decision


def _settle(review: BaseReview, decision: BaseDecision, actor: User) -> None:
    settle = {
        Outcome.NAME: _name, Outcome.RETAIN: _retain, Outcome.RECTIFY: _rectify,
        Outcome.REFUSE: _end, Outcome.REMOVE: _remove,
    }[Outcome(decision.outcome)]  # fmt: skip
    settle(review, decision)
    label = decision.get_outcome_display()
    score = f"得分{decision.score}分。" if decision.score is not None else ""
    due = f"整改期限{review.due_on:%Y年%-m月%-d日}。" if decision.outcome == Outcome.RECTIFY else ""
    reason = f"理由：{decision.reason}" if decision.reason else ""
    tell(keepers_of(review.unit), f"{label}：{review}", f"{score}{due}{reason}", link=page_of(review))


def _to(review: BaseReview, state: str) -> None:
    review.state = state
    review.save(update_fields=["state", "due_on"])


def _name(review: BaseReview, decision: BaseDecision) -> None:
    _to(review, State.NAMED)
    naming.name_base(review, decision)


def _retain(review: BaseReview, decision: BaseDecision) -> None:
    _to(review, State.RETAINED)
    naming.retain_base(review)


def _rectify(review: BaseReview, decision: BaseDecision) -> None:
    review.due_on = timezone.localdate() + timedelta(days=terms_for(review).rectify_days)
    _to(review, State.RECTIFYING)


def _end(review: BaseReview, decision: BaseDecision) -> None:
    _to(review, State.REFUSED)


def _remove(review: BaseReview, decision: BaseDecision) -> None:
    assert review.base is not None
    _to(review, State.REMOVED)
    naming.remove_base(review.base, decision)
