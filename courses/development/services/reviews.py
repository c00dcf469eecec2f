"""Blind peer review of one submission by several at once; the office that hosts it decides on the average."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision

from courses.catalogue.models import Courseware
from courses.development.models import Output, PeerReview, Submission
from courses.development.rubric import average, checked_scores, total
from courses.development.services.authors import held, must_have_authors
from courses.development.services.rights import must_decide, must_work_on, tell
from courses.development.terms import RUBRIC, days, term, version_on
from lms.audit.services import record
from lms.people.models import User

Verdict = Submission.Verdict


@dataclass(frozen=True)
class Content:
    """What is handed in: a file, a revision of a course's page, or a text."""

    courseware: Courseware | None = None
    revision: Revision | None = None
    body: str = ""

    @property
    def digest(self) -> str:
        parts = [self.courseware.sha256 if self.courseware else "", self.body]
        if self.revision:
            parts.append(repr(sorted(self.revision.content.items())))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@transaction.atomic
def hand_in(output, content: Content, *, actor) -> Submission:
    output = held(output)
    must_work_on(actor, output)
    must_have_authors(output)
    if output.submissions.open().exists():
        raise ValidationError("上一稿还在评审，审定后才能再交。", code="under_review")
    number = (output.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    kept = {"courseware": content.courseware, "revision": content.revision, "body": content.body}
    submission = output.submissions.create(number=number, digest=content.digest, submitted_by=actor, **kept)
    record("development.hand_in", actor=actor, target=submission, unit=output.unit, digest=content.digest)
    return submission


def open_submission(output: Output) -> Submission:
    submission = output.submissions.open().first()
    if submission is None:
        raise ValidationError("没有正在评审的稿件。", code="nothing_open")
    return submission


@transaction.atomic
def assign(output, reviewers: Iterable[User], *, actor) -> list[PeerReview]:
    output = held(output)
    must_decide(actor, output)
    submission, today = open_submission(output), timezone.localdate()
    rubric, due_on = version_on(RUBRIC, today), today + timedelta(days=days("review_days", today))
    rows = []
    for reviewer in reviewers:
        must_be_impartial(reviewer, submission, actor)
        row, _ = submission.reviews.update_or_create(
            reviewer=reviewer, defaults={"rubric": rubric, "due_on": due_on, "released_at": None}
        )
        rows.append(row)
        record("development.assign_review", actor=actor, target=row, reviewer=str(reviewer))
        tell([reviewer], f"请评审：{output}", f"{due_on:%Y年%-m月%-d日}前完成。", link=_page(row))
    return rows


def must_be_impartial(reviewer: User, submission: Submission, actor) -> None:
    """No author, nobody of the authors' district, not whoever assigns or handed it in; each once."""
    output = submission.output
    officer = getattr(reviewer, "officer", None)
    if reviewer.pk == actor.pk:
        raise ValidationError("不能指派自己评审。", code="oneself")
    if officer is None:
        raise ValidationError(f"{reviewer}不是执法人员，不能评审。", code="no_officer")
    if reviewer.pk in (output.made_by_id, submission.submitted_by_id) or _had_a_hand(officer, output):
        raise ValidationError(f"{reviewer}参与了制作，须回避。", code="author")
    if not output.unit.is_whole_city and officer.unit.city_level_path == output.unit.city_level_path:
        raise ValidationError(f"{reviewer}与制作人员同属一个区局，须回避。", code="own_district")
    if submission.reviews.standing().filter(reviewer=reviewer).exists():
        raise ValidationError(f"{reviewer}已在评审这一稿。", code="already_assigned")


def _had_a_hand(officer, output: Output) -> bool:
    """An author, or a member of the group whose project it is."""
    in_group = officer.group_memberships.filter(group__projects=output.pk, until=None)
    return officer.contributions.filter(output=output).exists() or in_group.exists()


def _page(review: PeerReview) -> str:
    return reverse("development:review", args=[review.pk])


def _own(review: PeerReview, actor) -> PeerReview:
    """Its row, locked; still to be done, and this person's."""
    rows = PeerReview.objects.select_for_update(of=("self",)).select_related("submission__output__unit", "rubric")
    review = rows.get(pk=review.pk)
    if review.reviewer_id != actor.pk or review.released_at:
        raise ValidationError("这项评审没有指派给您，或已撤回。", code="not_yours")
    if review.submission.verdict:
        raise ValidationError("这一稿已审定，不再评审。", code="decided")
    if review.sent_at:
        raise ValidationError("评审已提交，不能再改。", code="already_sent")
    return review


@transaction.atomic
def begin_review(review: PeerReview, *, actor) -> PeerReview:
    """“我正在评审”: the office sees that somebody is at it."""
    review = _own(review, actor)
    if review.begun_at is None:
        review.begun_at = timezone.now()
        review.save(update_fields=["begun_at"])
        record("development.begin_review", actor=actor, target=review)
    return review


@transaction.atomic
def send_review(review: PeerReview, scores: Mapping, comment: str, *, actor) -> PeerReview:
    review = _own(review, actor)
    review.scores = checked_scores(review.rubric.formula, scores)
    review.total, review.comment, review.sent_at = total(review.scores), comment, timezone.now()
    review.begun_at = review.begun_at or review.sent_at
    review.save(update_fields=["scores", "total", "comment", "sent_at", "begun_at"])
    record("development.send_review", actor=actor, target=review, total=str(review.total))
    return review


@transaction.atomic
def release_review(review: PeerReview, *, actor) -> PeerReview:
    """An assignment is taken back, so that somebody else can be asked; what was sent stays."""
    must_decide(actor, review.submission.output)
    review = PeerReview.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.sent_at or review.released_at:
        raise ValidationError("评审已提交或已撤回。", code="not_open")
    review.released_at = timezone.now()
    review.save(update_fields=["released_at"])
    record("development.release_review", actor=actor, target=review)
    tell([review.reviewer], f"评审指派已撤回：{review.submission.output}", "不用再评。")
    return review


def close_submission(output: Output, verdict: str, *, actor, reason: str = "") -> Submission:
    """Call it under the output's lock. To pass it takes enough reviews and a high enough average."""
    must_decide(actor, output)
    submission = Submission.objects.select_for_update().get(pk=open_submission(output).pk)
    if submission.submitted_by_id == actor.pk:
        raise ValidationError("稿件由您提交，请由另一人审定。", code="same_person")
    totals = list(submission.reviews.sent().values_list("total", flat=True))
    if verdict == Verdict.PASSED:
        _must_pass(totals)
    elif not reason:
        raise ValidationError("退回或不采用须写明理由。", code="no_reason")
    submission.verdict, submission.reason, submission.scored = verdict, reason, len(totals)
    submission.average = average(totals) if totals else None
    submission.decided_by, submission.decided_at = actor, timezone.now()
    submission.save()
    score = str(submission.average) if totals else ""
    said = {"verdict": verdict, "reason": reason, "average": score, "scored": len(totals)}
    record("development.decide", actor=actor, target=submission, unit=output.unit, said=said)
    return submission


def _must_pass(totals: list) -> None:
    today = timezone.localdate()
    least, mark = days("reviewers", today), term("pass_score", today)
    if len(totals) < least:
        raise ValidationError(f"已有{len(totals)}人提交评审，须满{least}人才能通过。", code="too_few_reviews")
    if average(totals) < mark:
        words = f"平均{average(totals)}分（{len(totals)}人），低于通过线{mark.normalize():f}分，只能退回或不采用。"
        raise ValidationError(words, code="below_pass")
