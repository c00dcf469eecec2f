"""What the issuing authority sends back, or every reason why it cannot be read. Nothing here looks into the database."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from exams.licences.envelope import MAX_ROWS, open_envelope
from exams.licences.exchange import APPLICATION, AREA, NAME, STAFF_NO, digest
from lms.people.names import clean_name
from lms.sheets.table import Problem, Row, SheetRefused, parse_date, read_table

RESULT, NUMBER, ISSUED, BEGINS, ENDS = "结果", "证件编号", "发证日期", "有效期起", "有效期至"
EFFECTIVE, UNTIL, REASON = "生效日期", "暂扣至", "原因"
REQUIRED = [STAFF_NO, NAME, RESULT]
OPTIONAL = [APPLICATION, NUMBER, AREA, ISSUED, BEGINS, ENDS, EFFECTIVE, UNTIL, REASON]
ALIASES = {
    "工号": STAFF_NO, "执法人员编号": STAFF_NO, "办理结果": RESULT, "证号": NUMBER, "执法证号": NUMBER,
    "核发日期": ISSUED, "有效期开始": BEGINS, "有效期截止": ENDS, "暂扣截止日期": UNTIL, "理由": REASON,
}  # fmt: skip
ISSUE, REFUSE, SUSPEND, RESUME, CANCEL, REVOKE = "issue", "refuse", "suspend", "resume", "cancel", "revoke"
RESULTS = {"核发": ISSUE, "不予核发": REFUSE, "暂扣": SUSPEND, "恢复": RESUME, "注销": CANCEL, "吊销": REVOKE}
LABELS = {verb: label for label, verb in RESULTS.items()}
# Which columns a result must fill, and which it may.
NEEDS: dict[str, tuple[set[str], set[str]]] = {
    ISSUE: ({APPLICATION, NUMBER, ISSUED, BEGINS, ENDS}, {AREA}),
    REFUSE: ({APPLICATION, REASON}, set()),
    SUSPEND: ({NUMBER, EFFECTIVE, REASON}, {UNTIL}),
    RESUME: ({NUMBER, EFFECTIVE, REASON}, set()),
    CANCEL: ({NUMBER, EFFECTIVE, REASON}, set()),
    REVOKE: ({NUMBER, EFFECTIVE, REASON}, set()),
}
# Each of these names one person or one certificate: two rows about it would contradict each other.
ONCE = (APPLICATION, STAFF_NO, NUMBER)
EARLIEST = date(2000, 1, 1)
CERTIFICATE_NUMBER = re.compile(r"[0-9A-Za-z\u4e00-\u9fff〔〕（）()\[\]·-]{4,40}")
IDENTITY_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
LONGEST = {AREA: 60, REASON: 200}


@dataclass(frozen=True)
class Line:
    """A row as read; `day` is the day from which it counts."""

    number: int
    staff_no: str
    name: str
    verb: str
    application: str = ""
    certificate: str = ""
    area: str = ""
    issued_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    effective_on: date | None = None
    until: date | None = None
    reason: str = ""

    @property
    def label(self) -> str:
        return LABELS[self.verb]

    @property
    def day(self) -> date | None:
        return self.issued_on or self.effective_on

    @property
    def key(self) -> str:
        """The same for a row that says the same, wherever in whichever file it stands."""
        values = {name: str(value) for name, value in asdict(self).items() if name not in ("number", "name")}
        return digest(json.dumps(values, sort_keys=True, ensure_ascii=False).encode())

    @property
    def facts(self) -> str:
        """What the row would put down, in words."""
        days = ((self.issued_on, "发证"), (self.valid_until, "到期"), (self.effective_on, "起"), (self.until, "止"))
        said = [self.certificate, *(f"{day:%Y年%-m月%-d日}{word}" for day, word in days if day), self.reason]
        return "，".join(filter(None, said))


FIELDS = {
    APPLICATION: "application", NUMBER: "certificate", AREA: "area", ISSUED: "issued_on", BEGINS: "valid_from",
    ENDS: "valid_until", EFFECTIVE: "effective_on", UNTIL: "until", REASON: "reason",
}  # fmt: skip


@dataclass
class Reading:
    """With problems nothing is written. `batch` is the one the package says it answers, if it says so."""

    sha256: str
    batch: str = ""
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read(data: bytes, filename: str, checksum: str, today: date) -> Reading:
    """A package with its manifest, or a bare table with the checksum that was told beside it."""
    reading = Reading(digest(data))
    try:
        envelope = open_envelope(data, filename, checksum)
        rows = read_table(
            envelope.table, filename=envelope.name, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES,
            max_rows=MAX_ROWS,
        ).rows  # fmt: skip
    except SheetRefused as refusal:
        reading.problems = refusal.problems
        return reading
    except ValidationError as fault:
        reading.problems = [Problem(None, "", str(fault.message), fault.code or "invalid")]
        return reading
    reading.batch, reading.rows = envelope.batch, len(rows)
    if envelope.rows not in (None, len(rows)):
        message = f"清单写明{envelope.rows}行，表中有{len(rows)}行，文件可能不完整。"
        reading.problems.append(Problem(None, "", message, "row_count"))
    return _checked(reading, rows, today)


def _checked(reading: Reading, rows: list[Row], today: date) -> Reading:
    if not rows:
        reading.problems.append(Problem(None, "", "文件中没有内容。", "no_rows"))
    for row in rows:
        line, problems = _read_row(row, today)
        reading.lines += [line] if line else []
        reading.problems += problems
    reading.problems += _doubled(rows)
    reading.problems.sort(key=lambda problem: problem.row or 0)
    return reading


def _read_row(row: Row, today: date) -> tuple[Line | None, list[Problem]]:
    problems = [
        _problem(row, heading, "必填，不能为空。", "blank") for heading in (STAFF_NO, NAME) if not row.cells[heading]
    ]
    verb = RESULTS.get(row.cells[RESULT])
    if verb is None:
        message = f"没有“{row.cells[RESULT][:20]}”这种结果，可填：{'、'.join(RESULTS)}。"
        return None, [*problems, _problem(row, RESULT, message, "unknown_result")]
    problems += _misfilled(row, verb)
    values, faults = _values(row)
    line = Line(row.number, row.cells[STAFF_NO], clean_name(row.cells[NAME]), verb, **values)
    return line, [*problems, *faults, *_order_problems(line, today)]


def _values(row: Row) -> tuple[dict[str, Any], list[Problem]]:
    values, faults = {}, []
    for heading, name in FIELDS.items():
        try:
            if text := row.cells[heading]:
                values[name] = READERS[heading](text, heading)
        except ValidationError as refusal:
            faults.append(_problem(row, heading, str(refusal.message), refusal.code or "invalid"))
    return values, faults


def _problem(row: Row, column: str, message: str, code: str) -> Problem:
    return Problem(row.number, column, message, code)


def _misfilled(row: Row, verb: str) -> Iterable[Problem]:
    needed, allowed = NEEDS[verb]
    for heading in FIELDS:
        if heading in needed and not row.cells[heading]:
            yield _problem(row, heading, f"结果为“{LABELS[verb]}”时必填，不能为空。", "blank")
        elif row.cells[heading] and heading not in needed | allowed:
            yield _problem(row, heading, f"结果为“{LABELS[verb]}”时不填这一列。", "not_applicable")


def _day(text: str, heading: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        raise ValidationError(f"“{text[:20]}”不是有效的日期，请写成2026-02-28。", code="bad_date") from None
    if day < EARLIEST:
        raise ValidationError("日期过早，请核对年份。", code="date_out_of_range")
    return day


def _certificate_number(text: str, heading: str) -> str:
    if IDENTITY_NUMBER.fullmatch(text):
        raise ValidationError("形似身份证件号码，系统不保存，请填写执法证的编号。", code="identity_number")
    if not CERTIFICATE_NUMBER.fullmatch(text):
        raise ValidationError("编号应为4至40个字母、数字或汉字，不含空格。", code="bad_number")
    return text


def _short(text: str, heading: str) -> str:
    if len(text) > LONGEST.get(heading, 40):
        raise ValidationError(f"内容过长，不能超过{LONGEST.get(heading, 40)}个字。", code="too_long")
    return text


READERS: dict[str, Callable[[str, str], Any]] = {
    **dict.fromkeys((ISSUED, BEGINS, ENDS, EFFECTIVE, UNTIL), _day),
    **dict.fromkeys((APPLICATION, AREA, REASON), _short),
    NUMBER: _certificate_number,
}


def _order_problems(line: Line, today: date) -> Iterable[Problem]:
    for heading, day in ((ISSUED, line.issued_on), (EFFECTIVE, line.effective_on)):
        if day and day > today:
            yield Problem(line.number, heading, "日期不能晚于今天。", "future_date")
    if line.valid_from and line.valid_until and line.valid_until <= line.valid_from:
        yield Problem(line.number, ENDS, "有效期至应晚于有效期起。", "date_order")
    if line.effective_on and line.until and line.until < line.effective_on:
        yield Problem(line.number, UNTIL, "暂扣截止日期不能早于生效日期。", "date_order")


def _doubled(rows: list[Row]) -> Iterable[Problem]:
    for heading in ONCE:
        first: dict[str, int] = {}
        for row in rows:
            text = row.cells[heading].upper()
            if text and first.setdefault(text, row.number) != row.number:
                yield Problem(row.number, heading, f"与第{first[text]}行重复。", "twice")


def template_notes() -> list[str]:
    columns = {verb: [name for name in FIELDS if name in NEEDS[verb][0]] for verb in LABELS}
    return [
        "第一行是表头，不要改动；每人一行。",
        f"每行必填：{'、'.join(REQUIRED)}。结果可填：{'、'.join(RESULTS)}。",
        *[f"结果为“{LABELS[verb]}”的，另填：{'、'.join(names)}。" for verb, names in columns.items()],
        f"可填：核发的{AREA}；暂扣的{UNTIL}，不填为暂扣到恢复为止。",
        "日期写成2026-02-28；编号列请设为文本格式。不要填写身份证件号码，系统不保存。",
    ]
