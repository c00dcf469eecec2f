"""The answer sheet: stored pieces joined, page by page or all at once. Nothing of a question is rendered here."""

from collections import Counter
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from exams.bank.types import LABELS
from exams.sittings.filling import filled, values_of

PER_PAGE = 10
SECTION = (
    '<section class="q stack" id="q{slot}" data-slot="{slot}" data-type="{type}" tabindex="-1" aria-labelledby="h{slot}">'
    '<p class="qhead"><b id="h{slot}">第{slot}题</b><span>共{total}题</span><span class="chip blue">{label}，{marks}分</span></p>'
    "{html}</section>"
)


@dataclass(frozen=True)
class TypeCount:
    label: str
    slots: list[int]
    answered: int

    @property
    def missing(self) -> int:
        return len(self.slots) - self.answered


def joined(pieces: list[dict]) -> SafeString:
    """All questions, unanswered: the device puts the answers in."""
    total = len(pieces)
    return mark_safe("".join(_section(piece, piece["html"], total) for piece in pieces))  # noqa: S308 - written by us


def page_of(pieces: list[dict], number: int, shapes: dict, answers: dict) -> SafeString:
    """One page of questions with the answers given to them in their fields."""
    total, start = len(pieces), (number - 1) * PER_PAGE
    return mark_safe(  # noqa: S308 - written by us, answers escaped
        "".join(_section(piece, _answered(piece, shapes, answers), total) for piece in pieces[start : start + PER_PAGE])
    )


def _answered(piece: dict, shapes: dict, answers: dict) -> str:
    slot = piece["slot"]
    return filled(piece["html"], values_of(shapes[str(slot)], answers.get(slot), f"q{slot}"))


def _section(piece: dict, html: str, total: int) -> str:
    return SECTION.format(
        slot=piece["slot"],
        type=piece["type"],
        total=total,
        label=LABELS[piece["type"]],
        marks=piece["marks"],
        html=html,
    )


def slots_of(shapes: dict) -> list[int]:
    return sorted(map(int, shapes))


def page_slots(shapes: dict, number: int) -> list[int]:
    start = (number - 1) * PER_PAGE
    return slots_of(shapes)[start : start + PER_PAGE]


def page_count(shapes: dict) -> int:
    return -(-len(shapes) // PER_PAGE)


def page_with(shapes: dict, slot: int) -> int:
    return slots_of(shapes).index(slot) // PER_PAGE + 1


def counted(shapes: dict, answered: set[int]) -> list[TypeCount]:
    """How many of each type are answered, in the order in which the types first come up."""
    kinds = [(slot, shapes[str(slot)]["type"]) for slot in slots_of(shapes)]
    done = Counter(kind for slot, kind in kinds if slot in answered)
    return [
        TypeCount(LABELS[kind], [slot for slot, one in kinds if one == kind], done[kind])
        for kind in dict.fromkeys(kind for _, kind in kinds)
    ]
