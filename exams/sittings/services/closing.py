"""Exams an officer begins when he likes: the test that closes a course, and mock exams."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.learning.models import CourseProgress
from courses.learning.services.completion import ONLINE_COURSE
from exams.sittings.models import Attempt, Candidate, ClosingTest, Exam, Score
from exams.sittings.services.preparing import prepare
from exams.sittings.services.scoring import score_attempt
from lms.ledger.services.posting import Claim, post_entry
from lms.people.models import Officer

State = Attempt.State


def attempts_of(officer: Officer, exam: Exam):
    return Attempt.objects.filter(candidate__officer=officer, candidate__exam=exam).order_by("-candidate__turn")


def is_pass(score: Score, exam: Exam) -> bool:
    return score.full > 0 and score.marks * 100 >= exam.pass_percent * score.full


@transaction.atomic
def take(officer: Officer, exam: Exam) -> Attempt:
    """The attempt to go on with, or a new one with a paper of its own.

    ValidationError "not_offered" | "not_finished" where the course comes first | "passed" | "no_more" turns.
    """
    Officer.objects.select_for_update().get(pk=officer.pk)
    last = attempts_of(officer, exam).select_related("candidate").first()
    if last and last.state in (State.READY, State.OPEN):
        return last
    _refuse_unless_open(officer, exam)
    turn = (last.candidate.turn if last else 0) + 1
    if last and any(is_pass(score, exam) for score in Score.objects.filter(attempt__in=attempts_of(officer, exam))):
        raise ValidationError("您已通过本测验，不必再考。", code="passed")
    if turn > exam.attempts:
        raise ValidationError(f"本测验可考{exam.attempts}次，已经用完。请与培训部门联系。", code="no_more")
    sitting = exam.sittings.order_by("number")[0]
    candidate = Candidate.objects.create(
        exam=exam, sitting=sitting, officer=officer, unit=officer.unit, turn=turn, number=f"{officer.staff_no}-{turn}",
        facts={"unit_code": officer.unit.code, "unit": officer.unit.name},
    )  # fmt: skip
    prepare(exam, [candidate])
    return Attempt.objects.get(candidate=candidate)


def _refuse_unless_open(officer: Officer, exam: Exam) -> None:
    if not (exam.is_self_service and exam.is_checked and exam.sittings.exists()):
        raise ValidationError("这项测验没有开放。", code="not_offered")
    test = ClosingTest.objects.filter(exam=exam).first()
    if test and progress_for(officer, test) is None:
        raise ValidationError("请先学完课程，再参加课程测验。", code="not_finished")


def progress_for(officer: Officer, test: ClosingTest) -> CourseProgress | None:
    """What the officer finished of the course, the last of it."""
    done = CourseProgress.objects.filter(officer=officer, version__course=test.course, completed_at__isnull=False)
    return done.select_related("version").order_by("-completed_at").first()


@transaction.atomic
def settle(attempt: Attempt) -> Score:
    """Mark what was handed in; whoever passed the test of a course earns what its rule (R05) adds, once."""
    score = score_attempt(attempt)
    candidate = attempt.candidate
    test = ClosingTest.objects.filter(exam=candidate.exam).select_related("course").first()
    if test and is_pass(score, candidate.exam):
        progress = progress_for(candidate.officer, test)
        if progress is not None:
            post_entry(candidate.officer, pass_claim(progress, attempt))
    return score


def pass_claim(progress: CourseProgress, attempt: Attempt) -> Claim:
    """No minutes of its own: only the bonus of a passed test. The evidence is the course's, so it counts once."""
    version = progress.version
    return Claim(
        rule=ONLINE_COURSE,
        evidence=f"{progress.evidence_key}:test",
        title=f"{version.title}：课程测验",
        layer=version.layer,
        category=version.category,
        module=version.module,
        occurred_at=attempt.finished_at or timezone.now(),
        quantity={"minutes": 0, "test_passed": True},
    )


def mark_at_once(attempt: Attempt) -> None:
    """Whoever took the test when he liked sees his marks when he hands in; all others wait for the sweep."""
    if attempt.candidate.exam.is_self_service:
        attempt.refresh_from_db()
        settle(attempt)


def settle_waiting(limit: int = 500) -> int:
    """What was handed in and has no marks yet; answers how many."""
    waiting = Attempt.objects.filter(state=State.SUBMITTED, scores=None)
    rows = waiting.select_related("candidate__exam__blueprint", "candidate__officer", "paper").order_by("pk")[:limit]
    return len([settle(attempt) for attempt in rows])
