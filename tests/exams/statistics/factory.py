"""An exam that people have sat, answered as a test wants it."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from exams.bank.models import Question
from exams.bank.types import of
from exams.papers.models import PaperItem
from exams.sittings.models import Answer, AnswerEvent, Attempt, Exam
from exams.sittings.services.preparing import prepare
from exams.sittings.services.scoring import score_attempt
from exams.sittings.services.submitting import close
from exams.statistics.models import ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from exams.statistics.services.analysing import analyse, rule_in_force
from exams.statistics.services.gathering import gather, source_of
from tests import factory
from tests.exams.sittings.factory import make_candidate, make_exam, make_sitting

Respond = Callable[[int, PaperItem], object]
AGO = 600  # minutes: the window is long over


def right(person: int, item: PaperItem):
    return of(item.content).key(item.content)


def wrong(item: PaperItem, which: int = 0):
    """A wrong option by the author's wording, whatever it is called on this paper."""
    options = [one for one in item.content["options"] if one.get("weight", "0") == "0"]
    return sorted(options, key=lambda one: one["html"])[which % len(options)]["id"]


def able(person: int, item: PaperItem):
    """Person n answers the first n slots right, the others wrong."""
    return right(person, item) if item.slot <= person else wrong(item, person + item.slot)


def held_exam(unit, *, people: int = 8, respond: Respond = able, kinds=("single",), each: int = 4, **fields) -> Exam:
    exam = make_exam(unit, kinds=kinds, each=each, **{"forms": 1, **fields})
    sitting = make_sitting(exam, opens=-AGO, minutes=120)
    candidates = [make_candidate(sitting, factory.make_officer(unit)) for _ in range(people)]
    prepare(exam, candidates)
    for person, attempt in enumerate(Attempt.objects.filter(candidate__exam=exam).order_by("pk")):
        hand_in(attempt, person, respond)
    return exam


def hand_in(attempt: Attempt, person: int, respond: Respond, *, is_scored: bool = True) -> None:
    begun = timezone.now() - timedelta(minutes=AGO)
    attempt.state, attempt.started_at = Attempt.State.OPEN, begun
    attempt.deadline_at = begun + timedelta(minutes=120)
    attempt.save()
    given = [(item.slot, respond(person, item)) for item in attempt.paper.items.order_by("slot")]
    rows = [
        {"attempt": attempt, "slot": slot, "rev": 1, "payload": answer, "received_at": begun + timedelta(minutes=slot)}
        for slot, answer in given
        if answer is not None
    ]
    Answer.objects.bulk_create(Answer(**row) for row in rows)
    AnswerEvent.objects.bulk_create(AnswerEvent(**row, epoch=1, kind=AnswerEvent.Kind.STORED) for row in rows)
    close(attempt, Attempt.How.SELF, begun + timedelta(minutes=60))
    if is_scored:
        score_attempt(attempt)


def analysed(exam: Exam, *, key: str = "") -> ItemAnalysis:
    source = source_of(exam)
    people = [one for chunk in gather(source) for one in chunk]
    return analyse(source, people, actor=factory.make_user(), source_key=key or f"test:{ItemAnalysis.objects.count()}")


def make_analysis(exam: Exam, **fields) -> ItemAnalysis:
    """A row of its own, nothing worked out."""
    marks = {"is_in_marks": True, "full": "2", "n": 1, "passed": 1, "mean": 2.0, "median": 2.0, "lowest": 2.0,
             "highest": 2.0, "steps": [[0.0, 2.0, 1]]}  # fmt: skip
    number = exam.analyses.count() + 1
    return ItemAnalysis.objects.create(
        exam=exam, number=number, source_key=f"test:{exam.pk}:{number}", made_by=factory.make_user(),
        rule_version=rule_in_force(), people=1, items=1, weak=0, is_complete=True, pass_percent=exam.pass_percent,
        forms=[], marks=marks, units=[], **fields,
    )  # fmt: skip


def make_statistic(exam: Exam) -> ItemStatistic:
    version = Question.objects.filter(bank__in=exam.blueprint.banks.all())[0].current
    return ItemStatistic.objects.create(
        analysis=make_analysis(exam), version=version, form="全卷", full=2, n=1, blank=0, facility=1, choices={}
    )


def make_pair(exam: Exam) -> SimilarPair:
    first, second = Attempt.objects.filter(candidate__exam=exam).order_by("pk")[:2]
    return SimilarPair.objects.create(
        analysis=make_analysis(exam), first=first, second=second, same=9, both_wrong=10, expected=3, chance=1e-6,
        same_hall=False,
    )  # fmt: skip


def make_note(exam: Exam) -> PaceNote:
    attempt = Attempt.objects.filter(candidate__exam=exam)[0]
    return PaceNote.objects.create(
        analysis=make_analysis(exam), attempt=attempt, seconds=600, typical=3600, answered=1, bursts=0, marks=2, full=2
    )
