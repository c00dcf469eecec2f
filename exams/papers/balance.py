"""How far several forms of a paper are alike: questions and marks by topic, difficulty, what they share."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Item(NamedTuple):
    form: str
    question: int
    topic: str
    difficulty: int
    marks: Decimal


@dataclass(frozen=True)
class Share:
    """One topic in one form; `width` is its part of the form's marks in percent."""

    questions: int
    marks: Decimal
    width: int


@dataclass(frozen=True)
class Balance:
    forms: Sequence[str]
    topics: dict[str, list[Share]]
    questions: list[int]
    marks: list[Decimal]
    difficulty: list[Decimal]
    shared: dict[str, list[int | None]]


def balance(items: Iterable[Item]) -> Balance:
    by_form: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_form[item.form].append(item)
    forms = sorted(by_form)
    topics = sorted({item.topic for several in by_form.values() for item in several})
    return Balance(
        forms,
        {topic: [_share(by_form[form], topic) for form in forms] for topic in topics},
        [len(by_form[form]) for form in forms],
        [_marks(by_form[form]) for form in forms],
        [_mean(by_form[form]) for form in forms],
        _shared({form: {item.question for item in by_form[form]} for form in forms}),
    )


def _marks(items: Iterable[Item]) -> Decimal:
    return sum((item.marks for item in items), Decimal(0))


def _share(items: Sequence[Item], topic: str) -> Share:
    mine = [item for item in items if item.topic == topic]
    return Share(len(mine), _marks(mine), round(100 * _marks(mine) / (_marks(items) or 1)))


def _mean(items: Sequence[Item]) -> Decimal:
    """Weighed by marks: a case of 20 marks tells more than a true-or-false of one."""
    weighed = sum((item.difficulty * item.marks for item in items), Decimal(0))
    return (weighed / (_marks(items) or 1)).quantize(Decimal("0.01"))


def _shared(questions: dict[str, set[int]]) -> dict[str, list[int | None]]:
    counts: Counter = Counter()
    for form, mine in questions.items():
        for other, theirs in questions.items():
            counts[form, other] = len(mine & theirs)
    return {form: [None if form == other else counts[form, other] for other in questions] for form in questions}
