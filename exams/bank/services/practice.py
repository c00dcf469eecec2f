"""Practice: a run of questions for one officer, each answered once and judged at once; a mock exam judged at its end.

What a run shows is fixed when it begins: the versions, and the seed they are shuffled by. No page carries either.
"""

import random
import secrets
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from exams.bank.models import PracticeAnswer, PracticeRun, Question, QuestionVersion
from exams.bank.types import TYPES, of
from exams.bank.types.policy import Policy
from lms.people.models import Officer

RIGHT_TO_LEAVE = 2  # how many times right before a question leaves the wrong-answer book
SIZES, MOCK_SIZES = (10, 20), (20, 50)
OBJECTIVE = [code for code, module in TYPES.items() if module.IS_OBJECTIVE]
ONE, STRICT, IN_PART = Decimal(1), Policy(), Policy("weights")


@dataclass(frozen=True)
class Asked:
    """A question of a run as this officer has it: shuffled, and still with its key."""

    run: PracticeRun
    place: int
    version: QuestionVersion

    @property
    def content(self) -> dict:
        chance = random.Random(f"{self.run.seed}:{self.place}")  # noqa: S311 - an order, not a secret
        return of(self.version.content).shuffled(self.version.content, chance)

    @property
    def public(self) -> dict:
        content = self.content
        return of(content).public(content)


def wrong_book(officer: Officer) -> QuerySet[Question]:
    return Question.objects.for_practice().in_wrong_book(officer.practice_answers.all(), RIGHT_TO_LEAVE)


def begin(officer: Officer, questions: QuerySet[Question], *, kind: str, title: str, size: int) -> PracticeRun:
    """A run over some of the questions: those the officer has never had come first, otherwise by chance."""
    if kind == PracticeRun.Kind.MOCK:
        questions = questions.filter(type__in=OBJECTIVE)
    found = list(questions.values_list("pk", "current_id"))
    if not found:
        raise ValidationError("这里还没有可练的题，请换一个专题或事项。", code="none")
    chance = secrets.SystemRandom()
    chance.shuffle(found)
    if kind == PracticeRun.Kind.DRILL:
        known = set(officer.practice_answers.values_list("question", flat=True))
        found.sort(key=lambda row: row[0] in known)
    versions = [version for _, version in found[:size]]
    return PracticeRun.objects.create(
        officer=officer, kind=kind, title=title, versions=versions, seed=chance.getrandbits(62)
    )


def questions_of(run: PracticeRun) -> dict[int, Asked]:
    """By place; what has left the practice banks since is left out."""
    rows = QuestionVersion.objects.filter(question__bank__is_for_practice=True).select_related("question")
    versions = rows.in_bulk(run.versions)
    return {place: Asked(run, place, versions[pk]) for place, pk in enumerate(run.versions, start=1) if pk in versions}


@transaction.atomic
def answer_question(asked: Asked, answer) -> PracticeAnswer:
    """Judge and keep an answer; the first one to a place stands, however often its form is sent."""
    run = PracticeRun.objects.select_for_update().get(pk=asked.run.pk)
    standing = run.answers.filter(place=asked.place).first()
    if standing:
        return standing
    content = asked.content
    if answer is None:
        raise ValidationError("请先作答，再提交。", code="empty")
    of(content).check_answer(content, answer)
    row = _judged(asked, content, answer)
    row.save()
    if run.answers.count() == len(questions_of(run)):
        _finish(run)
    return row


@transaction.atomic
def keep(asked: Asked, typed: dict[str, list[str]], answer) -> PracticeRun:
    """What was typed to a question of a mock exam, until it is handed in; nothing typed takes back what was."""
    run = PracticeRun.objects.select_for_update().get(pk=asked.run.pk)
    if run.finished_at:
        return run
    if answer is None:
        run.kept.pop(str(asked.place), None)
    else:
        of(asked.content).check_answer(asked.content, answer)
        run.kept[str(asked.place)] = {"typed": typed, "answer": answer}
    run.save(update_fields=["kept"])
    return run


@transaction.atomic
def hand_in(run: PracticeRun) -> PracticeRun:
    """All kept answers of a mock exam, judged together; what was left open counts as not right."""
    run = PracticeRun.objects.select_for_update().get(pk=run.pk)
    if run.finished_at:
        return run
    rows = [
        _judged(asked, asked.content, run.kept.get(str(place), {}).get("answer"))
        for place, asked in questions_of(run).items()
    ]
    PracticeAnswer.objects.bulk_create(rows)
    return _finish(run)


def _judged(asked: Asked, content: dict, answer) -> PracticeAnswer:
    module = of(content)
    strict, share = (module.score(content, answer, ONE, policy) for policy in (STRICT, IN_PART))
    return PracticeAnswer(
        run=asked.run, place=asked.place, officer_id=asked.run.officer_id, question=asked.version.question,
        version=asked.version, answer=answer, is_right=None if strict is None else strict == ONE, share=share,
    )  # fmt: skip


def _finish(run: PracticeRun) -> PracticeRun:
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    return run
