"""Hostile files of questions, built in memory: rows 1 to 10, 21 to 26 and 31 to 37 of the bad inputs.

Each is (number and name, how it is built, the code of its refusal).
"""

import base64
import random
import zipfile
from io import BytesIO

import openpyxl
from PIL import Image

from exams.bank.formats.excel_out import Exported, write
from tests.exams.bank.samples import SAMPLES
from tests.lms.sheets import samples as sheets

MANIFEST = {"imsmanifest.xml": b"<manifest/>"}
ITEM = b"<assessmentItem><itemBody>%s<choiceInteraction/></itemBody></assessmentItem>"
DTD = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def book() -> bytes:
    return write([Exported(make()) for make in SAMPLES.values()])


def with_part(name: str, part: bytes) -> bytes:
    return sheets.packed(sheets.parts_of(book()) | {name: part})


def with_rows(*cells: tuple[str, str], count: int = 1) -> bytes:
    """A workbook of headings and rows, each cell a formula where it begins with one."""
    made, content = openpyxl.Workbook(), BytesIO()
    made.active.append([heading for heading, _ in cells])
    for _ in range(count):
        made.active.append([text for _, text in cells])
    made.save(content)
    return content.getvalue()


def many_sheets(rows: bytes, count: int) -> bytes:
    made, content = openpyxl.Workbook(), BytesIO()
    for _ in range(count - 1):
        made.create_sheet()
    made.save(content)
    parts = sheets.parts_of(content.getvalue())
    for name in [name for name in parts if name.startswith("xl/worksheets/")]:
        parts[name] = parts[name].replace(b"<sheetData></sheetData>", b"<sheetData>" + rows + b"</sheetData>")
    return sheets.packed(parts)


def million_rows() -> bytes:
    """Headings, one question, and a million formatted empty rows."""
    parts = sheets.parts_of(with_rows(("题干", "立案属于什么"), ("题型", "判断题"), ("答案", "也许")))
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(4, 1_048_577))
    parts[sheets.SHEET] = parts[sheets.SHEET].replace(b"</sheetData>", rows + b"</sheetData>")
    return sheets.packed(parts)


def package(parts: dict, *, flags: int = 0) -> bytes:
    data = sheets.packed(MANIFEST | parts)
    return sheets.flagged(data, flags) if flags else data


def raw_package(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return sheets.packed([*MANIFEST.items(), *entries])


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("item.xml")
    info.external_attr = 0o120777 << 16
    return info


def renamed(data: bytes, name: bytes) -> bytes:
    """Bytes in place of a name of the same length, as no careful program writes them."""
    return data.replace(b"n" * len(name), name)


def picture(width: int, height: int, mode: str = "RGBA", kind: str = "PNG", **options) -> bytes:
    content = BytesIO()
    Image.new(mode, (width, height)).save(content, kind, **options)
    return content.getvalue()


def moodle(body: str, *files: tuple[str, bytes], kind: str = "truefalse", answers: str = "") -> bytes:
    enclosed = "".join(
        f'<file name="{name}" encoding="base64">{base64.b64encode(data).decode()}</file>' for name, data in files
    )
    answers = answers or '<answer fraction="100"><text>true</text></answer>'
    return (
        f'<quiz><question type="{kind}"><questiontext format="html"><text><![CDATA[{body}]]></text>{enclosed}'
        f"</questiontext>{answers}</question></quiz>"
    ).encode()


def numerical(answer: str) -> bytes:
    return moodle("多少", kind="numerical", answers=f'<answer fraction="100"><text>{answer}</text></answer>')


def extended(content: str) -> bytes:
    return f'<quiz><question type="cloze"><contentextension>{content}</contentextension></question></quiz>'.encode()


def repeated(question: bytes, times: int) -> bytes:
    return b"<quiz>" + question.removeprefix(b"<quiz>").removesuffix(b"</quiz>") * times + b"</quiz>"


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def gift(text: str):
    return text.encode
