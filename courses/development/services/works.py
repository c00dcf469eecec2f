"""The register of cases and textbooks: written, masked where people stand in it, judged, published, withdrawn."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.development.models import MaskingCertificate, Output, Submission, Work
from courses.development.services.authors import adopt, held, revoke
from courses.development.services.reviews import Content, close_submission, hand_in
from courses.development.services.rights import MASK, authors_of, must_decide, must_hold, must_work_on, page_of, tell
from lms.audit.services import record
from lms.kit.services import check_by_second_person

ADD = "development.add_work"
State, Verdict = Work.State, Submission.Verdict


def _held_work(work: Work) -> Work:
    held(work)
    return Work.objects.select_related("unit", "host", "courseware", "made_by").get(pk=work.pk)


def _must_be(work: Work, *states) -> None:
    if work.state not in states:
        raise ValidationError(f"“{work}”现为{work.get_state_display()}，不能办理这一步。", code="state")


def _move(work: Work, state: str, actor, **said) -> Work:
    before, work.state = work.state, state
    work.save(update_fields=["state", "published_on", "withdraw_reason"])
    record("development.work_state", actor=actor, target=work, state=[before, state], **said)
    return work


def content_of(work: Work) -> Content:
    return Content(courseware=work.courseware, body=work.body)


@transaction.atomic
def register_work(work: Work, *, actor) -> Work:
    must_hold(actor, ADD, work.unit)
    _must_have_content(work)
    work.kind = Output.Kind.CASE if work.is_case else Output.Kind.CHAPTER
    work.host, work.made_by = work.unit, actor
    work.save(force_insert=True)
    record("development.register_work", actor=actor, target=work, form=work.form)
    return work


@transaction.atomic
def change_work(work: Work, *, actor) -> Work:
    stored = _held_work(work)
    must_work_on(actor, stored)
    _must_be(stored, State.DRAFT)
    _must_have_content(work)
    work.kind = Output.Kind.CASE if work.is_case else Output.Kind.CHAPTER
    work.save(update_fields=["title", "kind", "form", "book", "group", "source", "body", "courseware"])
    record("development.change_work", actor=actor, target=work, digest=content_of(work).digest)
    return work


def _must_have_content(work: Work) -> None:
    if not work.body and not work.courseware:
        raise ValidationError("请填写正文或选一个文件。", code="no_content")


# --- masking -------------------------------------------------------------------------------
@transaction.atomic
def certify_masking(work: Work, *, actor, removed: str) -> MaskingCertificate:
    work = _held_work(work)
    must_work_on(actor, work)
    _must_be(work, State.DRAFT)
    if not work.is_case:
        raise ValidationError("只有案例须出具脱敏证明。", code="no_case")
    digest = content_of(work).digest
    if work.maskings.filter(digest=digest, refused_by=None).exists():
        raise ValidationError("这一稿已有脱敏证明。", code="already_certified")
    row = work.maskings.create(digest=digest, removed=removed, made_by=actor)
    record("development.certify_masking", actor=actor, target=work, digest=digest, removed=removed)
    return row


def masking_of(work: Work) -> MaskingCertificate | None:
    """That of the text as it is now; a changed text has none."""
    return (
        work.maskings.filter(digest=content_of(work).digest, refused_by=None)
        .select_related("made_by", "checked_by")
        .first()
    )


def _open_masking(work: Work) -> MaskingCertificate:
    row = masking_of(work)
    if row is None or row.is_checked:
        raise ValidationError("没有待确认的脱敏证明；正文改过的须重新出具。", code="nothing_open")
    return row


@transaction.atomic
def confirm_masking(work: Work, *, actor) -> MaskingCertificate:
    work = _held_work(work)
    must_hold(actor, MASK, work.unit)
    return check_by_second_person(_open_masking(work), actor, action="development.confirm_masking", work=work.title)


@transaction.atomic
def refuse_masking(work: Work, *, actor, reason: str) -> MaskingCertificate:
    work = _held_work(work)
    must_hold(actor, MASK, work.unit)
    row = _open_masking(work)
    row.refused_by, row.refused_reason = actor, reason
    row.save(update_fields=["refused_by", "refused_reason"])
    record("development.refuse_masking", actor=actor, target=work, reason=reason)
    tell(authors_of(work), f"脱敏未确认：{work}", f"理由：{reason}", link=page_of(work))
    return row


def must_be_masked(work: Work) -> None:
    row = masking_of(work)
    if work.is_case and (row is None or not row.is_checked):
        raise ValidationError("案例须有经另一人确认的脱敏证明；正文改过的须重新出具。", code="not_masked")


# --- its way -------------------------------------------------------------------------------
@transaction.atomic
def submit_work(work: Work, *, actor) -> Submission:
    work = _held_work(work)
    _must_be(work, State.DRAFT)
    must_be_masked(work)
    submission = hand_in(work, content_of(work), actor=actor)
    _move(work, State.SUBMITTED, actor, number=submission.number)
    return submission


@transaction.atomic
def decide_work(work: Work, *, actor, verdict: str, reason: str = "") -> Work:
    work = _held_work(work)
    _must_be(work, State.SUBMITTED)
    close_submission(work, verdict, actor=actor, reason=reason)
    states = {Verdict.PASSED: State.REVIEWED, Verdict.RETURNED: State.DRAFT, Verdict.REJECTED: State.WITHDRAWN}
    work.withdraw_reason = reason if verdict == Verdict.REJECTED else ""
    tell(authors_of(work), f"评审{Verdict(verdict).label}：{work}", reason, link=page_of(work))
    return _move(work, states[Verdict(verdict)], actor, reason=reason)


@transaction.atomic
def publish_work(work: Work, *, actor) -> Work:
    """A book is credited by its chapters, everything else by itself."""
    work = _held_work(work)
    must_decide(actor, work)
    _must_be(work, State.REVIEWED)
    must_be_masked(work)
    work.published_on = timezone.localdate()
    _move(work, State.PUBLISHED, actor)
    if work.form != Work.Form.TEXTBOOK:
        adopt(work, actor=actor)
    return work


@transaction.atomic
def withdraw_work(work: Work, *, actor, reason: str) -> Work:
    work = _held_work(work)
    must_decide(actor, work)
    _must_be(work, State.DRAFT, State.REVIEWED, State.PUBLISHED)
    if work.is_adopted:
        revoke(work, actor=actor, reason=reason)
    work.withdraw_reason = reason
    return _move(work, State.WITHDRAWN, actor, reason=reason)
