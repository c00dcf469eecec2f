"""An answer in the words of the question's author: papers shuffle options and give them other names."""

from collections.abc import Hashable, Mapping

from exams.bank.types import fill_in, matching, multiple, numeric, ordering, single, true_false

NAMED = ("options", "prompts", "targets", "items")
OPTIONED = (single.CODE, multiple.CODE)
TRUTH = {True: "对", False: "错"}


def tagged(content: dict) -> dict:
    """The same question, each of whose parts keeps under `origin` what it is called now, however it is shuffled."""
    return {
        name: [{**part, "origin": part["id"]} for part in value] if name in NAMED else value
        for name, value in content.items()
    }


def origins(shuffled: Mapping) -> dict[str, str]:
    """From the ids of one paper to those of the author, of a question that was tagged before it was shuffled."""
    return {part["id"]: part["origin"] for name in NAMED for part in shuffled.get(name, [])}


def answer_given(content: dict, names: Mapping[str, str], answer) -> Hashable | None:
    """What was answered, the same for everybody who answered the same. None for nothing, and where words are read by people."""
    reader = _READERS.get(content["type"])
    return reader(content, names, answer) if reader and answer not in (None, "", [], {}) else None


def chosen(given: Hashable | None, kind: str) -> frozenset:
    """The options, or the one answer, that a table of choices counts."""
    if given is None:
        return frozenset()
    return frozenset(given) if kind == multiple.CODE and isinstance(given, tuple) else frozenset([given])


def options_of(content: dict) -> list[Hashable]:
    """What could be chosen, in the author's order; empty where people write."""
    if content["type"] == true_false.CODE:
        return [True, False]
    return [option["id"] for option in content["options"]] if content["type"] in OPTIONED else []


def keys_of(content: dict) -> set[Hashable]:
    if content["type"] == true_false.CODE:
        return {true_false.key(content)}
    if content["type"] not in OPTIONED:
        return set()
    found = single.key(content) if content["type"] == single.CODE else multiple.key(content)
    return {found} if isinstance(found, str) else set(found)


def _single(content, names, answer):
    return names.get(answer)


def _multiple(content, names, answer):
    return tuple(sorted(names[one] for one in answer if one in names)) or None


def _true_false(content, names, answer):
    return answer


def _fill_in(content, names, answer):
    typed = [fill_in.folded(answer.get(blank["id"], ""), blank) for blank in content["blanks"]]
    return "；".join(one or "（空）" for one in typed) if any(typed) else None


def _numeric(content, names, answer):
    found = numeric.read(answer)
    return answer.strip() if found is None else f"{found.normalize():f}"


def _matching(content, names, answer):
    return tuple(sorted((names.get(left, left), names.get(right, right)) for left, right in answer.items()))


def _ordering(content, names, answer):
    return tuple(names.get(one, one) for one in answer)


_READERS = {
    single.CODE: _single, multiple.CODE: _multiple, true_false.CODE: _true_false, fill_in.CODE: _fill_in,
    numeric.CODE: _numeric, matching.CODE: _matching, ordering.CODE: _ordering,
}  # fmt: skip
