"""Excel in: the headings and spellings offices really use, one sheet or one for each type."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.formats import headings
from exams.bank.formats.extension import unpacked
from exams.bank.formats.markup import escaped, plain
from exams.bank.formats.reading import MAX_BYTES, Draft, Reading, TooMuch, guarded, share, written
from exams.bank.types.fill_in import PLACE
from lms.sheets.archive import OLE_MAGIC
from lms.sheets.workbook import read_sheets

MOST_SHEETS = 20
NOTES = {"说明", "填写说明", "模板说明"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INLINE = re.compile(r"(?:^|[\s;；|])([A-Z])[.、\uff0e:：)）]\s*")
GAP = re.compile(r"_{2,}|（\s*）|\(\s*\)|【\s*】")
PAIR = re.compile("=>|→|——|--")
LONGEST_CELL = 40_000  # a spreadsheet program keeps 32,767 characters
NUMBER_RANGE = re.compile(r"(-?[\d.]+)\s*[~\uff5e—]\s*(-?[\d.]+)")
SHOWN_GAP = "____"
CASE_QUESTION = "请结合材料作答。"


@dataclass
class Row:
    number: int
    cells: dict[str, str]
    sheet_kind: str | None

    def get(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    @property
    def options(self) -> dict[str, str]:
        """Filled options by letter, from columns of their own or from one cell."""
        found = {letter: text for letter in LETTERS if (text := self.get(f"option:{letter}"))}
        return found or _split_options(self.get("options"))


@guarded
def read(data: bytes) -> Reading:
    if len(data) > MAX_BYTES:
        raise TooMuch("文件过大，不能超过20 MB。")
    if data.startswith(OLE_MAGIC) or not data.startswith(b"PK\x03\x04"):
        raise ValidationError("不是.xlsx表格，请用WPS或Excel另存为.xlsx，且不要加密。", code="not_xlsx")
    reading = Reading(unit="row")
    for name, rows in read_sheets(data, most=MOST_SHEETS):
        if name not in NOTES:
            _read_sheet(reading, name, rows)
    return reading


def _read_sheet(reading: Reading, name: str, rows) -> None:
    number, first = next(rows, (0, []))
    if not number:
        return None
    names = _columns(reading, number, first)
    if "stem" not in names:
        return reading.fail(number, "题干", f"工作表“{name}”第一行没有“题干”一列。")
    for number, cells in rows:
        row = _row(reading, number, names, cells, headings.kind(name))
        if row and any(row.cells.values()):
            _question(reading, row)
    return None


def _columns(reading: Reading, number: int, cells: list) -> list[str | None]:
    names = [headings.column(cell) if isinstance(cell, str) else None for cell in cells]
    for cell, name in zip(cells, names, strict=True):
        if cell and name is None:
            reading.warn(number, str(cell)[:40], "不认识的列，没有读取。")
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled - {"topic", "type"}:
        raise ValidationError("有两列表头的意思相同，请只留一列。", code="duplicate_heading", params={"line": number})
    return names


def _row(reading: Reading, number: int, names: list, cells: list, sheet_kind: str | None) -> Row | None:
    found: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if isinstance(cell, ValidationError):
            reading.fail(number, name or "", " ".join(cell.messages), cell.code or "")
            return None
        if len(cell) > LONGEST_CELL and name != "content":
            reading.fail(number, name or "", f"单元格超过{LONGEST_CELL}字。", "too_long")
            return None
        if name and cell:
            found.setdefault(name, cell)
    return Row(number, found, sheet_kind)


def _question(reading: Reading, row: Row) -> None:
    if not row.get("stem"):
        return reading.fail(row.number, "题干", "题干为空。")
    with reading.question(row.number, "答案"):
        content = _extended(row) if row.get("content") else native(row)
        draft = Draft(content, row.number, name=row.get("name"), topic=_topic(row), article=row.get("article"))
        draft.item_codes = [code for code in re.split(r"[\s,，、;；]+", row.get("codes")) if code]
        _grade(reading, row, draft)
        reading.add(draft)
    return None


def _topic(row: Row) -> str:
    """题目分类 is a type with some and a topic with others."""
    misnamed = row.get("type") if row.get("type") and headings.kind(row.get("type")) is None else ""
    return row.get("topic") or misnamed


def _grade(reading: Reading, row: Row, draft: Draft) -> None:
    for name, label, read_value in (("difficulty", "难度", headings.difficulty), ("level", "等级", headings.level)):
        text = row.get(name)
        found = read_value(text) if text else None
        if text and found is None:
            reading.warn(row.number, label, f"不认识“{text[:20]}”，按默认值导入。")
        elif found is not None:
            setattr(draft, name, found)


def _extended(row: Row) -> dict:
    """What the other columns cannot say, as we exported it; they must still say the same."""
    content = unpacked(row.get("content"))
    if shown_stem(content) != row.get("stem"):
        raise ValidationError("题干已改，与“扩展内容”不一致，请清空“扩展内容”。", code="content")
    return content


def shown_stem(content: dict) -> str:
    return PLACE.sub(SHOWN_GAP, plain(content["stem"]))


def native(row: Row) -> dict:
    """The content the plain columns say. ValidationError where they say none."""
    kind = headings.kind(row.get("type")) or row.sheet_kind or _guessed(row)
    content = {"type": kind, "stem": escaped(row.get("stem"))} | READERS[kind](row)
    return content | ({"feedback": escaped(row.get("analysis"))} if row.get("analysis") else {})


def _guessed(row: Row) -> str:
    answer, options = row.get("answer"), row.options
    if options:
        return "multiple" if len(headings.letters(answer)) > 1 else "single"
    if headings.truth(answer) is not None:
        return "true_false"
    return "fill_in" if GAP.search(row.get("stem")) else "short_answer"


def _split_options(text: str) -> dict[str, str]:
    """One cell: "A.甲 B.乙", or a line, or a sign between them."""
    if not text:
        return {}
    parts = INLINE.split(f"\n{text}")
    if len(parts) > 3:
        return {letter: body.strip(" ;；|\n") for letter, body in zip(parts[1::2], parts[2::2], strict=True)}
    sign = next((sign for sign in ("\n", "|", "；", ";") if sign in text), None)
    bodies = [body.strip() for body in text.split(sign)] if sign else [text]
    return dict(zip(LETTERS, filter(None, bodies), strict=False))


def _chosen(row: Row) -> tuple[dict[str, str], list[str]]:
    options, chosen = row.options, headings.letters(row.get("answer"))
    if not chosen:
        raise ValidationError(f"答案“{row.get('answer')[:20]}”应为选项的字母。", code="key")
    if missing := [letter for letter in chosen if letter not in options]:
        raise ValidationError(f"没有选项{'、'.join(missing)}。", code="key")
    return options, list(dict.fromkeys(chosen))


def _options(options: dict[str, str], chosen: list[str], each: str) -> list[dict]:
    return [
        {"id": letter.lower(), "html": escaped(text), "weight": each if letter in chosen else "0"}
        for letter, text in options.items()
    ]


def _single(row: Row) -> dict:
    options, chosen = _chosen(row)
    if len(chosen) > 1:
        raise ValidationError("单选题只能有一个答案；多个答案请填“多选题”。", code="key")
    return {"options": _options(options, chosen, "1")}


def _multiple(row: Row) -> dict:
    options, chosen = _chosen(row)
    return {"options": _options(options, chosen, share(Decimal(100) / len(chosen)))}


def _true_false(row: Row) -> dict:
    answer = headings.truth(row.get("answer"))
    if answer is None:
        raise ValidationError(f"判断题的答案“{row.get('answer')[:20]}”应为对或错。", code="key")
    return {"answer": answer}


def _fill_in(row: Row) -> dict:
    """Blanks are underlines or empty brackets; answers of blanks are parted by ；, variants of one by |."""
    answers = [part.strip() for part in re.split(r"[;；]", row.get("answer")) if part.strip()]
    places = iter(range(1, len(answers) + 1))
    stem, gaps = GAP.subn(lambda _: f"{{{{{next(places, 0)}}}}}", row.get("stem"))
    if not gaps and len(answers) == 1:
        stem, gaps = f"{stem} {{{{1}}}}", 1
    if gaps != len(answers):
        raise ValidationError(f"题干有{gaps}个空，答案有{len(answers)}个；各空答案用“；”分开。", code="blanks")
    blanks = [
        {
            "id": str(place),
            "accepted": [{"text": one.strip(), "weight": "1"} for one in answer.split("|") if one.strip()],
        }
        for place, answer in enumerate(answers, start=1)
    ]
    return {"stem": escaped(stem), "blanks": blanks}


def _numeric(row: Row) -> dict:
    text = row.get("answer").replace("＋", "+").replace("±", "+-")
    if found := NUMBER_RANGE.fullmatch(text):
        low, high = Decimal(found[1]), Decimal(found[2])
        value, tolerance = (low + high) / 2, abs(high - low) / 2
    else:
        value, tolerance = (Decimal(part.strip() or "0") for part in [*text.split("+-", 1), "0"][:2])
    return {"answers": [{"value": written(value), "tolerance": written(tolerance), "weight": "1"}]}


def _matching(row: Row) -> dict:
    prompts, targets = [], {}
    for text in row.options.values():
        left, *right = PAIR.split(text, maxsplit=1)
        if not right:
            raise ValidationError("匹配题每个选项写成“左=>右”，多余的右侧项写成“=>右”。", code="key")
        target = targets.setdefault(escaped(right[0].strip()), f"t{len(targets) + 1}")
        if left.strip():
            prompts.append({"id": f"p{len(prompts) + 1}", "html": escaped(left.strip()), "match": target})
    return {"prompts": prompts, "targets": [{"id": one, "html": html} for html, one in targets.items()]}


def _ordering(row: Row) -> dict:
    options, chosen = _chosen(row)
    names = {letter: f"i{place}" for place, letter in enumerate(chosen, start=1)}
    items = [{"id": names.get(letter, letter), "html": escaped(text)} for letter, text in options.items()]
    return {
        "items": sorted(items, key=lambda item: int(item["id"][1:]) if item["id"][1:] else 0),
        "order": list(names.values()),
    }


def _short_answer(row: Row) -> dict:
    return {"reference": escaped(row.get("answer"))} if row.get("answer") else {}


def _case(row: Row) -> dict:
    part = {"type": "short_answer", "stem": CASE_QUESTION, "share": "1"} | _short_answer(row)
    return {"parts": [part]}


READERS: dict[str, Callable[[Row], dict]] = {
    "single": _single, "multiple": _multiple, "true_false": _true_false, "fill_in": _fill_in, "numeric": _numeric,
    "matching": _matching, "ordering": _ordering, "short_answer": _short_answer, "case": _case,
}  # fmt: skip
