"""Papers asked for: a few equivalent forms at once, a hall's worth as a job; sealing and drawing again."""

from datetime import datetime
from secrets import token_hex

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.papers.models import Blueprint, Paper
from exams.papers.services.drawing import draw_papers, rebuilt, take_snapshot
from exams.papers.services.sealing import seal_paper
from lms.audit.services import record
from lms.jobs.models import Job
from lms.jobs.services import enqueue

DRAW, SEAL = "papers.draw", "papers.seal"
LETTERS = "ABCDEFGH"
MOST_PAPERS = 5000


def draw_forms(blueprint: Blueprint, *, purpose: str, count: int, actor) -> list[Paper]:
    """Equivalent forms A, B, C…: the same cells out of the same snapshot, each by a seed of its own."""
    if not 1 <= count <= len(LETTERS):
        raise ValidationError(f"等值卷为1至{len(LETTERS)}份，更多的请选每人一卷。", code="forms")
    letters, batch = LETTERS[:count], token_hex(8)
    seeds = [f"{batch}-{letter}" for letter in letters]
    return draw_papers(take_snapshot(blueprint), seeds, purpose=purpose, actor=actor, forms=letters)


@transaction.atomic
def order_papers(blueprint: Blueprint, *, purpose: str, count: int, actor) -> Job:
    """A paper for each of so many people. A bank that is short is refused here and not by the job."""
    if not 1 <= count <= MOST_PAPERS:
        raise ValidationError(f"一次可组1至{MOST_PAPERS}份。", code="count")
    params = {"snapshot": take_snapshot(blueprint).pk, "batch": token_hex(8), "purpose": purpose, "count": count}
    title = f"组卷：{purpose}"
    return enqueue(DRAW, actor=actor, unit=blueprint.unit, title=title, params=params, total=count)


@transaction.atomic
def order_sealing(paper: Paper, opens_at: datetime, *, actor) -> Job:
    """Of every paper drawn for the same purpose from the same snapshot."""
    papers = paper.siblings().filter(checked_by=None)
    params = {"paper": paper.pk, "opens_at": opens_at.isoformat()}
    return enqueue(
        SEAL, actor=actor, unit=paper.audit_unit, title=f"封卷：{paper.purpose}", params=params, total=papers.count(),
        key=f"{paper.snapshot_id}:{paper.purpose}"[:120],
    )  # fmt: skip


def seal(paper: Paper, opens_at: datetime, *, is_whole: bool, actor) -> Paper | Job:
    """The paper at once; with `is_whole` also all that were drawn with it, as a job."""
    with transaction.atomic():
        sealed = seal_paper(paper, opens_at, actor=actor)
        return order_sealing(sealed, opens_at, actor=actor) if is_whole else sealed


@transaction.atomic
def verify_paper(paper: Paper, *, actor) -> Paper:
    """Draw it again from its seed. ValidationError "differs" if another paper comes out."""
    is_same = rebuilt(paper) == paper.sha256
    if not is_same:
        raise ValidationError("按种子重新组出的试卷与存档不同，请立即报告系统管理员。", code="differs")
    record("papers.verify", actor=actor, target=paper, sha256=paper.sha256)
    return paper
