"""How long papers and questions take, each beside the bare INSERT of the same rows; all of it is taken back.

Functions of `(figures, officer)`, as the benchmarks are listed.
"""

import time
from itertools import count
from multiprocessing import get_context

from django.db import connection, connections, transaction
from django.utils import timezone

from exams.bank.formats.excel_out import Exported, write
from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import digest, import_questions, read_questions
from exams.papers.models import Blueprint, BlueprintCell, Paper, PaperItem
from exams.papers.services.drawing import draw_papers, take_snapshot

PAPERS, PROCESSES, AT_ONCE = 1200, 2, 50
CELLS = {"single": 60, "multiple": 20, "true_false": 20}
BANK, ROWS = 2000, 20_000
WEIGHTS = {"single": ("1", "0", "0", "0"), "multiple": ("0.5", "0.5", "-1", "-1")}
_numbers = count(1)


def papers_drawn(figures, officer) -> None:
    """By several processes, each in a transaction of its own: not within one, whose bank they would not see."""
    if connection.in_atomic_block:
        return
    share = PAPERS // PROCESSES
    with get_context("fork").Pool(PROCESSES) as pool:
        found = pool.starmap(in_own_process, [(officer.unit_id, officer.user_id, share)] * PROCESSES, 1)
    taken, best = (max(several) for several in zip(*found, strict=True))
    questions = sum(CELLS.values())
    figures.put(f"papers_of_{questions}_drawn_by_{PROCESSES}_processes", taken, "s", share * PROCESSES, best)


def in_own_process(unit: int, actor: int, papers: int) -> tuple[float, float]:
    """What a fork inherited is its parent's connection: it needs another."""
    connections["default"] = connections["default"].copy()
    try:
        return drawing(unit, actor, papers)
    finally:
        connections["default"].close()


@transaction.atomic
def drawing(unit: int, actor: int, papers: int) -> tuple[float, float]:
    """(seconds of drawing and freezing, seconds of the bare INSERT). Batches are taken back one by one, as a job commits."""
    snapshot = take_snapshot(_blueprint(unit, actor))
    user = Paper._meta.get_field("made_by").related_model.objects.get(pk=actor)
    bare = _bare_table(PaperItem)
    taken = best = 0.0
    for start in range(0, papers, AT_ONCE):
        seeds = [f"bench-{number}" for number in range(start, min(start + AT_ONCE, papers))]
        with transaction.atomic():
            begun = time.perf_counter()
            drawn = draw_papers(snapshot, seeds, purpose="bench", actor=user)
            taken += time.perf_counter() - begun
            best += _inserted(bare, PaperItem.objects.filter(paper__in=drawn))
            transaction.set_rollback(True)
    transaction.set_rollback(True)
    return taken, best


def _blueprint(unit: int, actor: int) -> Blueprint:
    bank = _bank(unit)
    kinds = [kind for kind, share in CELLS.items() for _ in range(BANK * share // sum(CELLS.values()))]
    questions = Question.objects.bulk_create(Question(bank=bank, type=kind) for kind in kinds)
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(question=question, number=1, content=(content := _content(question.type)),
                        stem_text=content["stem"], digest=digest(content), made_by_id=actor)
        for question in questions
    )  # fmt: skip
    for question, version in zip(questions, versions, strict=True):
        question.current, question.state = version, Question.State.ACTIVE
    Question.objects.bulk_update(questions, ["current", "state"])
    blueprint = Blueprint.objects.create(code=f"bench{bank.pk}", name="bench", unit_id=unit, made_by_id=actor)
    blueprint.banks.add(bank)
    cells = [BlueprintCell(type=kind, count=wanted, marks=1) for kind, wanted in CELLS.items()]
    for order, cell in enumerate(cells, start=1):
        cell.blueprint, cell.order = blueprint, order
    BlueprintCell.objects.bulk_create(cells)
    # In memory only: nobody is there to approve it.
    blueprint.checked_by_id, blueprint.checked_at = -1, timezone.now()
    return blueprint


def _bank(unit: int) -> QuestionBank:
    return QuestionBank.objects.create(code=f"bench{time.time_ns() % 10**12}", name="bench", unit_id=unit)


def _content(kind: str) -> dict:
    stem = f"第{next(_numbers)}题：下列关于行政处罚程序的说法正确的是"
    if kind == "true_false":
        return {"type": kind, "stem": stem, "answer": True}
    options = [{"id": f"o{n}", "html": f"选项{n}", "weight": one} for n, one in enumerate(WEIGHTS[kind])]
    return {"type": kind, "stem": stem, "options": options}


def questions_imported(figures, officer) -> None:
    """A sheet of many rows, read, checked and written in one transaction."""
    imported(figures, officer, ROWS)


@transaction.atomic
def imported(figures, officer, rows: int) -> None:
    kinds = list(CELLS)
    data = write([Exported(_content(kinds[number % len(kinds)])) for number in range(rows)])
    bank = _bank(officer.unit_id)
    begun = time.perf_counter()
    outcome = read_questions(data, "bench.xlsx")
    import_questions(outcome, data, "bench.xlsx", bank=bank, actor=officer.user)
    taken = time.perf_counter() - begun
    written = [bank.questions.all(), QuestionVersion.objects.filter(question__bank=bank)]
    best = sum(_inserted(_bare_table(several.model), several) for several in written)
    figures.put("questions_imported_from_excel", taken, "s", outcome.written, best)
    transaction.set_rollback(True)


def _bare_table(model) -> str:
    """An empty table of the same columns and indexes; it goes with the transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bench_{table} (LIKE {table} INCLUDING ALL) ON COMMIT DROP")
    return f"bench_{table}"


def _inserted(table: str, rows) -> float:
    """Seconds of one INSERT of these rows."""
    columns = ", ".join(connection.ops.quote_name(field.column) for field in rows.model._meta.concrete_fields)
    query, values = rows.order_by().query.sql_with_params()
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) {query}", values)
    return time.perf_counter() - begun
