"""How far the marking is, and how steady each marker. Numbers only: of whose scripts, nobody learns here."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Avg, Count, Q

from exams.marking.models import Assignment, Mark, MarkingTask
from exams.marking.models.marks import Stage
from lms.people.models import User

Doing = Assignment.State
MARKED = (Stage.FIRST, Stage.SECOND, Stage.THIRD)


@dataclass(frozen=True)
class Progress:
    done: int
    everything: int


def progress_of(task: MarkingTask, user: User | None = None) -> Progress:
    """Of one marker, or of the whole team. Seeded ones count like all others, or their number would betray them."""
    rows = Assignment.objects.filter(script__task=task)
    if user:
        rows = rows.filter(marker=user)
    found = rows.aggregate(everything=Count("pk"), done=Count("pk", filter=Q(state=Doing.DONE)))
    return Progress(found["done"], found["everything"])


@dataclass(frozen=True)
class Steadiness:
    """`severity`: how much his marks lie above the final ones. `drift`: that of his last third less that of his first."""

    marker: User
    done: int
    assigned: int
    seconds: int | None
    severity: Decimal | None
    compared: int
    drift: Decimal | None
    again: int
    again_mean: Decimal | None
    again_most: Decimal | None


def steadiness_of(task: MarkingTask) -> list[Steadiness]:
    """One row for each who has marked or is to; n stands beside every mean."""
    assigned = Assignment.objects.filter(script__task=task).order_by().values("marker").annotate(
        everything=Count("pk"), done=Count("pk", filter=Q(state=Doing.DONE))
    )  # fmt: skip
    users = User.objects.in_bulk([one["marker"] for one in assigned])
    pace = dict(Mark.objects.filter(script__task=task).order_by().values_list("marker").annotate(mean=Avg("seconds")))
    against, again = _against_finals(task), _again(task)
    rows = [
        _row(users[one["marker"]], one, pace.get(one["marker"]), against[one["marker"]], again[one["marker"]])
        for one in assigned
    ]
    return sorted(rows, key=lambda row: row.marker.username)


def _row(user: User, counts: Mapping, seconds, against: list[Decimal], again: list[Decimal]) -> Steadiness:
    third = len(against) // 3
    drift = None if not third else _mean_of(against[-third:]) - _mean_of(against[:third])
    return Steadiness(
        user, counts["done"], counts["everything"], None if seconds is None else int(seconds), mean(against),
        len(against), drift, len(again), mean(again), max(map(abs, again), default=None),
    )  # fmt: skip


def mean(values: list[Decimal]) -> Decimal | None:
    return _mean_of(values) if values else None


def _mean_of(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def _against_finals(task: MarkingTask) -> dict[int, list[Decimal]]:
    """{marker: his mark less the final one, in the order he gave them}."""
    rows = Mark.objects.filter(script__task=task, stage__in=MARKED).order_by("made_at", "pk")
    found: dict[int, list[Decimal]] = defaultdict(list)
    for marker, total, final in rows.values_list("marker", "total", "script__final"):
        if final is not None:
            found[marker].append(total - final)
    return found


def _again(task: MarkingTask) -> dict[int, list[Decimal]]:
    """{marker: his second mark of a script less his first}."""
    firsts = dict(Mark.objects.filter(script__task=task, stage=Stage.FIRST).values_list("script", "total"))
    found: dict[int, list[Decimal]] = defaultdict(list)
    for marker, script, total in Mark.objects.filter(script__task=task, stage=Stage.AGAIN).values_list(
        "marker", "script", "total"
    ):
        found[marker].append(total - firsts[script])
    return found
