"""From a blueprint and the bank of today to frozen papers."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from exams.bank.formats.extension import packed
from exams.bank.models import Question, QuestionVersion
from exams.bank.types import of
from exams.papers.chance import Chance
from exams.papers.drawing import BankTooSmall, draw
from exams.papers.models import BankSnapshot, Blueprint, BlueprintCell, ForbiddenPair, Paper, PaperItem
from lms.audit.services import record

BATCH = 5000


def candidates(cell: BlueprintCell, usable: QuerySet) -> list[int]:
    """The versions in use of the questions that fit a cell, by id."""
    wanted = {name: value for name in ("level", "difficulty") if (value := getattr(cell, name))}
    rows = usable.filter(type=cell.type, **wanted)
    if cell.topic_id:
        rows = rows.filter(topic=cell.topic_id)
    if cell.item_code_id:
        rows = rows.filter(item_codes=cell.item_code_id)
    return sorted(rows.order_by().values_list("current", flat=True))


@transaction.atomic
def take_snapshot(blueprint: Blueprint) -> BankSnapshot:
    """What each cell could take now; the same bank gives the same snapshot back.

    Raises ValidationError with the missing numbers by cell if not even one paper could be drawn.
    """
    if not blueprint.is_checked:
        raise ValidationError("方案还没有审批，不能组卷。", code="not_approved")
    usable = Question.objects.usable().filter(bank__in=blueprint.banks.all())
    cells = {cell.order: cell for cell in blueprint.cells.select_related("topic", "item_code")}
    if not cells:
        raise ValidationError("方案没有组卷要求。", code="empty")
    found = {order: candidates(cell, usable) for order, cell in cells.items()}
    pairs = forbidden_among({one for several in found.values() for one in several})
    content = {"candidates": {str(order): several for order, several in found.items()}, "forbidden": pairs}
    sha256 = hashlib.sha256(packed(content).encode()).hexdigest()
    if known := blueprint.snapshots.filter(sha256=sha256).first():
        return known
    snapshot = BankSnapshot(blueprint=blueprint, sha256=sha256, **content)
    choose(snapshot, "", cells)
    snapshot.save()
    return snapshot


def forbidden_among(versions: set[int]) -> list[list[int]]:
    """The pairs of these versions that may not meet."""
    by_question = dict(QuestionVersion.objects.filter(pk__in=versions).values_list("question_id", "pk"))
    rows = ForbiddenPair.objects.filter(first__in=by_question, second__in=by_question).order_by("first", "second")
    return [[by_question[first], by_question[second]] for first, second in rows.values_list("first", "second")]


def choose(snapshot: BankSnapshot, seed: str, cells: dict[int, BlueprintCell]) -> dict[int, list[int]]:
    """The versions of each cell. ValidationError naming what the bank lacks, cell by cell."""
    wanted = {order: cell.count for order, cell in cells.items()}
    pools = {int(order): several for order, several in snapshot.candidates.items()}
    try:
        return draw(wanted, pools, seed, [tuple(pair) for pair in snapshot.forbidden])
    except BankTooSmall as short:
        lacks = [f"{cells[one.cell]}：要{one.wanted}题，缺{one.missing}题" for one in short.shortages]
        raise ValidationError("题库不够，没有组卷。" + "；".join(lacks) + "。", code="short") from short


@transaction.atomic
def draw_papers(snapshot: BankSnapshot, seeds: Iterable[str], *, purpose: str, actor, forms=()) -> list[Paper]:
    """A frozen paper for every seed that has none yet; those that have one are left as they are."""
    blueprint = Blueprint.objects.select_for_update(of=("self",)).select_related("unit").get(pk=snapshot.blueprint_id)
    there = set(snapshot.papers.values_list("seed", flat=True))
    wanted = [seed for seed in dict.fromkeys(seeds) if seed not in there]
    cells = {cell.order: cell for cell in blueprint.cells.select_related("topic", "item_code")}
    contents = _contents(snapshot)
    letters = dict(zip(wanted, forms, strict=False))
    drawn = [(seed, frozen(blueprint, choose(snapshot, seed, cells), cells, contents, seed)) for seed in wanted]
    papers = Paper.objects.bulk_create(
        Paper(
            snapshot=snapshot, seed=seed, form=letters.get(seed, ""), purpose=purpose, sha256=paper_hash(items),
            made_by=actor,
        )
        for seed, items in drawn
    )  # fmt: skip
    for paper, (_, items) in zip(papers, drawn, strict=True):
        for item in items:
            item.paper = paper
    PaperItem.objects.bulk_create((item for _, items in drawn for item in items), batch_size=BATCH)
    if papers:
        record("papers.draw", actor=actor, target=snapshot, unit=blueprint.unit, papers=len(papers), purpose=purpose)
    return papers


def _contents(snapshot: BankSnapshot) -> dict[int, dict]:
    versions = {one for several in snapshot.candidates.values() for one in several}
    return dict(QuestionVersion.objects.filter(pk__in=versions).values_list("pk", "content"))


def frozen(blueprint: Blueprint, chosen: dict[int, list[int]], cells, contents, seed: str) -> list[PaperItem]:
    """The paper as it will stand: types together in the order of their cells, questions and options by the seed."""
    by_type: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for order in sorted(chosen):
        by_type[cells[order].type] += [(order, version) for version in chosen[order]]
    placed = []
    for kind, several in by_type.items():
        if blueprint.is_shuffled:
            Chance("order", seed, kind).shuffle(several)
        placed += several
    return [
        PaperItem(
            slot=slot, cell=order, version_id=version, marks=cells[order].marks,
            content=reshuffled(contents[version], blueprint, seed, version),
        )
        for slot, (order, version) in enumerate(placed, start=1)
    ]  # fmt: skip


def reshuffled(content: dict, blueprint: Blueprint, seed: str, version: int) -> dict:
    """A content as the paper of this seed shows it. Ordering is shuffled whatever the blueprint says: as stored it might be solved."""
    must = content["type"] in ("ordering", "case")
    if blueprint.are_options_shuffled or must:
        return of(content).shuffled(content, Chance("parts", seed, version))
    return content


def paper_hash(items: Iterable[PaperItem]) -> str:
    """Over what is asked, in its order, and for how many marks."""
    rows = [[item.slot, item.version_id, f"{item.marks:.2f}", packed(item.content)] for item in items]
    return hashlib.sha256(packed({"items": rows}).encode()).hexdigest()


def rebuilt(paper: Paper) -> str:
    """The hash of the paper drawn again from its blueprint, snapshot and seed: equal to its own, or something moved."""
    snapshot = paper.snapshot
    cells = {cell.order: cell for cell in snapshot.blueprint.cells.select_related("topic", "item_code")}
    chosen = choose(snapshot, paper.seed, cells)
    return paper_hash(frozen(snapshot.blueprint, chosen, cells, _contents(snapshot), paper.seed))
