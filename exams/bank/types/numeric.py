import random
import unicodedata
from copy import deepcopy
from decimal import Decimal, InvalidOperation

from exams.bank.types.policy import ZERO, Policy, rounded, weighed
from exams.bank.types.shape import check_stem, check_text, is_list_of_dicts, marked, need, number, weight

CODE, LABEL, IS_OBJECTIVE = "numeric", "数值题", True
ANSWER_CHARACTERS = 40


def validate(content: dict) -> None:
    check_stem(content)
    answers = content.get("answers")
    need(is_list_of_dicts(answers) and answers, "数值题至少要有一个答案。", "key")
    for one in answers:
        number(one.get("value"), "答案")
        need(number(one.get("tolerance", "0"), "误差") >= 0, "误差不能为负数。", "key")
    need(1 in [weight(one.get("weight", "1")) for one in answers], "要有一个得满分的答案。", "key")


def public(content: dict) -> dict:
    return {"type": CODE, "stem": content["stem"], "unit": content.get("unit", "")}


def shuffled(content: dict, rng: random.Random) -> dict:
    return content


def check_answer(content: dict, answer) -> None:
    check_text(answer, ANSWER_CHARACTERS)


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    given = read(answer or "")
    if given is None:
        return ZERO
    fitting = [
        Decimal(one.get("weight", "1"))
        for one in content["answers"]
        if abs(given - Decimal(one["value"])) <= Decimal(one.get("tolerance", "0"))
    ]
    best = max(fitting, default=ZERO)
    return weighed([best], marks) if not policy.is_strict else (rounded(marks) if best == 1 else ZERO)


def read(text: str) -> Decimal | None:
    """What somebody typed as a number: full-width digits and thousands separators are fine."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").replace("−", "-")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) <= 30 else None


def key(content: dict) -> str:
    return next(one["value"] for one in content["answers"] if Decimal(one.get("weight", "1")) == 1)


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback", "feedback_wrong"], mark)
    copy["answers"] = [marked(one, ["value", "tolerance", "weight", "feedback"], mark) for one in copy["answers"]]
    return copy
