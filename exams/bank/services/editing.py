"""Questions written in the console. What a version says never changes: a correction is the next version."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from courses.catalogue.models import ItemCode, LegalSourceVersion, Topic
from exams.bank.formats.extension import packed, unpacked
from exams.bank.formats.markup import plain
from exams.bank.models import Question, QuestionVersion
from exams.bank.services.importing import digest
from exams.bank.services.review import State, locked, newest
from exams.bank.types import of
from lms.audit.services import record

ADD, CHANGE = "bank.add_question", "bank.change_question"
FACTS = ("topic", "level", "difficulty")


@dataclass(frozen=True)
class Wording:
    """What a version says and rests on."""

    content: dict
    sources: Iterable[LegalSourceVersion] = ()
    article: str = ""


@dataclass(frozen=True)
class Facts:
    """Where a question belongs: changed without a new version, and written down."""

    topic: Topic | None = None
    level: str = "BASIC"
    difficulty: int = 3
    item_codes: Iterable[ItemCode] = field(default_factory=tuple)


def washed(content: dict) -> dict:
    """The content with all its HTML cleaned. ValidationError if it is no question of its type."""
    clean = unpacked(packed(content))
    of(clean).validate(clean)
    return clean


@transaction.atomic
def add_question(bank, wording: Wording, facts: Facts, *, actor) -> Question:
    content = washed(wording.content)
    question = Question.objects.create(
        bank=bank, type=content["type"], topic=facts.topic, level=facts.level, difficulty=facts.difficulty
    )
    question.item_codes.set(facts.item_codes)
    _write(question, 1, content, wording, actor)
    return question


@transaction.atomic
def add_version(question: Question, wording: Wording, *, actor) -> QuestionVersion:
    """The next version, to be reviewed; what is in use stays in use until then."""
    question = locked(question)
    content, last = washed(wording.content), newest(question)
    if question.state == State.RETIRED:
        raise ValidationError("试题已停用，不能修改；要再用请先启用。", code="retired")
    if content["type"] != question.type:
        raise ValidationError("题型不能改，请另建一题。", code="type")
    if last and _says_the_same(last, content, wording):
        raise ValidationError("内容没有变化，不用新建版本。", code="unchanged")
    if question.state == State.REVIEWED:
        question.state = State.DRAFT
        question.save(update_fields=["state"])
    return _write(question, last.number + 1 if last else 1, content, wording, actor)


def _says_the_same(version: QuestionVersion, content: dict, wording: Wording) -> bool:
    same_sources = set(version.sources.values_list("pk", flat=True)) == {one.pk for one in wording.sources}
    return version.digest == digest(content) and version.article == wording.article and same_sources


def _write(question: Question, number: int, content: dict, wording: Wording, actor) -> QuestionVersion:
    version = QuestionVersion.objects.create(
        question=question, number=number, content=content, stem_text=plain(content["stem"]), digest=digest(content),
        article=wording.article, made_by=actor,
    )  # fmt: skip
    version.sources.set(wording.sources)
    record("bank.draft", actor=actor, target=question, number=number)
    return version


@transaction.atomic
def change_facts(question: Question, facts: Facts, *, actor) -> Question:
    """Topic, items, level and difficulty; nothing is written where nothing changes."""
    question = locked(question)
    before = {name: str(getattr(question, name)) for name in FACTS} | {"item_codes": _codes(question)}
    for name in FACTS:
        setattr(question, name, getattr(facts, name))
    question.save(update_fields=list(FACTS))
    question.item_codes.set(facts.item_codes)
    after = {name: str(getattr(question, name)) for name in FACTS} | {"item_codes": _codes(question)}
    changed = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changed:
        record("bank.change_question", actor=actor, target=question, changed=changed)
    return question


def _codes(question: Question) -> str:
    return " ".join(sorted(question.item_codes.values_list("code", flat=True)))


def with_same_stem(stem_text: str, user, *, beside: Question | None = None) -> QuerySet[Question]:
    """Questions the user may see whose stem reads the same, whatever its spaces, punctuation and letter widths."""
    rows = Question.objects.visible_to(user).exclude(state=State.RETIRED)
    rows = rows.filter(versions__in=QuestionVersion.objects.reading_like(stem_text)).distinct()
    return rows.exclude(pk=beside.pk) if beside else rows
