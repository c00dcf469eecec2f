"""The finished exam of the demo city is released; a few candidates ask for another look, one of them with success."""

from decimal import Decimal

from exams.results.models import ExamAppeal, Finding, Release
from exams.results.services.appeals import file_appeal
from exams.results.services.deciding import accept, decide_marks, worths
from exams.results.services.following import certify, tell
from exams.results.services.releasing import carry_out, propose_release
from exams.sittings.models import Attempt, Exam, Outcome
from lms.people.models import User
from lms.portal.demo.exams import Office

CODE = "LEVEL-BASIC-0"
REASONS = (
    "请核对客观题合计。",
    "第1题的表述有两种理解，请复核。",
    "多选题少选应当给部分分，请核查。",
    "请核查登分是否有误。",
)


def release_results(office: Office, handler: User) -> int:
    """How many people were told."""
    exam = Exam.objects.get(code=CODE)
    proposed = propose_release(exam, list(exam.sittings.all()), actor=office.chief, feedback=Release.Feedback.POINTS)
    released = carry_out(proposed, actor=office.admin)
    attempts = list(Attempt.objects.filter(released__release=released).select_related("candidate__officer__user"))
    tell(released, attempts)
    certify(exam, attempts, actor=office.admin)
    _appeal(exam, handler)
    return len(attempts)


def _appeal(exam: Exam, handler: User) -> None:
    """By those nearest below the line: one decided, one taken up, two waiting."""
    under = Outcome.objects.latest().filter(attempt__candidate__exam=exam, is_passed=False).order_by("-objective", "pk")
    for place, outcome in enumerate(under.select_related("attempt__candidate__officer__user")[: len(REASONS)]):
        kind = ExamAppeal.Kind.QUESTION if place == 1 else ExamAppeal.Kind.ARITHMETIC
        appeal = ExamAppeal(attempt=outcome.attempt, kind=kind, slot=1 if place == 1 else None, text=REASONS[place])
        filed = file_appeal(appeal, actor=outcome.attempt.candidate.officer.user, accepts_lower=True)
        if place < 2:
            accept(filed, actor=handler)
        if place == 0:
            _raise(filed, handler)


def _raise(appeal: ExamAppeal, handler: User) -> None:
    missed = next((one for one in worths(appeal.attempt) if one.marks < one.full), None)
    found = [Finding(slot=missed.slot, is_by_hand=missed.is_by_hand, marks=missed.full)] if missed else []
    decide_marks(appeal, found, actor=handler, reply=f"经核查，漏计{_short(missed)}分，已补计。")


def _short(missed) -> Decimal:
    return (missed.full - missed.marks).normalize() if missed else Decimal()
