import random
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from exams.bank.types.policy import ZERO, Policy
from exams.bank.types.registry import of
from exams.bank.types.shape import check_stem, is_list_of_dicts, marked, need, number, tampered

CODE, LABEL, IS_OBJECTIVE = "case", "案例分析题", False
MOST_PARTS = 12


def validate(content: dict) -> None:
    """A story and several questions about it; `share` is each one's part of the marks."""
    check_stem(content)
    parts: Any = content.get("parts")
    need(is_list_of_dicts(parts) and 1 <= len(parts) <= MOST_PARTS, f"案例应有1至{MOST_PARTS}个小题。", "parts")
    need(all(part.get("type") != CODE for part in parts), "案例里不能再套案例。", "parts")
    for part in parts:
        of(part).validate(part)
    need(
        abs(sum((number(part.get("share"), "小题分值") for part in parts), ZERO) - 1) < Decimal("0.02"),
        "小题分值之和应为满分。",
        "parts",
    )


def public(content: dict) -> dict:
    parts = [{**of(part).public(part), "share": part["share"]} for part in content["parts"]]
    return {"type": CODE, "stem": content["stem"], "parts": parts}


def shuffled(content: dict, rng: random.Random) -> dict:
    """Parts build on each other and keep their order; what is inside them does not."""
    return {**content, "parts": [of(part).shuffled(part, rng) for part in content["parts"]]}


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, dict) and all(str(place).isdecimal() for place in answer))
    for place, given in answer.items():
        tampered(1 <= int(place) <= len(content["parts"]))
        part = content["parts"][int(place) - 1]
        with of_part(int(place)):
            of(part).check_answer(part, given)


@contextmanager
def of_part(place: int) -> Iterator[None]:
    """A refusal says which part it is about."""
    try:
        yield
    except ValidationError as refusal:
        refusal.params = {"part": place}
        raise


def part_scores(content: dict, answer, marks: Decimal, policy: Policy) -> list[Decimal | None]:
    """Of each part its marks, None where people mark it."""
    given = answer or {}
    return [
        of(part).score(part, given.get(str(place)), marks * Decimal(part["share"]), policy)
        for place, part in enumerate(content["parts"], start=1)
    ]


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal | None:
    """None as long as one part waits for a marker."""
    found = part_scores(content, answer, marks, policy)
    known = [one for one in found if one is not None]
    return sum(known, ZERO) if len(known) == len(found) else None


def key(content: dict) -> dict | None:
    found = {str(place): of(part).key(part) for place, part in enumerate(content["parts"], start=1)}
    return None if None in found.values() else found


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback"], mark)
    copy["parts"] = [{**of(part).canaried(part, mark), "share": part["share"]} for part in copy["parts"]]
    return copy
