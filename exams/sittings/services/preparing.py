"""Papers and attempts before the window opens, so that the moment everybody starts is only a moment of reading."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from exams.bank.types import of
from exams.papers.models import Paper
from exams.papers.services.drawing import draw_papers, take_snapshot
from exams.sittings.models import Attempt, Candidate, Exam, PaperSheet
from exams.sittings.shape import shape

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def seed_of(exam: Exam, candidate: Candidate) -> str:
    """A paper of his own, or one of the forms in turn."""
    if not exam.forms:
        return f"{exam.code}-{candidate.number}"
    return f"{exam.code}-{LETTERS[candidate.pk % exam.forms]}"


@transaction.atomic
def prepare(exam: Exam, candidates: Sequence[Candidate]) -> int:
    """Give each candidate without an attempt his paper, written out, and his attempt. Answers how many were new.

    Run again, it passes over whoever has one: late additions only need another run. ValidationError "short" if the
    bank cannot fill a paper, with what is missing.
    """
    waiting = [one for one in candidates if not Attempt.objects.filter(candidate=one).exists()]
    if not waiting:
        return 0
    seeds = {one.pk: seed_of(exam, one) for one in waiting}
    snapshot = _snapshot_of(exam)
    draw_papers(snapshot, seeds.values(), purpose=exam.title[:100], actor=exam.made_by)
    papers = {paper.seed: paper for paper in snapshot.papers.filter(seed__in=set(seeds.values()))}
    _seal(exam, papers.values())
    _write_out(papers.values())
    made = Attempt.objects.bulk_create(
        [Attempt(candidate=one, paper=papers[seeds[one.pk]], grace_seconds=exam.grace_seconds) for one in waiting],
        ignore_conflicts=True,
    )
    return len(made)


def _snapshot_of(exam: Exam):
    """What the exam's first papers were drawn from serves the late ones too: one exam, one state of the bank."""
    drawn = Paper.objects.filter(attempts__candidate__exam=exam).select_related("snapshot__blueprint").first()
    return drawn.snapshot if drawn else take_snapshot(exam.blueprint)


def _seal(exam: Exam, papers) -> None:
    """In the names of the two persons who made and published the exam, until its first window opens."""
    opens_at = exam.sittings.order_by("opens_at").values_list("opens_at", flat=True)[0]
    unsealed = Paper.objects.filter(pk__in=[paper.pk for paper in papers], checked_by=None)
    unsealed.update(checked_by=exam.checked_by, checked_at=timezone.now(), opens_at=opens_at)


def _write_out(papers) -> None:
    there = set(PaperSheet.objects.filter(paper__in=papers).values_list("paper_id", flat=True))
    PaperSheet.objects.bulk_create(
        [sheet_of(paper) for paper in papers if paper.pk not in there], ignore_conflicts=True
    )


def sheet_of(paper: Paper) -> PaperSheet:
    """Every question as HTML, from what `public` gives and nothing else, and what may be answered to it."""
    pieces, shapes = [], {}
    for item in paper.items.order_by("slot"):
        public = of(item.content).public(item.content)
        html = render_to_string("bank/question.html", {"question": public, "name": f"q{item.slot}"})
        told = {"slot": item.slot, "type": item.content["type"], "marks": f"{item.marks.normalize():f}", "html": html}
        pieces.append(told)
        shapes[str(item.slot)] = shape(item.content)
    return PaperSheet(paper=paper, pieces=pieces, shapes=shapes)


def new_code() -> str:
    """Six digits for the screen of a hall."""
    return f"{secrets.randbelow(10**6):06d}"
