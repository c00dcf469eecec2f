"""Everything handed in for an exam, read in chunks: papers, answers, machine marks, marks of people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.models import QuestionVersion
from exams.bank.types import case, of
from exams.marking.models import Script
from exams.papers.models import PaperItem
from exams.papers.services.drawing import reshuffled
from exams.sittings.models import Answer, AnswerEvent, Attempt, Exam, KeyCorrection, Outcome, Score
from exams.sittings.services.scoring import corrections_of
from exams.statistics.answered import Answered, Asked, cents
from exams.statistics.options import answer_given, origins, tagged

AT_ONCE = 100
Treatment = KeyCorrection.Treatment
# Their marks say nothing of the question any more.
NOT_COUNTED = (Treatment.EXCLUDED, Treatment.FULL_MARKS)


@dataclass
class Source:
    """What is the same for all: the questions as they count, and what was set aside."""

    exam: Exam
    contents: dict[int, dict]
    left_out: frozenset[int]
    is_complete: bool

    def __post_init__(self):
        self._names: dict[int, dict[int, dict[str, str]]] = {}

    def names_on(self, paper, versions) -> dict[int, dict[str, str]]:
        """Of each question on a paper, its parts' ids there and what the author called them."""
        if paper.pk not in self._names:
            blueprint = self.exam.blueprint
            self._names[paper.pk] = {
                one: origins(reshuffled(tagged(self.contents[one]), blueprint, paper.seed, one)) for one in versions
            }
        return self._names[paper.pk]

    def forget(self) -> None:
        """Papers of one person each need not be kept."""
        if not self.exam.forms:
            self._names.clear()


def handed_in(exam: Exam):
    return Attempt.objects.filter(candidate__exam=exam, state=Attempt.State.SUBMITTED).order_by("pk")


def source_of(exam: Exam) -> Source:
    """ValidationError "nobody" or "unscored" where there is nothing to count yet."""
    attempts = handed_in(exam)
    if not attempts.exists():
        raise ValidationError("还没有交卷的考生，没有可分析的答卷。", code="nobody")
    if waiting := attempts.filter(scores=None).count():
        raise ValidationError(f"还有{waiting}份答卷没有计分。系统每分钟自动计分，请稍后再试。", code="unscored")
    asked = PaperItem.objects.filter(paper__in=attempts.values("paper")).order_by().values("version")
    contents = dict(QuestionVersion.objects.filter(pk__in=asked).values_list("pk", "content"))
    corrections = corrections_of(exam)
    for version, one in corrections.items():
        if one.treatment == Treatment.REKEYED:
            contents[version] = one.content
    left_out = frozenset(version for version, one in corrections.items() if one.treatment in NOT_COUNTED)
    return Source(exam, contents, left_out, _is_marked(exam, contents))


def _is_marked(exam: Exam, contents: Mapping[int, dict]) -> bool:
    """Whether every mark that people give has been given."""
    if not any(hand_share(content) for content in contents.values()):
        return True
    scripts = Script.objects.filter(exam=exam)
    return scripts.exists() and not scripts.undecided().exists()


def hand_share(content: dict) -> Decimal:
    """What part of a question's marks people give."""
    if content["type"] == case.CODE:
        return sum((Decimal(part["share"]) for part in content["parts"] if not of(part).IS_OBJECTIVE), Decimal(0))
    return Decimal(0 if of(content).IS_OBJECTIVE else 1)


def gather(source: Source) -> Iterator[list[Answered]]:
    """Chunk by chunk, so that a job can tell how far it is."""
    rows = handed_in(source.exam).select_related("paper", "candidate__unit")
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        attempts = list(rows.filter(pk__in=keys[start : start + AT_ONCE]))
        yield _chunk(source, attempts)
        source.forget()


def _chunk(source: Source, attempts: Sequence[Attempt]) -> list[Answered]:
    items, answers, moments = defaultdict(list), defaultdict(dict), defaultdict(set)
    papers = PaperItem.objects.filter(paper__in={one.paper_id for one in attempts}).order_by("paper", "slot")
    for paper, slot, version, marks in papers.values_list("paper", "slot", "version", "marks"):
        full = cents(marks)
        items[paper].append(Asked(slot, version, full, int(full * hand_share(source.contents[version]))))
    for attempt, slot, payload in Answer.objects.filter(attempt__in=attempts).values_list("attempt", "slot", "payload"):
        answers[attempt][slot] = payload
    events = AnswerEvent.objects.filter(attempt__in=attempts, kind=AnswerEvent.Kind.STORED)
    for attempt, at in events.order_by().values_list("attempt", "received_at"):
        moments[attempt].add(at)
    scores = {one.attempt_id: one for one in Score.objects.filter(attempt__in=attempts).latest()}
    outcomes = {one.attempt_id: one for one in Outcome.objects.filter(attempt__in=attempts).latest()}
    hands = defaultdict(dict)
    for attempt, slot, final in Script.objects.filter(attempt__in=attempts).values_list("attempt", "slot", "final"):
        hands[attempt][slot] = final
    return [
        _answered(
            source, one, items[one.paper_id], _Found(scores[one.pk], outcomes.get(one.pk), answers[one.pk],
            hands[one.pk], sorted(moments[one.pk])),
        )
        for one in attempts
    ]  # fmt: skip


@dataclass(frozen=True)
class _Found:
    score: Score
    outcome: Outcome | None
    answers: Mapping[int, object]
    hands: Mapping[int, Decimal | None]
    moments: Sequence


def _answered(source: Source, attempt: Attempt, asked: Sequence[Asked], found: _Found) -> Answered:
    names = source.names_on(attempt.paper, [one.version for one in asked])
    given, earned, touched = {}, {}, set()
    for one in asked:
        answer = found.answers.get(one.slot)
        told = answer_given(source.contents[one.version], names[one.version], answer)
        if told is not None:
            given[one.version] = told
        if answer not in (None, "", [], {}):
            touched.add(one.version)
        earned[one.version] = _earned(one, found)
    marks, full, is_passed = _result(source, asked, found)
    candidate = attempt.candidate
    return Answered(
        attempt=attempt.pk, paper=attempt.paper_id, form=_form_of(source.exam, attempt.paper), unit=candidate.unit.city_level_path, hall=candidate.hall_id, seat=candidate.seat,
        seconds=_seconds(attempt),
        asked=asked, earned=earned, given=given, touched=frozenset(touched), moments=found.moments,
        marks=marks, full=full, is_passed=is_passed,
    )  # fmt: skip


def _seconds(attempt: Attempt) -> float | None:
    begun, finished = attempt.started_at, attempt.finished_at
    return (finished - begun).total_seconds() if begun and finished else None


def _form_of(exam: Exam, paper) -> str:
    """The letter, which papers of an exam with forms carry at the end of their seed; none where each has his own."""
    return paper.form or (paper.seed.rpartition("-")[2] if exam.forms else "")


def _earned(one: Asked, found: _Found) -> int | None:
    machine = cents(Decimal(found.score.by_slot.get(str(one.slot)) or 0))
    people = found.hands.get(one.slot) if one.by_hand else Decimal(0)
    # Shares of a case need only nearly add up to its marks.
    return None if people is None else min(machine + cents(people), one.full)


def _result(source: Source, asked: Sequence[Asked], found: _Found) -> tuple[Decimal, Decimal, bool | None]:
    """(marks, full, passed) as released, or as they stand; nobody has passed while people still mark."""
    if found.outcome:
        return found.outcome.marks, found.outcome.full, found.outcome.is_passed
    if not source.is_complete:
        return found.score.marks, found.score.full, None
    hand = Decimal(sum(one.by_hand for one in asked if one.version not in source.left_out)) / 100
    marks = found.score.marks + sum((one or Decimal(0) for one in found.hands.values()), Decimal(0))
    full = found.score.full + hand
    return marks, full, marks >= full * source.exam.pass_percent / 100
