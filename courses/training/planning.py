"""What the lines of a plan add up to, and what in them has to be put right. Nothing here looks into the database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

TRAINING, MEETING = "TRAINING", "MEETING"
ALL_KINDS = ("NEW_ENTRANT", "PROMOTION", "IN_SERVICE")


@dataclass(frozen=True)
class Totals:
    items: int = 0
    classes: int = 0
    attendances: int = 0
    person_days: Decimal = Decimal(0)


@dataclass(frozen=True)
class Criteria:
    """What rules ask of a plan: the `modules` it must contain somewhere, the one of `every_kind`, by code and name."""

    words: tuple[str, ...] = ()
    hours_required: bool = True
    modules: Mapping[str, str] = field(default_factory=dict)
    every_kind: tuple[str, str] = ("", "")
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """`number` is the line it is about, None for the whole plan; `item` the line itself. Some only advise."""

    code: str
    text: str
    number: int | None = None
    item: object = None
    blocks: bool = True


def totals(items: Iterable, event_type: str = TRAINING) -> Totals:
    """期数, 人次 and 人·天 of the lines of one type: meetings are never added to training."""
    rows = [item for item in items if item.event_type == event_type]
    return Totals(
        len(rows),
        sum(row.classes for row in rows),
        sum(row.attendances for row in rows),
        sum((row.attendances * row.days for row in rows), Decimal(0)),
    )


def findings(items: Iterable, criteria: Criteria) -> list[Finding]:
    items = list(items)
    if not items:
        return [Finding("empty", "计划还没有项目，请先填写。")]
    found = [finding for item in items for finding in _of_line(item, criteria)]
    return [*found, *_missing(items, criteria), *_kinds_without(items, criteria)]


def _of_line(item, criteria: Criteria) -> Iterator[Finding]:
    if item.event_type != TRAINING:
        return
    about = {"number": item.number, "item": item}
    word = next((word for word in criteria.words if word in item.title), "")
    no_hours = criteria.hours_required and not item.hours
    if word and no_hours:
        yield Finding("meeting", f"名称含“{word}”且没有课程学时，应列为会议。", **about)
    elif no_hours:
        yield Finding("no_hours", "培训项目没有课程学时，请填写学时；确无课程的列为会议。", **about)
    elif word and not item.note:
        yield Finding("meeting_word", f"名称含“{word}”。确为培训的，请在“说明”中写明课程内容。", **about)
    elif word:
        yield Finding("meeting_word", f"名称含“{word}”，编制单位说明：{item.note}", **about, blocks=False)


def _missing(items: list, criteria: Criteria) -> Iterator[Finding]:
    present = {module for item in items if item.event_type == TRAINING for module in item.modules}
    for code, label in criteria.modules.items():
        if code not in present:
            yield Finding("module", f"全部培训项目都没有列入必修模块“{label}”。")


def _kinds_without(items: list, criteria: Criteria) -> Iterator[Finding]:
    """A module that every programme must have; where the whole plan lacks it, that has been said already."""
    module, label = criteria.every_kind
    rows = [item for item in items if item.event_type == TRAINING]
    if not module or (module in criteria.modules and not any(module in row.modules for row in rows)):
        return
    for kind in ALL_KINDS:
        of_kind = [row for row in rows if row.kind == kind]
        if of_kind and not any(module in row.modules for row in of_kind):
            programme = criteria.kinds.get(kind, kind)
            yield Finding("module_of_kind", f"“{programme}”类项目没有列入“{label}”。", blocks=False)
