import random
from copy import deepcopy
from decimal import Decimal

from exams.bank.types.policy import ZERO, Policy
from exams.bank.types.shape import check_stem, check_text, marked, need, number

CODE, LABEL, IS_OBJECTIVE = "short_answer", "简答题", False
ANSWER_CHARACTERS = 10_000


def validate(content: dict) -> None:
    """`rubric` is a list of {"text", "share"}: what a marker looks for, and its share of the marks."""
    check_stem(content)
    shares = [number(point.get("share"), "得分点") for point in content.get("rubric", [])]
    need(all(share > 0 for share in shares), "得分点的分值应大于0。", "rubric")
    need(not shares or abs(sum(shares, ZERO) - 1) < Decimal("0.02"), "得分点的分值之和应为满分。", "rubric")
    need(all(str(point.get("text", "")).strip() for point in content.get("rubric", [])), "得分点不能为空。", "rubric")


def public(content: dict) -> dict:
    return {"type": CODE, "stem": content["stem"]}


def shuffled(content: dict, rng: random.Random) -> dict:
    return content


def check_answer(content: dict, answer) -> None:
    check_text(answer, ANSWER_CHARACTERS)


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal | None:
    return None if (answer or "").strip() else ZERO


def key(content: dict) -> None:
    return None


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback", "reference"], mark)
    copy["rubric"] = [marked(point, ["text", "share"], mark) for point in copy.get("rubric", [])]
    return copy
