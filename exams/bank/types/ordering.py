import random
from copy import deepcopy
from decimal import Decimal
from itertools import pairwise
from typing import Any

from exams.bank.types.policy import Policy, proportion, rounded
from exams.bank.types.shape import bare, check_parts, check_stem, marked, need, renamed, tampered

CODE, LABEL, IS_OBJECTIVE = "ordering", "排序题", True


def validate(content: dict) -> None:
    check_stem(content)
    check_parts(content.get("items"), "排序项", least=2)
    order: Any = content.get("order")
    need(isinstance(order, list), "排序题缺少正确顺序。", "key")
    need(sorted(order) == sorted(item["id"] for item in content["items"]), "正确顺序应包含每个排序项各一次。", "key")


def public(content: dict) -> dict:
    """The items in the order of their ids: as they are stored might be the right one."""
    items = sorted(bare(content["items"]), key=lambda item: item["id"])
    return {"type": CODE, "stem": content["stem"], "items": items}


def shuffled(content: dict, rng: random.Random) -> dict:
    """Ids are given by chance, so that neither they nor the order of the list tells anything."""
    items = list(content["items"])
    rng.shuffle(items)
    items, names = renamed(items, "i")
    return {**content, "items": items, "order": [names[one] for one in content["order"]]}


def check_answer(content: dict, answer) -> None:
    ids = {item["id"] for item in content["items"]}
    tampered(isinstance(answer, list) and all(isinstance(one, str) for one in answer))
    tampered(set(answer) <= ids and len(set(answer)) == len(answer))


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    """In part: the share of neighbours that stand in the right order."""
    order, given = content["order"], answer or []
    if given == order:
        return rounded(marks)
    pairs = set(pairwise(order))
    right = sum(pair in pairs for pair in pairwise(given))
    return proportion(right, len(pairs) + 1, rounded(marks), policy)


def key(content: dict) -> list[str]:
    return list(content["order"])


def canaried(content: dict, mark: str) -> dict:
    return marked(deepcopy(content), ["feedback", "order"], mark)
