"""Hostile files of questions are refused, for little time and little memory; what is only dirty comes in clean."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from exams.bank.formats.reading import MAX_BYTES, MAX_TEXT_BYTES
from tests.exams.bank.hostile import (
    DTD,
    EXTERNAL,
    ITEM,
    book,
    extended,
    gift,
    link,
    many_sheets,
    million_rows,
    moodle,
    noise,
    numerical,
    package,
    picture,
    raw_package,
    renamed,
    repeated,
    with_part,
    with_rows,
)
from tests.lms.sheets import samples as sheets

SECONDS, KILOBYTES = 2, 100 * 1024
FAR = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row><row r="2000"><c r="ALL2000"><v>1</v></c></row>'

REFUSED = {
    "01 zip bomb": (sheets.bomb, "too_large"),
    "01 sixty small bombs": (sheets.small_bombs, "too_large"),
    "01 bomb in a package": (lambda: package({"a.xml": bytes(60_000_000)}), "too_large"),
    "02 bomb that claims 1000 bytes": (lambda: sheets.lying(sheets.bomb()), "too_large"),
    "02 small lie": (lambda: sheets.lying(book()), "damaged_file"),
    "03 nested archive": (lambda: with_part("xl/media/image1.png", sheets.packed({"a": b"b"})), "nested_archive"),
    "03 nested in a package": (lambda: package({"a.zip": b"x"}), "nested_archive"),
    "04 a million empty rows": (million_rows, "key"),
    "04 cell far away": (sheets.far_cell, "too_large"),
    "04 far cells on twenty sheets": (lambda: many_sheets(FAR, 20), "too_large"),
    "04 one long string in many cells": (sheets.repeated_string, "too_large"),
    "04 21,000 questions": (lambda: with_rows(("题干", "甲"), ("题型", "判断题"), ("答案", "对"), count=21_000), "too_large"),
    "04 more wrong rows than anybody reads": (
        lambda: with_rows(("题干", "甲"), ("题型", "判断题"), ("答案", "也许"), count=21_000),
        "too_many_errors",
    ),
    "05 billion laughs": (lambda: sheets.doctype(DTD), "xml_dtd"),
    "06 external entity": (lambda: sheets.doctype(EXTERNAL), "xml_dtd"),
    "06 external entity in a package": (lambda: package({"a.xml": EXTERNAL + ITEM % b"&a;"}), "xml_dtd"),
    "07 macro": (lambda: with_part("xl/vbaProject.bin", b"x"), "macro"),
    "07 renamed macro": (lambda: with_part("[Content_Types].xml", b"<Types>vbaProject</Types>"), "macro"),
    "07 external link": (lambda: with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "external_link"),
    "07 embedded object": (lambda: with_part("xl/embeddings/object1.bin", b"x"), "embedded_object"),
    "07 embedded OLE": (lambda: with_part("xl/media/image1.png", sheets.ole("Workbook")), "embedded_object"),
    "08 old workbook": (lambda: sheets.ole("Workbook"), "not_xlsx"),
    "09 password": (lambda: sheets.ole("EncryptedPackage"), "not_xlsx"),
    "10 formula": (lambda: with_rows(("题干", '=HYPERLINK("http://x")'), ("题型", "判断题"), ("答案", "对")), "formula"),
    "10 formula as answer": (lambda: with_rows(("题干", "甲"), ("题型", "判断题"), ("答案", "=1=1")), "formula"),
    "21 climbing name": (lambda: package({"../../evil.xml": ITEM % b""}), "unsafe_name"),
    "21 absolute name": (lambda: package({"/etc/evil.xml": ITEM % b""}), "unsafe_name"),
    "21 Windows path": (lambda: package({"a\\..\\..\\w.xml": ITEM % b""}), "unsafe_name"),
    "21 drive": (lambda: package({"C:evil.xml": ITEM % b""}), "unsafe_name"),
    "22 symlink": (lambda: raw_package((link(), b"/etc/passwd")), "symlink"),
    "23 two of one name": (lambda: raw_package(("imsmanifest.xml", b"<x/>")), "duplicate_part"),
    "23 case twins": (lambda: raw_package(("A.XML", b"<x/>"), ("a.xml", b"<x/>")), "duplicate_part"),
    "25 100,000 files": (lambda: package({f"{number}": b"" for number in range(100_000)}), "too_many_parts"),
    "25 path of 300 bytes": (lambda: package({"a" * 300 + ".xml": ITEM % b""}), "unsafe_name"),
    "25 path 30 deep": (lambda: package({"a/" * 30 + "a.xml": ITEM % b""}), "unsafe_name"),
    "25 many elements in many files": (
        lambda: package({f"{number}.xml": b"<a>" + b"<b/>" * 1000 + b"</a>" for number in range(1900)}),
        "too_large",
    ),
    "26 encrypted": (lambda: package({"a.xml": ITEM % b""}, flags=1), "encrypted"),
    "26 something before the archive": (lambda: b"GIF89a" + package({"a.xml": ITEM % b""}), "encoding"),
    "26 cut short": (lambda: package({"a.xml": ITEM % b""})[:-30], "damaged_file"),
    "26 no manifest": (lambda: sheets.packed({"a.xml": ITEM % b""}), "manifest"),
    "31 billion laughs": (lambda: DTD + moodle("&c;"), "xml_dtd"),
    "31 external entity": (lambda: EXTERNAL + moodle("&a;"), "xml_dtd"),
    "31 DTD behind a long comment": (lambda: b"<!--" + b"x" * 9000 + b"-->" + DTD + moodle("x"), "xml_dtd"),
    "31 100,000 nested": (lambda: b"<quiz>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</quiz>", "too_large"),
    "31 5,000 nested": (lambda: b"<quiz>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</quiz>", "ill_formed"),
    "31 five million elements": (lambda: b"<quiz>" + b"<a/>" * 4_900_000 + b"</quiz>", "too_large"),
    "31 a million attributes": (
        lambda: b"<quiz " + b" ".join(b'a%d=""' % number for number in range(1_000_000)) + b"/>",
        "too_large",
    ),
    "31 half a million questions": (
        lambda: repeated(b"<quiz><question type='truefalse'/></quiz>", 480_000),
        "too_large",
    ),
    "31 elements in an item": (lambda: b"<assessmentItem>" + b"<b/>" * 900_000 + b"</assessmentItem>", "too_large"),
    "32 three million tags": (lambda: moodle("<b>" * 3_000_000), "too_large"),
    "32 tags of one question": (lambda: moodle("<b>" * 15_000), "too_long"),
    "32 a text of 4 MB": (lambda: moodle("&lt;" * 1_000_000), "too_long"),
    "33 base64 of 21 MB": (lambda: moodle("x", ("a.png", noise(16_000_000))), "too_large"),
    "33 base64 of 15 MB": (lambda: moodle("x", ("a.png", noise(11_000_000))), "ill_formed"),
    "33 pixel floods": (
        lambda: repeated(moodle("x", ("a.png", picture(2800, 2800)), ("b.png", picture(2800, 2800))), 50),
        "too_large",
    ),
    "33 3,000 pictures": (lambda: moodle("x", *[(f"{n}.png", picture(1, 1)) for n in range(3000)]), "too_large"),
    "34 climbing file": (lambda: moodle('<img src="@@PLUGINFILE@@/../../x.png">'), "unsafe_name"),
    "34 climbing file, escaped": (lambda: moodle('<img src="@@PLUGINFILE@@/%2e%2e/x.png">'), "unsafe_name"),
    "35 unclosed brace": (lambda: b"x{=a ~b", "braces"),
    "35 10,000 nested": (lambda: b"x{" * 10_000, "braces"),
    "35 weight of 200%": (lambda: b"x{~%200%a ~%-100%b}", "weight"),
    "35 weights of 80%": (lambda: b"x{~%40%a ~%40%b ~%-100%c}", "key"),
    "35 five million equal signs": (lambda: b"x{" + b"=" * 5_000_000 + b"}", "too_long"),
    "35 many answers": (lambda: (b"x{" + b"~" * 190 + b"}\n\n") * 26_000, "too_many_errors"),
    "35 a text of 6 MB": (lambda: b"\n" * (MAX_TEXT_BYTES + 1), "too_large"),
    "35 a million questions": (lambda: b"x{=a}\n\n" * 740_000, "too_large"),
    "35 empty lines": (lambda: b"\n" * (MAX_TEXT_BYTES - 9) + b"x{=a", "braces"),
    "35 number of a billion digits": (lambda: b"x{#1e999999999}", "number"),
    "35 range without end": (lambda: b"x{#1e999999999..-1e999999999}", "number"),
    "37 number of a billion digits": (lambda: numerical("1e999999999"), "number"),
    "37 formula": (lambda: numerical("__import__('os')"), "number"),
    "37 embedded answers without end": (lambda: repeated(moodle("{1:SA:" * 30_000, kind="cloze"), 80), "stem"),
    "37 90,000 variants": (lambda: repeated(moodle("{1:SA:" + "~=" * 90_000 + "}", kind="cloze"), 80), "key"),
    "37 cell of 30,000 blanks": (
        lambda: with_rows(("题干", "甲"), ("题型", "匹配题"), ("选项A", "a" + " " * 30_000 + "b"), ("答案", "A")),
        "key",
    ),
    "55 100,000 nested brackets": (lambda: extended('{"stem":"x","a":' + "[" * 100_000), "content"),
    "55 digits": (lambda: extended('{"type":"single","stem":"x","options":' + "9" * 5_000 + "}"), "content"),
    "57 parts of another shape": (lambda: extended('{"type":"single","stem":"x","options":["a","b"]}'), "content"),
    "57 type of another shape": (lambda: extended('{"type":["single"],"stem":"x"}'), "content"),
    "file of 21 MB": (lambda: b"<quiz>" + b"x" * MAX_BYTES, "too_large"),
}  # fmt: skip

# Read, and harmless: what must be in the content, and what must not.
CLEANED = {
    "24 GBK name": (lambda: renamed(package({"n" * 4 + ".xml": b"<other/>"}), "题目".encode("gbk")), "题目", ""),
    "32 script": (lambda: moodle("<p>甲</p><script>alert(1)</script>"), "甲", "script"),
    "32 handler": (lambda: moodle('甲<img src="x" onerror="alert(1)"><b onclick="x()">乙</b>'), "乙", "onerror"),
    "32 address": (lambda: moodle('甲<a href="javascript:alert(1)">乙</a>'), "乙", "javascript"),
    "32 remote picture": (lambda: moodle('甲<img src="http://x/a.png">'), "甲", "http"),
    "32 script in GIFT": (gift("甲<script>alert(1)</script>{=a ~b#<img onerror\\=y>}"), "甲", "onerror"),
    "33 another kind of file": (lambda: moodle("甲", ("a.exe", b"MZ")), "甲", "MZ"),
    "33 text as a picture": (lambda: moodle('甲<img src="@@PLUGINFILE@@/a.png">', ("a.png", b"<svg>")), "甲", "img"),
    "33 picture too large to decode": (lambda: moodle("甲", ("a.png", picture(30_000, 30_000, "1"))), "甲", "data:"),
    "33 largest picture": (lambda: moodle("甲", ("a.png", picture(2828, 2828))), "甲", ""),
    "33 largest photograph": (
        lambda: moodle("甲", ("a.jpg", picture(3535, 3535, "RGB", "JPEG", progressive=True, subsampling=0))),
        "甲",
        "",
    ),
    "34 file that is not there": (lambda: moodle('甲<img src="@@PLUGINFILE@@/x.png">'), "甲", "PLUGINFILE"),
    "36 category": (gift("$CATEGORY: ../../..\n\n甲{=a ~b}"), "甲", ".."),
    "37 regular expression": (gift("甲{=(a+)+$}"), "(a+)+$", ""),
}  # fmt: skip


@pytest.fixture(scope="session")
def costs(tmp_path_factory):
    """What each file gave and took, measured in one go: a process for each, all out of one small one."""
    folder = tmp_path_factory.mktemp("hostile")
    names = {name: f"{place:03}" for place, name in enumerate([*REFUSED, *CLEANED])}
    for name, file in names.items():
        (folder / file).write_bytes((REFUSED | CLEANED)[name][0]())
    done = subprocess.run(
        [sys.executable, "-m", "tests.exams.bank.measured", *(str(folder / file) for file in names.values())],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = {row["file"]: row for row in map(json.loads, done.stdout.splitlines())}
    return {name: found[file] for name, file in names.items()}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_cheaply(costs, name):
    found = costs[name]
    assert "crash" not in found, found["crash"]
    assert REFUSED[name][1] in found["codes"]
    assert (found["seconds"] < SECONDS, found["kilobytes"] < KILOBYTES) == (True, True), found


@pytest.mark.parametrize("name", CLEANED)
def test_what_is_dirty_comes_in_clean_and_cheaply(costs, name):
    found, (_, wanted, unwanted) = costs[name], CLEANED[name]
    assert "crash" not in found, found["crash"]
    text = json.dumps([found["drafts"], found["unsupported"]], ensure_ascii=False)
    assert found["drafts"] or found["unsupported"]
    assert wanted in text
    assert not unwanted or unwanted not in text
    assert (found["seconds"] < SECONDS, found["kilobytes"] < KILOBYTES) == (True, True), found


@pytest.mark.parametrize("name", ["01 zip bomb", "04 21,000 questions", "31 billion laughs", "35 unclosed brace"])
def test_nothing_of_a_refused_file_is_kept_beside_it(costs, name):
    assert costs[name]["number"] < 20_001
    assert costs[name]["codes"]
