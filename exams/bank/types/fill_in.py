import random
import re
import unicodedata
from copy import deepcopy
from decimal import Decimal
from typing import Any

from exams.bank.types.policy import ZERO, Policy, rounded
from exams.bank.types.shape import (
    TEXT_CHARACTERS,
    check_stem,
    check_text,
    is_list_of_dicts,
    marked,
    need,
    tampered,
    weight,
)

CODE, LABEL, IS_OBJECTIVE = "fill_in", "填空题", True
PLACE = re.compile(r"\{\{(\d{1,2})\}\}")  # where in the stem a blank stands
MOST_BLANKS, MOST_ACCEPTED = 20, 60


def validate(content: dict) -> None:
    check_stem(content)
    blanks: Any = content.get("blanks")
    need(is_list_of_dicts(blanks) and 1 <= len(blanks) <= MOST_BLANKS, f"填空题应有1至{MOST_BLANKS}个空。", "blanks")
    places = PLACE.findall(content["stem"])
    need(sorted(places) == sorted(str(blank.get("id")) for blank in blanks), "题干里的空与答案不对应。", "blanks")
    for blank in blanks:
        _check_blank(blank)


def _check_blank(blank: dict) -> None:
    accepted: Any = blank.get("accepted")
    need(is_list_of_dicts(accepted) and accepted, "每个空至少要有一个答案。", "key")
    need(len(accepted) <= MOST_ACCEPTED, f"每个空的答案不能超过{MOST_ACCEPTED}个。", "key")
    for one in accepted:
        text = one.get("text")
        need(
            isinstance(text, str) and text.strip() and len(text) <= TEXT_CHARACTERS,
            "答案不能为空，也不能超过200字。",
            "key",
        )
    need(1 in [weight(one.get("weight", "1")) for one in accepted], "每个空要有一个得满分的答案。", "key")


def public(content: dict) -> dict:
    blanks = [{"id": blank["id"]} for blank in content["blanks"]]
    return {"type": CODE, "stem": content["stem"], "blanks": blanks}


def shuffled(content: dict, rng: random.Random) -> dict:
    return content


def check_answer(content: dict, answer) -> None:
    tampered(isinstance(answer, dict) and set(answer) <= {blank["id"] for blank in content["blanks"]})
    for text in answer.values():
        check_text(text)


def score(content: dict, answer, marks: Decimal, policy: Policy) -> Decimal:
    earned = [_earned(blank, (answer or {}).get(blank["id"], "")) for blank in content["blanks"]]
    if policy.is_strict:
        return rounded(marks) if all(one == 1 for one in earned) else ZERO
    return rounded(marks * sum(earned, ZERO) / len(earned))


def _earned(blank: dict, text: str) -> Decimal:
    """The weight of the best accepted text that fits."""
    given = folded(text, blank)
    fitting = [Decimal(one.get("weight", "1")) for one in blank["accepted"] if _fits(folded(one["text"], blank), given)]
    return max(fitting, default=ZERO) if given else ZERO


def folded(text: str, blank: dict) -> str:
    """Full-width and compatibility forms, spaces and (unless asked for) capitals do not matter."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    return plain if blank.get("is_case_sensitive") else plain.casefold()


def _fits(pattern: str, text: str) -> bool:
    """`*` stands for anything; found piece by piece from the left, so that no pattern can take long."""
    first, *middle = pattern.split("*")
    if not middle:
        return pattern == text
    *middle, last = middle
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def key(content: dict) -> dict[str, str]:
    best = {}
    for blank in content["blanks"]:
        best[blank["id"]] = next(one["text"] for one in blank["accepted"] if Decimal(one.get("weight", "1")) == 1)
    return best


def canaried(content: dict, mark: str) -> dict:
    copy = marked(deepcopy(content), ["feedback"], mark)
    for blank in copy["blanks"]:
        blank["accepted"] = [marked(one, ["text", "weight", "feedback"], mark) for one in blank["accepted"]]
    return copy
