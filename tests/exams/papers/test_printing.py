import base64
import re
import subprocess
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree
from PIL import Image

from exams.bank.models import QuestionVersion
from exams.bank.types import TYPES, of
from exams.papers import docx, printing
from exams.papers.chance import Chance
from exams.papers.models import Paper, PaperItem
from tests.exams.bank.samples import SAMPLES

MARK = "CANARY77"


def dot() -> str:
    """The smallest picture there is."""
    out = BytesIO()
    Image.new("RGB", (1, 1)).save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def text_of(content: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()


def words_of(content: bytes) -> str:
    """Every part is well-formed; what the document says."""
    with ZipFile(BytesIO(content)) as archive:
        parts = {name: etree.fromstring(archive.read(name)) for name in archive.namelist()}
    assert set(docx.PARTS) < set(parts)
    return "".join(parts["word/document.xml"].itertext())


def paper_of(*contents) -> tuple[Paper, list[PaperItem]]:
    items = [
        PaperItem(slot=slot, content=content, marks=Decimal(4), version=QuestionVersion(article="第五十九条"))
        for slot, content in enumerate(contents, start=1)
    ]
    return Paper(purpose="资格考试", form="A", sha256="ab12" * 16), items


def every_type():
    """One of each, as a paper holds it, with every secret marked."""
    for kind, make in SAMPLES.items():
        content = of(make()).shuffled(make(), Chance("parts", kind))
        yield of(content).canaried(content, MARK)


def test_no_secret_is_printed_for_candidates():
    paper, items = paper_of(*every_type())
    assert {item.content["type"] for item in items} == set(TYPES)
    for make in (printing.paper_pdf, printing.card_pdf):
        text = text_of(make(paper, items))
        assert MARK not in text
        assert "第五十九条" not in text


def test_the_head_and_foot_of_a_paper():
    paper, items = paper_of(SAMPLES["single"](), SAMPLES["single"](), SAMPLES["true_false"]())
    text = text_of(printing.paper_pdf(paper, items))
    for words in (
        "A卷",
        "共3题，满分12分",
        "一、单选题",
        "（共2题，每题4分，共8分）",
        "二、判断题",
        "ab12ab12ab12ab12",
        "第1页，共1页",
    ):
        assert words in text


def test_the_key_speaks_in_the_letters_of_the_paper():
    lines = {kind: printing.key_lines(make()) for kind, make in SAMPLES.items()}
    assert lines["single"] == ["B"]
    assert lines["multiple"] == ["AB"]
    assert lines["true_false"] == ["√"]
    assert lines["fill_in"] == ["第1空：二", "第2空：执法证*"]
    assert lines["numeric"] == ["5日"]
    assert lines["matching"] == ["1—A，2—B"]
    assert lines["ordering"] == ["A→B→C→D"]
    assert lines["short_answer"][0].startswith("参考答案：立案")
    assert lines["case"][0] == "（1）B"
    assert set(printing.KEYS) == set(TYPES)


@pytest.mark.parametrize("seed", range(8))
def test_letters_follow_the_shuffle(seed):
    """The letter of the key stands beside the right option, whatever the order."""
    content = of(SAMPLES["single"]()).shuffled(SAMPLES["single"](), Chance("parts", seed))
    printed = dict(printing.question(content, 1, Decimal(1)).options)
    assert printed[printing.key_lines(content)[0]] == "设区的市级"
    content = of(SAMPLES["ordering"]()).shuffled(SAMPLES["ordering"](), Chance("parts", seed))
    printed = dict(printing.question(content, 1, Decimal(1)).options)
    assert [printed[one] for one in printing.key_lines(content)[0].split("→")] == ["立案", "调查", "告知", "决定"]


def test_the_key_is_printed_with_marks_and_article():
    text = text_of(printing.key_pdf(*paper_of(SAMPLES["single"](), SAMPLES["case"]())))
    for words in ("答案与评分", "B", "第五十九条", "案例分析题"):
        assert words in text


def test_a_question_fetches_nothing():
    content = SAMPLES["true_false"]() | {"stem": 'x<img src="file:///etc/passwd"><img src="http://a.example/b.png">'}
    assert "root:" not in text_of(printing.paper_pdf(*paper_of(content)))


def test_word_files_keep_the_key_apart():
    paper, items = paper_of(*every_type())
    assert MARK not in words_of(docx.paper_docx(paper, items))
    odd = SAMPLES["single"]() | {"stem": f'a &lt; b \x0b<img src="{dot()}">'}
    paper, items = paper_of(SAMPLES["single"](), odd)
    asked = words_of(docx.paper_docx(paper, items))
    assert "一、单选题（共2题，每题4分，共8分）" in asked
    assert "a < b" in asked
    assert "图见PDF试卷" in asked
    assert "第五十九条" not in asked
    key = words_of(docx.key_docx(paper, items))
    assert re.search(r"1\. \[单选题，4分\] B　依据：第五十九条", key)
