"""Which questions a paper gets: a shuffle by the seed, and a flow over the quotas where these compete.

Every cell wants a number of questions out of its candidates, and no question is taken twice. Cells may share
candidates; a flow then moves questions between them, so that a bank is short only if it really is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exams.papers.chance import Chance

Key = int
MOST_EXCHANGES = 200


@dataclass(frozen=True)
class Shortage:
    """How many questions a cell lacks."""

    cell: Key
    wanted: int
    missing: int


class BankTooSmall(Exception):  # noqa: N818 - it says what is the matter, not that something broke
    def __init__(self, shortages: list[Shortage]):
        self.shortages = shortages
        super().__init__(shortages)


def draw(
    wanted: Mapping[Key, int], candidates: Mapping[Key, Sequence[int]], seed: str,
    forbidden: Iterable[tuple[int, int]] = (),
) -> dict[Key, list[int]]:  # fmt: skip
    """The questions of every cell, in the order they will stand. BankTooSmall with what is missing, cell by cell.

    The same arguments give the same paper. Of two that may not meet, the one later in the shuffle is left out.
    """
    order = _order({one for several in candidates.values() for one in several}, seed)
    pairs = [tuple(sorted(pair, key=lambda one: order.get(one, 0))) for pair in forbidden]
    barred: set[int] = set()
    for _ in range(MOST_EXCHANGES):
        found = _fill(wanted, candidates, order, barred)
        taken = {one for several in found.values() for one in several}
        clash = next((later for first, later in pairs if first in taken and later in taken), None)
        if clash is None:
            return found
        barred.add(clash)
    raise BankTooSmall([Shortage(cell, count, count) for cell, count in wanted.items()])


def _order(questions: Iterable[int], seed: str) -> dict[int, int]:
    shuffled = sorted(questions)
    Chance("draw", seed).shuffle(shuffled)
    return {one: place for place, one in enumerate(shuffled)}


def _fill(wanted: Mapping, candidates: Mapping, order: Mapping[int, int], barred: set[int]) -> dict[Key, list[int]]:
    pool = {
        cell: sorted((one for one in candidates[cell] if one not in barred), key=order.__getitem__) for cell in wanted
    }
    holder: dict[int, Key] = {}
    # Scarce cells first: most banks are then drawn without a single exchange.
    for cell in sorted(wanted, key=lambda cell: (len(pool[cell]) - wanted[cell], cell)):
        free = (one for one in pool[cell] if one not in holder)
        for _, one in zip(range(wanted[cell]), free, strict=False):
            holder[one] = cell
    shortages = [one for cell in sorted(wanted) if (one := _complete(cell, wanted[cell], pool, holder))]
    if shortages:
        raise BankTooSmall(shortages)
    found: dict[Key, list[int]] = {cell: [] for cell in wanted}
    for one in sorted(holder, key=order.__getitem__):
        found[holder[one]].append(one)
    return found


def _complete(cell: Key, count: int, pool: Mapping[Key, list[int]], holder: dict[int, Key]) -> Shortage | None:
    """Give a cell what it still lacks by exchanges along augmenting paths."""
    missing = count - sum(1 for held in holder.values() if held == cell)
    while missing and _augment(cell, pool, holder):
        missing -= 1
    return Shortage(cell, count, missing) if missing else None


def _augment(cell: Key, pool: Mapping[Key, list[int]], holder: dict[int, Key]) -> bool:
    """A breadth-first search for a free question, cell by cell; then each cell on the way hands one on."""
    came_by: dict[Key, tuple[Key, int] | None] = {cell: None}
    queue = [cell]
    for here in queue:
        for one in pool[here]:
            if one not in holder:
                _hand_on(here, one, came_by, holder)
                return True
            there = holder[one]
            if there not in came_by:
                came_by[there] = (here, one)
                queue.append(there)
    return False


def _hand_on(cell: Key, one: int, came_by: Mapping[Key, tuple[Key, int] | None], holder: dict[int, Key]) -> None:
    holder[one] = cell
    while step := came_by[cell]:
        cell, given = step
        holder[given] = cell
