"""Who was unusually quick. Times are the server's; a device that was offline sends much at once, so this is a hint."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median


@dataclass(frozen=True)
class Work:
    """`moments`: when answers came in, each instant once, whatever it brought."""

    seconds: float | None
    answered: int
    moments: Sequence[datetime]


@dataclass(frozen=True)
class Quick:
    place: int
    seconds: float
    typical: float
    bursts: int


def bursts(moments: Sequence[datetime], rapid: float) -> int:
    """How often an answer followed the one before within `rapid` seconds."""
    ordered = sorted(set(moments))
    return sum((later - earlier).total_seconds() < rapid for earlier, later in itertools.pairwise(ordered))


def unusual_pace(works: Sequence[Work], *, share: float, rapid: float, least_bursts: float) -> list[Quick]:
    """Whoever took less than `share` of the usual time, or sent more than `least_bursts` of his answers in a rush."""
    times = [work.seconds for work in works if work.seconds is not None and work.answered]
    if not times:
        return []
    typical, found = float(median(times)), []
    for place, work in enumerate(works):
        if work.seconds is None or not work.answered:
            continue
        rushed = bursts(work.moments, rapid)
        if work.seconds < share * typical or rushed > least_bursts * work.answered:
            found.append(Quick(place, work.seconds, typical, rushed))
    return sorted(found, key=lambda one: (one.seconds, one.place))
