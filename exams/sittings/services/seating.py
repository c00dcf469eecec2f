"""排座: candidates to seats, each hall as full as the others, so that neighbours come from different units."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.sittings.models import Candidate, Hall, Sitting
from exams.sittings.services.windows import lock_sitting, refuse_opened
from lms.audit.services import record


@transaction.atomic
def seat_candidates(sitting: Sitting, *, actor, is_afresh: bool = False) -> int:
    """Seat whoever has none, or all of them afresh; answers how many. ValidationError "full" if seats do not reach."""
    row = lock_sitting(sitting)
    refuse_opened(row)
    expected = row.candidates.filter(state=Candidate.State.EXPECTED)
    if is_afresh:
        expected.update(hall=None, seat=None)
    waiting = interleaved(expected.filter(hall=None).select_related("unit").order_by("number"))
    free = free_seats(row)
    if len(waiting) > len(free):
        raise ValidationError(
            f"未排座的考生{len(waiting)}人，空座位{len(free)}个，差{len(waiting) - len(free)}个。请先加考场。",
            code="full",
        )
    for candidate, (hall, seat) in zip(waiting, evenly(free, len(waiting)), strict=True):
        candidate.hall, candidate.seat = hall, seat
    Candidate.objects.bulk_update(waiting, ["hall", "seat"], batch_size=500)
    record("sittings.seat", actor=actor, target=row, seated=len(waiting), afresh=is_afresh)
    return len(waiting)


def free_seats(sitting: Sitting) -> list[tuple[Hall, int]]:
    """In the order of halls and seats."""
    taken = set(sitting.candidates.exclude(hall=None).values_list("hall", "seat"))
    return [
        (hall, seat)
        for hall in sitting.halls.order_by("pk")
        for seat in range(1, hall.seats + 1)
        if (hall.pk, seat) not in taken
    ]


def evenly(free: list[tuple[Hall, int]], count: int) -> list[tuple[Hall, int]]:
    """So many of the free seats, each hall left with as many empty ones as the others; its people sit together."""
    rooms: dict[int, list[tuple[Hall, int]]] = defaultdict(list)
    for hall, seat in free:
        rooms[hall.pk].append((hall, seat))
    left = {pk: len(seats) for pk, seats in rooms.items()}
    for _ in range(count):
        left[max(left, key=lambda pk: (left[pk], -pk))] -= 1
    return [place for pk, seats in rooms.items() for place in seats[: len(seats) - left[pk]]]


def interleaved(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One of each unit in turn, the unit with most left first: the same list always gives the same order."""
    queues: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates:
        queues[one.unit.city_level_path].append(one)
    return list(_dealt({path: queue[::-1] for path, queue in queues.items()}))


def _dealt(queues: dict[str, list[Candidate]]) -> Iterator[Candidate]:
    last = ""
    while queues:
        others = [path for path in queues if path != last] or list(queues)
        last = max(others, key=lambda path: (len(queues[path]), path))
        yield queues[last].pop()
        if not queues[last]:
            del queues[last]
