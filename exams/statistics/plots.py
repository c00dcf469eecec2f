"""Where things stand in the pictures: plain geometry for templates, which draw it as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from exams.statistics.wording import shown

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 704, 28, 216
TICKS = 4
NICE = (1, 2, 5, 10)
GRID = 0.2
GAP, FREE = 15, 40  # between names, so that none lies on another


@dataclass(frozen=True)
class Mark:
    """A place on an axis and what is written there."""

    at: float
    label: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    count: int
    label: str
    is_passed: bool


@dataclass(frozen=True)
class Histogram:
    bars: list[Bar]
    across: list[Mark]
    up: list[Mark]
    line: Mark | None
    is_line_right: bool


def nice_step(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that some four steps reach `most`."""
    power = 1.0
    while power * NICE[-1] * TICKS < most:
        power *= 10
    return next((power * one for one in NICE if power * one * TICKS >= most), power * NICE[-1])


def histogram(steps: Sequence[Sequence], full: float, pass_marks: float | None) -> Histogram:
    """`steps` are (low, high, count). A bar is passed if all of it is on or over the line."""
    most = max((count for _, _, count in steps), default=0)
    step = nice_step(most or 1)
    top = step * max(1, -(-most // step))
    bars = []
    for low, high, count in steps:
        x, end, y = _x(low / full), _x(high / full), _y(count / top)
        is_passed = pass_marks is not None and low >= pass_marks
        bars.append(
            Bar(round(x + 1, 1), y, round(end - x - 2, 1), round(BOTTOM - y, 1), count, _span(low, high), is_passed)
        )
    up = [Mark(_y(step * place / top), f"{step * place:g}") for place in range(int(top / step) + 1)]
    across = [Mark(_x(place / 5), f"{full * place / 5:g}") for place in range(6)]
    line = None if pass_marks is None else Mark(_x(pass_marks / full), f"{pass_marks:g}")
    return Histogram(bars, across, up, line, line is not None and line.at > (LEFT + RIGHT) / 2)


def _span(low: float, high: float) -> str:
    return f"{low:g}–{high:g}"


def _x(share: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * share, 1)


def _y(share: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    key: int
    label: str
    title: str
    is_weak: bool
    is_label_left: bool
    is_named: bool


@dataclass(frozen=True)
class Scatter:
    dots: list[Dot]
    across: list[Mark]
    up: list[Mark]
    zero: float
    low: float
    high: float
    rest: float
    band: float


@dataclass(frozen=True)
class Place:
    """An item: where it stands and what it is called."""

    key: int
    label: str
    title: str
    facility: float
    item_rest: float
    is_weak: bool


def scatter(places: Sequence[Place], low: float, high: float, rest: float) -> Scatter:
    """Facility across, item–rest correlation up, with the lines of the rule."""
    lowest = min([-GRID, *(one.item_rest for one in places)])
    highest = max([3 * GRID, *(one.item_rest for one in places)])
    bottom, top = floor(round(lowest / GRID, 6)) * GRID, ceil(round(highest / GRID, 6)) * GRID

    def up(value: float) -> float:
        return _y((value - bottom) / (top - bottom))

    dots: list[Dot] = []
    for one in sorted(places, key=lambda one: (one.is_weak, one.item_rest)):
        x, y = _x(one.facility), up(one.item_rest)
        is_named = one.is_weak and not any(
            dot.is_named and abs(dot.x - x) < FREE and abs(dot.y - y) < GAP for dot in dots
        )
        dots.append(Dot(x, y, one.key, one.label, one.title, one.is_weak, one.facility > 0.9, is_named))
    values = [bottom + GRID * place for place in range(round((top - bottom) / GRID) + 1)]
    marks = [Mark(up(value), shown(value, 1) if round(value, 6) else "0") for value in values]
    across = [Mark(_x(place / 5), f"{place / 5:g}") for place in range(6)]
    return Scatter(dots, across, marks, up(0), _x(low), _x(high), up(rest), round(_x(high) - _x(low), 1))


@dataclass(frozen=True)
class Line:
    points: str
    label: str
    at: float
    is_key: bool
    place: int


@dataclass(frozen=True)
class Traces:
    lines: list[Line]
    across: list[Mark]
    up: list[Mark]


NAMES = ("低分", "较低", "中等", "较高", "高分")


def traces(rows: Sequence[tuple[str, Sequence[int], bool]], sizes: Sequence[int]) -> Traces:
    """Of each option, (name, how many of each fifth, whether it is right): the share of a fifth that chose it."""
    kept = [place for place, size in enumerate(sizes) if size]
    wide = max(len(kept) - 1, 1)
    at = {group: round(LEFT + 24 + (RIGHT - LEFT - 72) * order / wide, 1) for order, group in enumerate(kept)}
    lines = []
    for place, (name, counts, is_key) in enumerate(rows):
        points = [(at[group], _y(counts[group] / sizes[group])) for group in kept]
        text = " ".join(f"{x},{y}" for x, y in points)
        lines.append(Line(text, name, points[-1][1] if points else BOTTOM, is_key, place % 6))
    across = [Mark(at[group], f"{NAMES[group]} {sizes[group]}人") for group in kept]
    up = [Mark(_y(place / 4), f"{25 * place}%") for place in range(5)]
    return Traces(_apart(lines), across, up)


def _apart(lines: list[Line]) -> list[Line]:
    """Names at the end of lines, none on top of another and none below the axis as long as there is room."""
    ordered = sorted(lines, key=lambda one: (one.at, one.place))
    heights = [line.at for line in ordered]
    for place in range(len(heights) - 1, -1, -1):
        heights[place] = min(heights[place], heights[place + 1] - GAP if place + 1 < len(heights) else BOTTOM - 4)
    found: list[Line] = []
    last = float(-GAP)
    for line, height in zip(ordered, heights, strict=True):
        last = max(height, last + GAP)
        found.append(Line(line.points, line.label, last, line.is_key, line.place))
    return sorted(found, key=lambda one: one.place)
