from django.utils import timezone

from exams.bank.formats.markup import plain
from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import digest
from exams.papers.models import Blueprint, BlueprintCell
from tests import factory
from tests.exams.bank.samples import SAMPLES


def make_bank(unit, code="law", **fields) -> QuestionBank:
    return QuestionBank.objects.create(code=code, name=code, unit=unit, **fields)


def make_question(bank, kind="single", *, content=None, state="ACTIVE", **fields) -> Question:
    """A question in use: set by one, reviewed by another."""
    question = Question.objects.create(bank=bank, type=kind, **fields)
    content = content or {**SAMPLES[kind](), "stem": f"第{question.pk}题 {SAMPLES[kind]()['stem']}"}
    version = QuestionVersion.objects.create(
        question=question, number=1, content=content, stem_text=plain(content["stem"]), digest=digest(content),
        made_by=factory.make_user(), checked_by=factory.make_user(), checked_at=timezone.now(),
    )  # fmt: skip
    question.state, question.current = state, version
    question.save()
    return question


def make_blueprint(bank, *cells, is_approved=True, **fields) -> Blueprint:
    """Cells are (type, count, marks) or dicts of a cell's fields."""
    checked = {"checked_by": factory.make_user(), "checked_at": timezone.now()} if is_approved else {}
    blueprint = Blueprint.objects.create(
        code=fields.pop("code", "P1"), name="方案", unit=bank.unit, made_by=factory.make_user(), **checked, **fields
    )
    blueprint.banks.add(bank)
    for order, cell in enumerate(cells, start=1):
        about = cell if isinstance(cell, dict) else dict(zip(("type", "count", "marks"), cell, strict=True))
        BlueprintCell.objects.create(blueprint=blueprint, order=order, **about)
    return blueprint
