"""Sets of media time as sorted, disjoint (from, to) pairs in milliseconds. Pure."""

from collections.abc import Iterable

Span = tuple[int, int]


def union(spans: Iterable[Span]) -> list[Span]:
    """Overlapping and touching spans joined; empty ones left out."""
    joined: list[Span] = []
    for begin, end in sorted(span for span in spans if span[1] > span[0]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def clip(spans: Iterable[Span], length: int) -> list[Span]:
    return union((max(begin, 0), min(end, length)) for begin, end in spans)


def subtract(spans: Iterable[Span], gone: Iterable[Span]) -> list[Span]:
    """What of `spans` lies outside `gone`."""
    left = union(spans)
    for begin, end in union(gone):
        left = [
            part
            for span in left
            for part in ((span[0], min(span[1], begin)), (max(span[0], end), span[1]))
            if part[1] > part[0]
        ]
    return left


def length(spans: Iterable[Span]) -> int:
    return sum(end - begin for begin, end in union(spans))


def first(spans: Iterable[Span], amount: int) -> list[Span]:
    """The first `amount` milliseconds of the spans, in order of time."""
    kept = []
    for begin, end in union(spans):
        if amount <= 0:
            break
        kept.append((begin, min(end, begin + amount)))
        amount -= end - begin
    return kept


def clock(milliseconds: int) -> str:
    """12:40, 1:02:03."""
    seconds = milliseconds // 1000
    minutes = f"{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 3600}:{minutes}" if seconds >= 3600 else minutes
