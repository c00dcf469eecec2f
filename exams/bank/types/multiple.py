from decimal import Decimal

from exams.bank.types.policy import ZERO, Policy, rounded, weighed
from exams.bank.types.shape import check_parts, check_stem, need, tampered, weight
from exams.bank.types.single import canaried, public, shuffled, weights

__all__ = ["canaried", "public", "shuffled"]
CODE, LABEL, IS_OBJECTIVE = "multiple", "多选题", True


def validate(content: dict) -> None:
    check_stem(content)
    check_parts(content.get("options"), "选项", least=2)
    right = [found for option in content["options"] if (found := weight(option.get("weight", "0"))) > 0]
    need(right, "多选题至少要有一个正确选项。", "key")
    need(abs(sum(right, ZERO) - 1) < Decimal("0.02"), "正确选项的权重之和应为100%。", "key")


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, list) and all(isinstance(one, str) for one in answer))
    tampered(set(answer) <= set(weights(content)) and len(answer) <= len(content["options"]))


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    chosen, right = set(answer or []), set(key(content))
    if chosen == right:
        return rounded(marks)
    if policy.partial == "weights":
        return weighed([weights(content)[one] for one in chosen], marks)
    if policy.partial == "share" and chosen and chosen < right:
        return rounded(min(policy.per_option * len(chosen), marks))
    return ZERO


def key(content: dict) -> list[str]:
    return sorted(one for one, found in weights(content).items() if found > 0)
