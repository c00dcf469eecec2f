import random
from decimal import Decimal

from exams.bank.types.policy import ZERO, Policy, rounded
from exams.bank.types.shape import check_stem, marked, need, tampered

CODE, LABEL, IS_OBJECTIVE = "true_false", "判断题", True


def validate(content: dict) -> None:
    check_stem(content)
    need(isinstance(content.get("answer"), bool), "判断题的答案应为对或错。", "key")


def public(content: dict) -> dict:
    return {"type": CODE, "stem": content["stem"]}


def shuffled(content: dict, rng: random.Random) -> dict:
    return content


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, bool))


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    return rounded(marks) if answer is content["answer"] else ZERO


def key(content: dict) -> bool:
    return content["answer"]


def canaried(content: dict, mark: str) -> dict:
    return marked(content, ["feedback", "feedback_true", "feedback_false", "answer"], mark)
