"""The demo banks: five questions for every item code, of public law word for word or visibly placeholders.

They come in by the import, signed by the demo setter; the demo reviewer checks them and they are put to use.
"""

import json
import random
from itertools import islice

from django.db.models import Max
from django.utils import timezone

from courses.catalogue.models import ItemCode, LegalSourceVersion
from courses.catalogue.models.references import Level
from exams.bank.formats import Draft, Reading
from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import Outcome, write_drafts
from lms.audit.services import record
from lms.people.models import OrgUnit, User
from lms.portal.demo.articles import LAWS, Quoted, quoted_questions
from lms.portal.demo.titles import TOPICS

PER_ITEM, QUOTED_PER_ITEM = 5, 3
MARK = "【占位试题】"
PRACTICE, EXAM = "practice", "exam"
BATCH = 2000
_WITHOUT_ITEMS = {"politics", "field", "office"}
_TOPICS = [code for code, _ in TOPICS if code not in _WITHOUT_ITEMS]
_KINDS = ("case", "numeric", "ordering", "single", "short_answer", "true_false", "single", "matching")


def write_questions(city: OrgUnit, setter: User, reviewer: User) -> int:
    """Both banks filled; how many questions they hold."""
    banks = {
        PRACTICE: QuestionBank.objects.create(code=PRACTICE, name="练习题库", unit=city, is_for_practice=True),
        EXAM: QuestionBank.objects.create(code=EXAM, name="考试题库（演示）", unit=city),
    }
    filled: dict[str, list[tuple[Draft, tuple[str, ...]]]] = {PRACTICE: [], EXAM: []}
    items = list(ItemCode.objects.order_by("code").values_list("code", flat=True))
    chance = random.Random(PER_ITEM)  # noqa: S311 - a demo
    for draft, laws in drafts_of(items):
        filled[chance.choice([PRACTICE, EXAM])].append((draft, laws))
    return sum(_fill(banks[code], rows, setter, reviewer) for code, rows in filled.items())


def drafts_of(items: list[str]) -> list[tuple[Draft, tuple[str, ...]]]:
    """Five drafts for each code, with the laws each cites."""
    quoted = quoted_questions()
    rows = []
    for number, item in enumerate(items):
        rows += [_quoted_draft(one, item, number) for one in islice(quoted, QUOTED_PER_ITEM)]
        rows += [_placeholder_draft(item, number, turn) for turn in range(PER_ITEM - QUOTED_PER_ITEM)]
    return [(_placed(draft, place), laws) for place, (draft, laws) in enumerate(rows, start=1)]


def _placed(draft: Draft, place: int) -> Draft:
    draft.place, draft.difficulty = place, 1 + place % PER_ITEM
    return draft


def _quoted_draft(one: Quoted, item: str, number: int) -> tuple[Draft, tuple[str, ...]]:
    level = Level.values[number % len(Level.values)]
    draft = Draft(one.content, 0, topic=one.topic, item_codes=[item], level=level, article=one.article)
    return draft, one.laws


def _placeholder_draft(item: str, number: int, turn: int) -> tuple[Draft, tuple[str, ...]]:
    kind = _KINDS[(number * 2 + turn) % len(_KINDS)]
    content = _placeholder(kind, f"{MARK}{item}第{turn + 1}题：")
    topic = _TOPICS[number % len(_TOPICS)]
    return Draft(content, 0, topic=topic, item_codes=[item], level=Level.values[(number + turn) % 3]), ()


def _placeholder(kind: str, stem: str) -> dict:
    """What only shows how a kind of question works; each says so, and no sentence sounds like law."""
    made: dict[str, dict] = {
        "single": {"stem": f"{stem}正式题干由命题员编写，请选“乙”。", "options": _letters("0", "1", "0")},
        "true_false": {"stem": f"{stem}正式题干由命题员编写，本题请答“对”。", "answer": True},
        "numeric": {"stem": f"{stem}正式题干由命题员编写，请填12。", "answers": [{"value": "12", "tolerance": "0", "weight": "1"}]},
        "ordering": {"stem": f"{stem}请按甲、乙、丙排列。", "items": _named("i"), "order": ["i1", "i2", "i3"]},
        "matching": {
            "stem": f"{stem}请把相同的字对应。", "targets": _named("t"),
            "prompts": [{**one, "match": f"t{n}"} for n, one in enumerate(_named("p"), start=1)],
        },
        "short_answer": {"stem": f"{stem}请写“演示作答”四个字。", "reference": "演示作答",
                         "rubric": [{"text": "写出“演示作答”", "share": "1"}]},
    }  # fmt: skip
    if kind == "case":
        parts = [_placeholder(part, f"{MARK}小题：") for part in ("single", "true_false", "short_answer")]
        shares = [{**part, "share": share} for part, share in zip(parts, ("0.3", "0.3", "0.4"), strict=True)]
        return {"type": kind, "stem": f"{stem}演示案情，不指任何真实案件。", "parts": shares}
    return {"type": kind, "feedback": f"{MARK}演示解析。", **made[kind]}


def _letters(*weights: str) -> list[dict]:
    return [{"id": "abc"[n], "html": "甲乙丙"[n], "weight": weight} for n, weight in enumerate(weights)]


def _named(letter: str) -> list[dict]:
    return [{"id": f"{letter}{n}", "html": text} for n, text in enumerate("甲乙丙", start=1)]


def _fill(bank: QuestionBank, rows: list, setter: User, reviewer: User) -> int:
    reading = Reading("row")
    for draft, _ in rows:
        reading.add(draft)
    data = json.dumps([draft.content for draft in reading.drafts], ensure_ascii=False).encode()
    outcome = write_drafts(Outcome("demo", reading), data, f"{bank.code}.json", bank=bank, actor=setter)
    versions = list(QuestionVersion.objects.filter(question__bank=bank).order_by("question_id"))
    _cite(versions, [laws for _, laws in rows])
    _put_to_use(bank, versions, reviewer)
    return outcome.written


def _cite(versions: list[QuestionVersion], cited: list[tuple[str, ...]]) -> None:
    in_force = LegalSourceVersion.objects.filter(superseded_on=None, source__title__in=LAWS.values())
    ids = dict(in_force.values_list("source__title", "pk"))
    link = QuestionVersion.sources.through
    link.objects.bulk_create(
        [
            link(questionversion=version, legalsourceversion_id=ids[LAWS[law]])
            for version, laws in zip(versions, cited, strict=True)
            for law in laws
        ],
        batch_size=BATCH,
    )


def _put_to_use(bank: QuestionBank, versions: list[QuestionVersion], reviewer: User) -> None:
    """What the reviewing of each by hand leaves, for all at once."""
    QuestionVersion.objects.filter(question__bank=bank).update(checked_by=reviewer, checked_at=timezone.now())
    questions = bank.questions.annotate(latest=Max("versions"))
    latest = dict(questions.values_list("pk", "latest"))
    Question.objects.bulk_update(
        [Question(pk=pk, state=Question.State.ACTIVE, current_id=version) for pk, version in latest.items()],
        ["state", "current"],
        batch_size=BATCH,
    )
    record("bank.activate", actor=reviewer, target=bank, unit=bank.unit, count=len(versions))
