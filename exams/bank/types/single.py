import random
from copy import deepcopy
from decimal import Decimal

from exams.bank.types.policy import ZERO, Policy, rounded, weighed
from exams.bank.types.shape import (
    bare,
    check_parts,
    check_stem,
    marked,
    need,
    renamed,
    reordered,
    tampered,
    weight,
)

CODE, LABEL, IS_OBJECTIVE = "single", "单选题", True


def validate(content: dict) -> None:
    check_stem(content)
    check_parts(content.get("options"), "选项", least=2)
    weights = [weight(option.get("weight", "0")) for option in content["options"]]
    need(weights.count(Decimal(1)) == 1, "单选题应有且只有一个正确选项。", "key")


def public(content: dict) -> dict:
    return {"type": content["type"], "stem": content["stem"], "options": bare(content["options"])}


def shuffled(content: dict, rng: random.Random) -> dict:
    options, _ = renamed(reordered(content["options"], rng), "o")
    return {**content, "options": options}


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, str) and answer in weights(content))


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    found = weights(content).get(answer or "", ZERO)
    if policy.partial == "weights":
        return weighed([found], marks)
    return rounded(marks) if found == 1 else ZERO


def key(content: dict) -> str:
    return next(one for one, found in weights(content).items() if found == 1)


def weights(content: dict) -> dict[str, Decimal]:
    return {option["id"]: Decimal(option.get("weight", "0")) for option in content["options"]}


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback"], mark)
    copy["options"] = [marked(option, ["feedback", "weight"], mark) for option in copy["options"]]
    return copy
