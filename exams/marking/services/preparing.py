"""From what was handed in to scripts without names: run again, it adds only what is new."""

import secrets
from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from exams.marking.models import MarkingTask, Script
from exams.marking.rubric import NUMERALS, full_marks, is_blank, parts_by_hand
from exams.marking.services.facts import facts_of_writers
from exams.marking.services.terms import terms_today
from exams.papers.models import BlueprintCell, PaperItem
from exams.sittings.models import Answer, Attempt, Exam
from exams.sittings.services.scoring import score_attempt
from lms.audit.services import record

BY_PEOPLE = ("short_answer", "case")
LETTERS, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


def waiting(exam: Exam):
    """Attempts handed in that have questions for people and not yet all their scripts."""
    items = PaperItem.objects.filter(paper__attempts__candidate__exam=exam, content__type__in=BY_PEOPLE)
    rows = items.order_by().values_list("paper__attempts", "paper__attempts__state", "slot", "content")
    there = set(Script.objects.filter(exam=exam).values_list("attempt", "slot"))
    missing = {
        attempt
        for attempt, state, slot, content in rows.iterator()
        if state == Attempt.State.SUBMITTED and (attempt, slot) not in there and parts_by_hand(content)
    }
    return Attempt.objects.filter(pk__in=missing).order_by("pk")


def has_questions(exam: Exam) -> bool:
    """Whether people mark anything of this exam."""
    return exam.blueprint.cells.filter(type__in=BY_PEOPLE).exists()


@transaction.atomic
def make_tasks(exam: Exam, *, actor) -> list[MarkingTask]:
    """A task for each question that people mark, by the rule of today; those that are there keep their terms."""
    exam = Exam.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=exam.pk)
    there = {task.cell: task for task in exam.marking_tasks.all()}
    cells = list(exam.blueprint.cells.filter(type__in=BY_PEOPLE).order_by("order"))
    terms, titles = terms_today(), titles_of(cells)
    for cell in cells:
        content = _example(exam, cell)
        if cell.order in there or content is None or not parts_by_hand(content):
            continue
        there[cell.order] = MarkingTask.objects.create(
            exam=exam, cell=cell.order, title=titles[cell.order], full=full_marks(content, cell.marks), terms=terms,
            seed=secrets.token_hex(8), made_by=actor,
        )  # fmt: skip
        record("marking.prepare", actor=actor, target=there[cell.order], unit=exam.unit, title=titles[cell.order])
    return list(there.values())


def _example(exam: Exam, cell: BlueprintCell) -> dict | None:
    items = PaperItem.objects.filter(paper__attempts__candidate__exam=exam, cell=cell.order)
    return items.values_list("content", flat=True).first()


def titles_of(cells: Sequence[BlueprintCell]) -> dict[int, str]:
    """简答题一, 简答题二: numbered where a type comes more than once."""
    many, seen = Counter(cell.type for cell in cells), Counter()
    found = {}
    for cell in cells:
        at = seen[cell.type]
        seen[cell.type] += 1
        number = (NUMERALS[at] if at < len(NUMERALS) else str(at + 1)) if many[cell.type] > 1 else ""
        each = f"（每卷{cell.count}题）" if cell.count > 1 else ""
        found[cell.order] = f"{cell.get_type_display()}{number}{each}"
    return found


@transaction.atomic
def make_scripts(exam: Exam, attempts: Sequence[Attempt]) -> int:
    """Scripts of these attempts, in no order that would tell whose they are. Answers how many were new."""
    tasks = {task.cell: task for task in exam.marking_tasks.all()}
    rows = list(Attempt.objects.filter(pk__in=[one.pk for one in attempts]).select_related(
        "candidate__unit", "candidate__officer", "candidate__exam__blueprint", "paper"
    ).prefetch_related("scores"))  # fmt: skip
    for attempt in rows:
        if not attempt.scores.all():
            score_attempt(attempt)
    if not tasks:
        return 0
    facts = facts_of_writers(rows, int(next(iter(tasks.values())).terms["small_team"]))
    codes = _codes(exam)
    there = set(Script.objects.filter(attempt__in=rows).values_list("attempt", "slot"))
    made = [
        _script(tasks[item.cell], attempt, item, answer, facts[attempt.pk], codes)
        for attempt, item, answer in _questions(rows)
        if item.cell in tasks and (attempt.pk, item.slot) not in there
    ]
    secrets.SystemRandom().shuffle(made)
    return len(Script.objects.bulk_create(made))


def _questions(attempts: Sequence[Attempt]):
    """(attempt, question, answer) for every question that people mark."""
    by_paper: dict[int, list[PaperItem]] = {}
    for item in PaperItem.objects.filter(
        paper__in={one.paper_id for one in attempts}, content__type__in=BY_PEOPLE
    ).order_by("slot"):
        by_paper.setdefault(item.paper_id, []).append(item)
    answers = {
        (attempt, slot): payload
        for attempt, slot, payload in Answer.objects.filter(attempt__in=attempts).values_list(
            "attempt", "slot", "payload"
        )
    }
    for attempt in attempts:
        for item in by_paper.get(attempt.paper_id, []):
            if parts_by_hand(item.content):
                yield attempt, item, answers.get((attempt.pk, item.slot))


def _script(task: MarkingTask, attempt: Attempt, item: PaperItem, answer, facts: dict, codes) -> Script:
    script = Script(
        exam_id=task.exam_id, task=task, attempt=attempt, slot=item.slot, version_id=item.version_id, code=next(codes),
        full=full_marks(item.content, item.marks), facts=facts,
    )  # fmt: skip
    if is_blank(item.content, answer):
        script.state, script.cause = Script.State.FINAL, Script.Cause.BLANK
        script.final, script.decided_at = 0, timezone.now()
    return script


def _codes(exam: Exam):
    """Codes such as K7-3F2A, without letters and digits that are mistaken for each other."""
    taken = set(Script.objects.filter(exam=exam).values_list("code", flat=True))
    while True:
        code = new_code()
        if code not in taken:
            taken.add(code)
            yield code


def new_code() -> str:
    tail = "".join(secrets.choice(LETTERS + DIGITS) for _ in range(4))
    return f"{secrets.choice(LETTERS)}{secrets.choice(DIGITS)}-{tail}"
