"""What stands on paper: a paper for candidates, a card for their answers, a key for markers. Pure but for the fonts.

Questions come from `public(content)` alone; only `key_lines` looks at a key.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import groupby
from string import ascii_uppercase

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError

from exams.bank.formats.markup import cleaned, plain
from exams.bank.types import LABELS, of
from exams.bank.types.fill_in import PLACE
from lms.certificates.paper import FOLDERS, OwnAssets, press

NUMERALS = "一二三四五六七八九"
BLANK = "\uff3f" * 6
SHEET = settings.BASE_DIR / "static" / "css" / "papers-print.css"
LISTS = {"single": "options", "multiple": "options", "ordering": "items"}
LONGEST_SHORT = 14


@dataclass(frozen=True)
class Question:
    """One question as it is printed; `options` are (letter, text), `targets` the right-hand side of a matching."""

    number: str
    kind: str
    marks: str
    stem: SafeString
    options: list[tuple[str, SafeString]] = field(default_factory=list)
    targets: list[tuple[str, SafeString]] = field(default_factory=list)
    parts: list["Question"] = field(default_factory=list)
    unit: str = ""

    @property
    def width(self) -> str:
        """Short options stand side by side."""
        longest = max((len(plain(text)) for _, text in self.options), default=0)
        return "four" if longest <= 6 else "two" if longest <= LONGEST_SHORT else "one"


@dataclass(frozen=True)
class Section:
    """一、单选题: all questions of a type, which stand together."""

    numeral: str
    label: str
    kind: str
    marks: str
    total: str
    questions: list[Question]


def words(number: Decimal) -> str:
    return f"{number.normalize():f}"


def markup(text: str) -> SafeString:
    return mark_safe(cleaned(text))  # noqa: S308 - cleaned by an allow-list right here


def sections(items: Iterable) -> list[Section]:
    """Headings in the order of the paper; `marks` is empty where questions of a type differ."""
    found = []
    for place, (kind, several) in enumerate(groupby(items, lambda item: item.content["type"])):
        rows = list(several)
        each = {item.marks for item in rows}
        questions = [question(item.content, item.slot, item.marks) for item in rows]
        marks = words(rows[0].marks) if len(each) == 1 else ""
        total = words(sum((item.marks for item in rows), Decimal(0)))
        found.append(Section(NUMERALS[place], LABELS[kind], kind, marks, total, questions))
    return found


def question(content: dict, number, marks: Decimal) -> Question:
    seen = of(content).public(content)
    kind = seen["type"]
    stem = PLACE.sub(BLANK, seen["stem"]) if kind == "fill_in" else seen["stem"]
    return Question(
        str(number), kind, words(marks), markup(stem),
        options=_lettered(seen.get(LISTS.get(kind, "prompts"), []), digits=kind == "matching"),
        targets=_lettered(seen.get("targets", [])),
        parts=[
            question(part, f"（{place}）", (marks * Decimal(part["share"])).quantize(Decimal("0.01")))
            for place, part in enumerate(seen.get("parts", []), start=1)
        ],
        unit=seen.get("unit", ""),
    )  # fmt: skip


def _lettered(parts: Sequence[dict], *, digits: bool = False) -> list[tuple[str, SafeString]]:
    names = map(str, range(1, 99)) if digits else ascii_uppercase
    return [(name, markup(part["html"])) for name, part in zip(names, parts, strict=False)]


def _letters(parts: Sequence[dict]) -> dict[str, str]:
    return {part["id"]: letter for letter, part in zip(ascii_uppercase, parts, strict=False)}


def key_lines(content: dict) -> list[str]:
    """What earns full marks, in the letters of the printed paper."""
    return KEYS[content["type"]](content, of(content).public(content))


def _chosen(content: dict, seen: dict) -> list[str]:
    letters, right = _letters(seen["options"]), of(content).key(content)
    return ["".join(sorted(letters[one] for one in ([right] if isinstance(right, str) else right)))]


def _filled(content: dict, seen: dict) -> list[str]:
    blanks = content["blanks"]
    accepted = [
        " / ".join(one["text"] for one in blank["accepted"] if Decimal(one.get("weight", "1")) == 1) for blank in blanks
    ]
    return [f"第{place}空：{text}" for place, text in enumerate(accepted, 1)] if len(blanks) > 1 else accepted


def _number(content: dict, seen: dict) -> list[str]:
    best = next(one for one in content["answers"] if Decimal(one.get("weight", "1")) == 1)
    give = Decimal(best.get("tolerance", "0"))
    return [f"{best['value']}{seen['unit']}" + (f"（±{words(give)}）" if give else "")]


def _matched(content: dict, seen: dict) -> list[str]:
    letters, right = _letters(seen["targets"]), of(content).key(content)
    return ["，".join(f"{place}—{letters[right[one['id']]]}" for place, one in enumerate(seen["prompts"], 1))]


def _ordered(content: dict, seen: dict) -> list[str]:
    letters = _letters(seen["items"])
    return ["→".join(letters[one] for one in content["order"])]


def _marked_by_people(content: dict, seen: dict) -> list[str]:
    reference = plain(content.get("reference", "")) or "由阅卷员评分"
    points = [f"{point['text']}（{words(Decimal(point['share']) * 100)}%）" for point in content.get("rubric", [])]
    return [f"参考答案：{reference}", *([f"得分点：{'；'.join(points)}"] if points else [])]


def _case(content: dict, seen: dict) -> list[str]:
    return [f"（{place}）{'；'.join(key_lines(part))}" for place, part in enumerate(content["parts"], start=1)]


KEYS = {
    "single": _chosen, "multiple": _chosen, "true_false": lambda content, seen: ["√" if content["answer"] else "×"],
    "fill_in": _filled, "numeric": _number, "matching": _matched, "ordering": _ordered,
    "short_answer": _marked_by_people, "case": _case,
}  # fmt: skip


@cache
def tools() -> tuple[OwnAssets, list[CSS]]:
    fetcher = OwnAssets()
    sheets = (FOLDERS[0] / "fonts.css", SHEET)
    return fetcher, [CSS(filename=sheet, font_config=press().fonts, url_fetcher=fetcher) for sheet in sheets]


def pdf(template: str, context: dict) -> bytes:
    """ValidationError "foreign_asset" rather than fetch what a question might point at."""
    fetcher, styles = tools()
    page = HTML(string=render_to_string(template, context), base_url=f"{FOLDERS[0].as_uri()}/", url_fetcher=fetcher)
    try:
        return page.write_pdf(stylesheets=styles, font_config=press().fonts)
    except FatalURLFetchingError:
        raise ValidationError("试题用到了外部资源，不能印制。", code="foreign_asset")


def facts(paper, items: Sequence) -> dict:
    """What the head and the foot of every sheet say."""
    total = sum((item.marks for item in items), Decimal(0))
    return {"paper": paper, "total": words(total), "count": len(items), "hash": paper.sha256[:16]}


def paper_pdf(paper, items: Sequence) -> bytes:
    return pdf("papers/print_paper.html", facts(paper, items) | {"sections": sections(items)})


def card_pdf(paper, items: Sequence) -> bytes:
    return pdf("papers/print_card.html", facts(paper, items) | {"sections": sections(items)})


def key_pdf(paper, items: Sequence) -> bytes:
    rows = [
        {
            "item": item,
            "label": LABELS[item.content["type"]],
            "lines": key_lines(item.content),
            "marks": words(item.marks),
        }
        for item in items
    ]
    return pdf("papers/print_key.html", facts(paper, items) | {"rows": rows})
