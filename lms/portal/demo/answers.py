"""What somebody of some skill writes on a paper: the same for the same seed, and wrong in the ways people are wrong."""

from collections.abc import Sequence

from exams.bank.types import matching, of, ordering, single, true_false
from exams.papers.chance import Chance
from exams.papers.models import PaperItem

PERCENT, LURING = 100, 70  # of those who err, so many fall for the same wrong option
GUESSES, EASIEST, HARDEST = 25, -15, 25


def answers(items: Sequence[PaperItem], person: int, skill: int) -> list[tuple[int, object]]:
    """(slot, answer); `skill` is how many in a hundred of usual questions he knows."""
    found = [(item.slot, _answer(item, Chance("answer", person, item.version_id), skill)) for item in items]
    return [(slot, answer) for slot, answer in found if answer is not None]


def _answer(item: PaperItem, chance: Chance, skill: int):
    ease = Chance("ease", item.version_id).below(HARDEST - EASIEST) + EASIEST
    knows = chance.below(PERCENT) < max(GUESSES, skill - ease)
    return of(item.content).key(item.content) if knows else wrong(item.content, chance)


def wrong(content: dict, chance: Chance):
    """None where this demo leaves it blank."""
    maker = _WRONG.get(content["type"])
    return maker(content, chance) if maker else None


def _option(content: dict, chance: Chance) -> str:
    """By what the options say: their ids differ from paper to paper."""
    options = sorted((one for one in content["options"] if one.get("weight", "0") != "1"), key=lambda one: one["html"])
    return options[0 if chance.below(PERCENT) < LURING else chance.below(len(options))]["id"]


def _swapped(content: dict, chance: Chance) -> list[str]:
    order = ordering.key(content)
    place = chance.below(len(order) - 1)
    order[place], order[place + 1] = order[place + 1], order[place]
    return order


def _mismatched(content: dict, chance: Chance) -> dict[str, str]:
    pairs = matching.key(content)
    first, second = list(pairs)[:2]
    return pairs | {first: pairs[second], second: pairs[first]}


_WRONG = {
    single.CODE: _option, ordering.CODE: _swapped, matching.CODE: _mismatched,
    true_false.CODE: lambda content, chance: not content["answer"],
}  # fmt: skip
