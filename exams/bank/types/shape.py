"""What contents are made of, checked the same way for every type."""

import random
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

STEM_CHARACTERS = 20_000
OPTION_CHARACTERS = 4_000
MOST_OPTIONS = 26
TEXT_CHARACTERS = 200
PICTURES_CHARACTERS = 3_000_000
PICTURE_DATA = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]*")


def refuse(message: str, code: str) -> None:
    raise ValidationError(message, code=code)


def need(condition: Any, message: str, code: str) -> None:
    if not condition:
        refuse(message, code)


def check_stem(content: dict) -> None:
    stem = content.get("stem")
    need(isinstance(stem, str) and stem.strip(), "题干不能为空。", "stem")
    need(length(content["stem"]) <= STEM_CHARACTERS, f"题干不能超过{STEM_CHARACTERS}字。", "stem")
    need(len(content["stem"]) <= PICTURES_CHARACTERS, "题干里的图片过大，请缩小后再导入。", "stem")


def check_parts(parts: Any, label: str, *, least: int) -> None:
    """A list of {"id", "html"} with different ids and texts that are there."""
    need(
        is_list_of_dicts(parts) and least <= len(parts) <= MOST_OPTIONS,
        f"{label}应有{least}至{MOST_OPTIONS}个。",
        "options",
    )
    ids = [part.get("id") for part in parts]
    need(
        all(isinstance(one, str) and one for one in ids) and len(set(ids)) == len(ids),
        f"{label}的编号重复。",
        "options",
    )
    for part in parts:
        text = part.get("html")
        need(isinstance(text, str) and text.strip(), f"{label}不能为空。", "options")
        need(length(text) <= OPTION_CHARACTERS, f"{label}不能超过{OPTION_CHARACTERS}字。", "options")
        need(len(text) <= PICTURES_CHARACTERS, f"{label}里的图片过大，请缩小后再导入。", "options")


def length(html: str) -> int:
    """What there is to read: a picture's bytes are not."""
    return len(PICTURE_DATA.sub("", html))


def weight(value: Any) -> Decimal:
    """A weight between −1 and 1."""
    found = number(value, "权重")
    need(-1 <= found <= 1, "权重应在-100%至100%之间。", "weight")
    return found


def number(value: Any, label: str) -> Decimal:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or abs(found.adjusted()) > 30:
        raise ValidationError(f"“{label}”应为数字。", code="number")
    return found


def is_list_of_dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def bare(parts: Iterable[dict]) -> list[dict]:
    return [{"id": part["id"], "html": part["html"]} for part in parts]


def reordered(parts: list[dict], rng: random.Random) -> list[dict]:
    """Another order; those with `fixed` stay where they are (以上都对)."""
    free = [part for part in parts if not part.get("fixed")]
    rng.shuffle(free)
    loose = iter(free)
    return [part if part.get("fixed") else next(loose) for part in parts]


def renamed(parts: list[dict], letter: str) -> tuple[list[dict], dict[str, str]]:
    """The parts under ids that say nothing of the author's order, and what each was called before."""
    names = {part["id"]: f"{letter}{place}" for place, part in enumerate(parts, start=1)}
    return [{**part, "id": names[part["id"]]} for part in parts], names


def tampered(condition: Any) -> None:
    """Refuse unless: an answer that no page of ours can have sent."""
    need(condition, "作答与题目不符。", "tampered")


def check_text(answer: Any, most: int = TEXT_CHARACTERS) -> None:
    tampered(isinstance(answer, str))
    need(len(answer) <= most, f"作答不能超过{most}字。", "too_long")


def marked(texts: dict, names: Iterable[str], mark: str) -> dict:
    """The same with each of these texts, where there is one or not, replaced by the mark and its name."""
    return {**texts, **{name: f"{mark}-{name}" for name in names}}
