"""A question after it was answered: what was chosen, what was right, and why."""

from exams.bank.services.practice import ONE, STRICT
from exams.bank.types import of
from exams.bank.types.fill_in import PLACE

OPEN = "（未作答）"
NAMES = {True: "对", False: "错"}


def explained(content: dict, given) -> dict:
    """For the feedback page: `options` that were or should be chosen, or `pairs` of (what, given, right, is_right)."""
    kind = content["type"]
    told = {
        "type": kind,
        "stem": PLACE.sub(r"<b>（\1）</b>", content["stem"]) if kind == "fill_in" else content["stem"],
    }
    told["said"] = _said(content, given)
    if kind == "case":
        parts = enumerate(content["parts"], start=1)
        return {**told, "parts": [explained(part, (given or {}).get(str(place))) for place, part in parts]}
    if kind == "short_answer":
        points = [point["text"] for point in content.get("rubric", [])]
        return {**told, "text": given or OPEN, "reference": content.get("reference", ""), "points": points}
    if kind in ("single", "multiple"):
        return {**told, "options": _options(content, given)}
    return {**told, "pairs": _PAIRS[kind](content, given)}


def _options(content: dict, given) -> list[dict]:
    key = of(content).key(content)
    right, chosen = ([one] if isinstance(one, str) else one or [] for one in (key, given))
    return [
        {"html": one["html"], "is_right": one["id"] in right, "is_chosen": one["id"] in chosen}
        for one in content["options"]
    ]


def _said(content: dict, given) -> list[str]:
    """Feedback to what was chosen, then to the question."""
    chosen = [given] if isinstance(given, str) else given or []
    said = [
        one.get("feedback") for one in content.get("options", []) if isinstance(chosen, list) and one["id"] in chosen
    ]
    if content["type"] == "true_false" and given is not None:
        said.append(content.get("feedback_true" if given else "feedback_false"))
    return [text for text in [*said, content.get("feedback")] if text]


def _row(what, given, right, is_right) -> dict:
    return {"what": what, "given": given or OPEN, "right": right, "is_right": is_right}


def _truth(content, given) -> list[dict]:
    return [_row("", NAMES.get(given), NAMES[content["answer"]], given is content["answer"])]


def _number(content, given) -> list[dict]:
    unit = content.get("unit", "")
    is_right = of(content).score(content, given, ONE, STRICT) == 1
    return [_row("", f"{given}{unit}" if given else "", f"{of(content).key(content)}{unit}", is_right)]


def _blanks(content, given) -> list[dict]:
    rows = []
    for blank in content["blanks"]:
        alone = {**content, "blanks": [blank]}
        is_right = of(content).score(alone, given, ONE, STRICT) == 1
        rows.append(
            _row(f"第{blank['id']}空", (given or {}).get(blank["id"]), of(content).key(alone)[blank["id"]], is_right)
        )
    return rows


def _matches(content, given) -> list[dict]:
    texts = {one["id"]: one["html"] for one in content["targets"]}
    given = given or {}
    return [
        _row(one["html"], texts.get(given.get(one["id"])), texts[one["match"]], given.get(one["id"]) == one["match"])
        for one in content["prompts"]
    ]


def _steps(content, given) -> list[dict]:
    texts = {one["id"]: one["html"] for one in content["items"]}
    given = [*(given or []), *[None] * len(texts)]
    return [
        _row(f"第{place}步", texts.get(mine), texts[right], mine == right)
        for place, (right, mine) in enumerate(zip(content["order"], given, strict=False), start=1)
    ]


_PAIRS = {"true_false": _truth, "numeric": _number, "fill_in": _blanks, "matching": _matches, "ordering": _steps}
