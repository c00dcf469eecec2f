"""A file of questions into a bank: all of it or nothing, unless row by row was asked for; the same file twice adds 0."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count

from courses.catalogue.models import ItemCode, Topic
from courses.catalogue.models.references import Level
from exams.bank.formats import READERS, Draft, Reading, detected
from exams.bank.formats.extension import packed
from exams.bank.formats.markup import plain
from exams.bank.models import MEDIUM, ImportBatch, Question, QuestionBank, QuestionVersion
from lms.audit.services import record

BATCH = 2000
ARTICLE, NAME = 60, 120


@dataclass
class Outcome:
    """What a file held, and how many of its questions were written; `known` were in the bank before."""

    format: str
    reading: Reading
    known: int = 0
    written: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.reading.errors

    def as_dict(self) -> dict:
        reading = self.reading
        counts = Counter(draft.content["type"] for draft in reading.drafts)
        notes = {
            name: [note.as_dict(reading.unit) for note in getattr(reading, name)]
            for name in ("unsupported", "warnings", "errors")
        }
        return {"questions": len(reading.drafts), "by_type": dict(counts), **notes, "written": self.written}


def digest(content: dict) -> str:
    return hashlib.sha256(packed(content).encode()).hexdigest()


def read_questions(data: bytes, filename: str, wanted: str = "auto") -> Outcome:
    """What is in a file, with nothing written; codes and topics the catalogue does not have are told too."""
    kind = detected(data, filename) if wanted == "auto" else wanted
    outcome = Outcome(kind, READERS[kind](data))
    _check_references(outcome.reading)
    if not outcome.reading.drafts and outcome.is_clean and not outcome.reading.unsupported:
        outcome.reading.fail(None, "", "文件里没有试题。")
    return outcome


def _check_references(reading: Reading) -> None:
    wanted = {code for draft in reading.drafts for code in draft.item_codes}
    known = set(ItemCode.objects.filter(code__in=wanted).values_list("code", flat=True))
    topics = set(_topics())
    for draft in reading.drafts:
        for code in set(draft.item_codes) - known:
            reading.fail(draft.place, "事项代码", f"没有事项“{code[:30]}”，请先导入事项或改正代码。")
        if draft.topic and draft.topic not in topics:
            reading.warn(draft.place, "专题", f"没有专题“{draft.topic[:40]}”，导入后请指定专题。")


def _topics() -> dict[str, Topic]:
    return {key: topic for topic in Topic.objects.all() for key in (topic.code, topic.name)}


@transaction.atomic
def import_questions(outcome: Outcome, data: bytes, filename: str, *, bank: QuestionBank, actor) -> Outcome:
    """Write what was read as drafts of the bank, signed by the actor. ValidationError for a file with errors.

    Whoever imports into one bank queues on its row, so that two imports of one file write it once.
    """
    if not outcome.is_clean:
        raise ValidationError("文件有错误，未写入任何内容。", code="errors")
    return write_drafts(outcome, data, filename, bank=bank, actor=actor)


@transaction.atomic
def write_drafts(outcome: Outcome, data: bytes, filename: str, *, bank: QuestionBank, actor) -> Outcome:
    """The good rows of a file, whatever was wrong with others."""
    bank = QuestionBank.objects.select_for_update(of=("self",)).select_related("unit").get(pk=bank.pk)
    fresh = _fresh(outcome.reading, bank)
    outcome.known = len(outcome.reading.drafts) - len(fresh)
    outcome.written = len(fresh)
    if fresh:
        counts: dict[str, Any] = {
            "questions": len(outcome.reading.drafts),
            "written": len(fresh),
            "known": outcome.known,
        }
        batch = ImportBatch.objects.create(
            bank=bank, file_name=filename[:NAME], sha256=hashlib.sha256(data).hexdigest(), format=outcome.format,
            counts=counts, made_by=actor,
        )  # fmt: skip
        _create(fresh, bank, batch, actor)
        record("bank.import", actor=actor, target=batch, unit=bank.unit, file=filename[:NAME], **counts)
    return outcome


def weigh(outcome: Outcome, bank: QuestionBank) -> Outcome:
    """How many of a file's questions the bank has already; nothing is written."""
    outcome.known = len(outcome.reading.drafts) - len(_fresh(outcome.reading, bank))
    return outcome


def _fresh(reading: Reading, bank: QuestionBank) -> list[tuple[Draft, str]]:
    """Drafts the bank does not hold yet; one that stands twice in a file is two, in both of its imports."""
    digests = [digest(draft.content) for draft in reading.drafts]
    rows = QuestionVersion.objects.filter(question__bank=bank, digest__in=set(digests)).order_by()
    held = Counter(dict(rows.values_list("digest").annotate(Count("question", distinct=True))))
    seen: dict[str, int] = {}
    fresh = []
    for draft, one in zip(reading.drafts, digests, strict=True):
        if one in seen:
            reading.warn(draft.place, "题干", f"与第{seen[one]}处的试题完全相同。")
        seen.setdefault(one, draft.place)
        if held[one]:
            held[one] -= 1
        else:
            fresh.append((draft, one))
    return fresh


def _create(fresh: Iterable[tuple[Draft, str]], bank: QuestionBank, batch: ImportBatch, actor) -> None:
    topics = _topics()
    drafts = [draft for draft, _ in fresh]
    questions = Question.objects.bulk_create(
        [
            Question(
                bank=bank, type=draft.content["type"], topic=topics.get(draft.topic),
                level=draft.level or Level.BASIC, difficulty=draft.difficulty or MEDIUM,
            )
            for draft in drafts
        ],
        batch_size=BATCH,
    )  # fmt: skip
    QuestionVersion.objects.bulk_create(
        [
            QuestionVersion(
                question=question, number=1, content=draft.content, stem_text=plain(draft.content["stem"]),
                digest=one, article=draft.article[:ARTICLE], batch=batch, made_by=actor,
            )
            for question, (draft, one) in zip(questions, fresh, strict=True)
        ],
        batch_size=BATCH,
    )  # fmt: skip
    ids = dict(ItemCode.objects.filter(code__in={c for d in drafts for c in d.item_codes}).values_list("code", "pk"))
    link = Question.item_codes.through
    link.objects.bulk_create(
        [
            link(question_id=question.pk, itemcode_id=ids[code])
            for question, draft in zip(questions, drafts, strict=True)
            for code in set(draft.item_codes)
        ],
        batch_size=BATCH,
    )
