import random
from copy import deepcopy
from decimal import Decimal

from exams.bank.types.policy import Policy, proportion, rounded, weighed
from exams.bank.types.shape import bare, check_parts, check_stem, marked, need, renamed, reordered, tampered, weight

CODE, LABEL, IS_OBJECTIVE = "matching", "匹配题", True


def validate(content: dict) -> None:
    """Each prompt has one target; a target may serve several prompts, or none (a distractor)."""
    check_stem(content)
    check_parts(content.get("prompts"), "左侧项", least=2)
    check_parts(content.get("targets"), "右侧项", least=2)
    targets = {target["id"] for target in content["targets"]}
    for prompt in content["prompts"]:
        need(prompt.get("match") in targets, "每个左侧项都要对应一个右侧项。", "key")
        weight(prompt.get("weight", "0"))


def public(content: dict) -> dict:
    return {
        "type": CODE,
        "stem": content["stem"],
        "prompts": bare(content["prompts"]),
        "targets": bare(content["targets"]),
    }


def shuffled(content: dict, rng: random.Random) -> dict:
    prompts, _ = renamed(reordered(content["prompts"], rng), "p")
    targets, names = renamed(reordered(content["targets"], rng), "t")
    return {**content, "prompts": [{**one, "match": names[one["match"]]} for one in prompts], "targets": targets}


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, dict) and set(answer) <= {prompt["id"] for prompt in content["prompts"]})
    targets = {target["id"] for target in content["targets"]}
    tampered(all(isinstance(one, str) and one in targets for one in answer.values()))


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    right = [prompt for prompt in content["prompts"] if (answer or {}).get(prompt["id"]) == prompt["match"]]
    asked = content["prompts"]
    if policy.partial == "weights" and all("weight" in prompt for prompt in asked):
        return rounded(marks) if len(right) == len(asked) else weighed([one["weight"] for one in right], marks)
    return proportion(len(right), len(asked), rounded(marks), policy)


def key(content: dict) -> dict[str, str]:
    return {prompt["id"]: prompt["match"] for prompt in content["prompts"]}


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback"], mark)
    copy["prompts"] = [marked(one, ["match", "weight"], mark) for one in copy["prompts"]]
    return copy
