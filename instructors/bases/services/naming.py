"""A base comes into being, is kept, loses its name; each time its venue opens or closes for booking."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.catalogue.models import Course
from instructors.bases.entitlement import key_of
from instructors.bases.models import BaseDecision, BaseReview, PracticeBase
from instructors.bases.standing import Facts, standing
from instructors.bases.terms import terms_for, terms_on, years_later
from instructors.venues.models import Venue
from lms.audit.services import record
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.changes import approve_change, propose_change
from lms.certificates.services.issuing import document_of, issue
from lms.people.models import User

State = PracticeBase.State


def locked_base(base: PracticeBase) -> PracticeBase:
    rows = PracticeBase.objects.select_for_update(of=("self",)).select_related("venue__unit", "course")
    found = rows.get(pk=base.pk)
    if found.state == State.REMOVED:
        raise ValidationError(f"“{found}”已撤销命名。", code="removed")
    return found


def name_base(review: BaseReview, decision: BaseDecision) -> PracticeBase:
    """The venue, the base on it and its plaque, in one transaction."""
    today = timezone.localdate()
    venue, _ = Venue.objects.get_or_create(
        unit=review.unit, name=review.name,
        defaults={"kind": Venue.Kind.PRACTICE_BASE, "seats": review.seats, "address": review.address},
    )  # fmt: skip
    if venue.kind != Venue.Kind.PRACTICE_BASE or PracticeBase.objects.filter(venue=venue).exists():
        raise ValidationError("该单位已有同名的其他场所或基地，请先改名。", code="name_taken")
    base = PracticeBase.objects.create(
        venue=venue, naming=review, theme=review.theme, course=review.course, named_on=today,
        review_due_on=years_later(today, terms_for(review).review_years),
    )  # fmt: skip
    record("bases.name_base", actor=decision.checked_by, target=base, score=str(decision.score))
    document_of(issue(key_of(base), actor=decision.checked_by))
    refresh(base, today)
    return base


def retain_base(review: BaseReview) -> PracticeBase:
    """Another term from the end of the last, or from today where that is gone; what the re-review says is now true."""
    assert review.base is not None
    base, today = locked_base(review.base), timezone.localdate()
    years = terms_for(review).review_years
    base.theme, base.course = review.theme, review.course or base.course
    base.review_due_on = years_later(max(base.review_due_on, today), years)
    base.save(update_fields=["theme", "course", "review_due_on"])
    venue = base.venue
    venue.seats, venue.address = review.seats, review.address
    venue.save(update_fields=["seats", "address"])
    record("bases.retain_base", actor=review.accepted_by, target=base, until=str(base.review_due_on))
    refresh(base, today)
    return base


def remove_base(base: PracticeBase, decision: BaseDecision) -> PracticeBase:
    """The name goes, the plaque is revoked, nobody can book any more; what was held there stays."""
    base = locked_base(base)
    base.state, base.removed_on, base.removal_reason = State.REMOVED, timezone.localdate(), decision.reason
    base.save(update_fields=["state", "removed_on", "removal_reason"])
    _open(base.venue, is_open=False)
    BaseReview.objects.filter(base=base).under_way().update(state=BaseReview.State.REMOVED)
    plaque = Certificate.objects.standing_for(key_of(base))
    if plaque and plaque.state in (Certificate.State.VALID, Certificate.State.SUSPENDED):
        event = propose_change(
            plaque, actor=decision.made_by, change=CertificateEvent.Change.REVOKE, reason=decision.reason[:200]
        )
        approve_change(event, actor=decision.checked_by)
    record("bases.remove_base", actor=decision.checked_by, target=base, reason=decision.reason)
    return base


def refresh(base: PracticeBase, day) -> bool:
    """State and venue as the facts of the day are. Says whether the state changed."""
    found = standing(facts_of(base), day, terms_on(day).flagship_days)
    changed = found != base.state
    if changed:
        before, base.state = base.state, found
        base.save(update_fields=["state"])
        record("bases.base_state", actor="系统", target=base, before=before, state=found)
    _open(base.venue, is_open=found == State.ACTIVE)
    return changed


def facts_of(base: PracticeBase) -> Facts:
    rectifying = base.reviews.filter(state=BaseReview.State.RECTIFYING).first()
    return Facts(
        base.named_on, base.review_due_on, base.has_course,
        rectifying.due_on if rectifying else None, base.state == State.REMOVED,
    )  # fmt: skip


def _open(venue: Venue, *, is_open: bool) -> None:
    if venue.is_open != is_open:
        venue.is_open = is_open
        venue.save(update_fields=["is_open"])


@transaction.atomic
def set_course(base: PracticeBase, *, actor: User, course: Course) -> PracticeBase:
    """The base's one flagship course; with it an incomplete base is whole again at once."""
    base = locked_base(base)
    if not course.live:
        raise ValidationError("该课程还没有发布，请先按课程流程发布。", code="not_published")
    if not course.is_flagship:
        raise ValidationError("该课程还不是精品课程，请先由教研组提请评审认定。", code="not_flagship")
    if PracticeBase.objects.named().filter(course=course).exclude(pk=base.pk).exists():
        raise ValidationError("该课程已是另一个基地的精品课程，一基地一课程。", code="course_taken")
    before, base.course = base.course, course
    base.save(update_fields=["course"])
    record("bases.set_course", actor=actor, target=base, before=str(before or ""), course=course.code)
    refresh(base, timezone.localdate())
    return base
