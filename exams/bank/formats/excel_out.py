"""Questions to Excel: plain columns people can read, and our own words beside them where those say too little."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.formats.excel import CASE_QUESTION, LETTERS, Row, native, shown_stem
from exams.bank.formats.extension import packed
from exams.bank.formats.markup import plain
from exams.bank.types import LABELS
from exams.bank.types.fill_in import PLACE
from lms.sheets.export import write_xlsx

SHEET = "试题"
MOST_OPTIONS = 8
CELL_CHARACTERS = 32_000
COLUMNS = ["题型", "题干", *(f"选项{letter}" for letter in LETTERS[:MOST_OPTIONS]), "答案", "解析", "难度", "专题",
           "事项代码", "等级", "条款", "扩展内容"]  # fmt: skip
NOTES = [
    "题型：单选题、多选题、判断题、填空题、数值题、匹配题、排序题、简答题、案例分析题。",
    "答案：单选填一个字母；多选如ABD；判断填对或错；填空的各空用“；”分开，一空的几种写法用“|”分开。",
    "数值：如5、5±0.5或3~7。匹配：每个选项写“左=>右”，多余的右侧项写“=>右”。排序：按正确次序写字母，如BADC。",
    "扩展内容：系统导出时填写，手工编写请留空；改了题干请清空这一格。",
]


@dataclass
class Exported:
    """A content with what the bank knows of it."""

    content: dict
    topic: str = ""
    item_codes: list[str] = field(default_factory=list)
    level: str = ""
    difficulty: int | None = None
    article: str = ""


def write(questions: Iterable[Exported]) -> bytes:
    """ValidationError naming the row of a question that no cell can hold."""
    rows = [_row(place, one) for place, one in enumerate(questions, start=2)]
    return write_xlsx(SHEET, COLUMNS, rows, notes=NOTES)


def template() -> bytes:
    return write_xlsx(SHEET, COLUMNS, [], notes=NOTES)


def _row(place: int, one: Exported) -> list:
    content = one.content
    cells = {"type": LABELS[content["type"]], "stem": shown_stem(content), **WRITERS[content["type"]](content)}
    cells["analysis"] = plain(content.get("feedback", ""))
    if not _says_it_all(cells, content):
        cells["content"] = packed(content)
    if any(len(text) > CELL_CHARACTERS for text in cells.values()):
        raise ValidationError(f"第{place}行的试题内容过长（多半含有图片），请用Moodle XML导出。", code="too_large")
    options = [cells.get(f"option:{letter}", "") for letter in LETTERS[:MOST_OPTIONS]]
    return [
        cells["type"], cells["stem"], *options, cells.get("answer", ""), cells["analysis"], str(one.difficulty or ""),
        one.topic, " ".join(one.item_codes), one.level, one.article, cells.get("content", ""),
    ]  # fmt: skip


def _says_it_all(cells: dict[str, str], content: dict) -> bool:
    if len(content.get("options", [])) > MOST_OPTIONS:
        return False
    try:
        return native(Row(1, cells, None)) == content
    except (ValidationError, ArithmeticError):
        return False


def _lettered(texts: Iterable[str]) -> dict[str, str]:
    return {f"option:{letter}": text for letter, text in zip(LETTERS[:MOST_OPTIONS], texts, strict=False)}


def _choice(content: dict) -> dict[str, str]:
    right = [LETTERS[place] for place, one in enumerate(content["options"]) if Decimal(one.get("weight", "0")) > 0]
    single = [LETTERS[place] for place, one in enumerate(content["options"]) if one.get("weight") == "1"]
    answer = "".join(single if content["type"] == "single" else right)
    return {**_lettered(plain(one["html"]) for one in content["options"]), "answer": answer}


def _true_false(content: dict) -> dict[str, str]:
    return {"answer": "对" if content["answer"] else "错"}


def _fill_in(content: dict) -> dict[str, str]:
    by_id = {blank["id"]: blank for blank in content["blanks"]}
    ordered = [by_id[place] for place in PLACE.findall(content["stem"])]
    answers = ["|".join(one["text"] for one in blank["accepted"]) for blank in ordered]
    return {"answer": "；".join(answers)}


def _numeric(content: dict) -> dict[str, str]:
    best = content["answers"][0]
    return {"answer": best["value"] + (f"±{best['tolerance']}" if best.get("tolerance", "0") != "0" else "")}


def _matching(content: dict) -> dict[str, str]:
    shown = {target["id"]: plain(target["html"]) for target in content["targets"]}
    pairs = [f"{plain(prompt['html'])}=>{shown[prompt['match']]}" for prompt in content["prompts"]]
    used = {prompt["match"] for prompt in content["prompts"]}
    return _lettered([*pairs, *(f"=>{text}" for one, text in shown.items() if one not in used)])


def _ordering(content: dict) -> dict[str, str]:
    letters = {item["id"]: LETTERS[place] for place, item in enumerate(content["items"])}
    return {
        **_lettered(plain(item["html"]) for item in content["items"]),
        "answer": "".join(letters[one] for one in content["order"]),
    }


def _short_answer(content: dict) -> dict[str, str]:
    return {"answer": plain(content.get("reference", ""))}


def _case(content: dict) -> dict[str, str]:
    parts = content["parts"]
    is_plain = len(parts) == 1 and parts[0]["stem"] == CASE_QUESTION
    return _short_answer(parts[0]) if is_plain else {"answer": ""}


WRITERS: dict[str, Callable[[dict], dict[str, str]]] = {
    "single": _choice, "multiple": _choice, "true_false": _true_false, "fill_in": _fill_in, "numeric": _numeric,
    "matching": _matching, "ordering": _ordering, "short_answer": _short_answer, "case": _case,
}  # fmt: skip
