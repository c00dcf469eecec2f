"""The paper and its key as .docx, for offices that set their own type: five parts in a zip, no more.

Pictures stay in the PDF; where one belongs the text says so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from exams.bank.formats.markup import has_pictures, plain
from exams.bank.types import LABELS
from exams.papers.printing import BLANK, Question, facts, key_lines, sections, words

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/>'
    f'<Override PartName="/word/footer.xml" ContentType="{WORD}.footer+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{R}/officeDocument" Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{R}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r2" Type="{R}/footer" Target="footer.xml"/></Relationships>',
}
# Name, size in half points, spacing before, left indent, and more.
STYLES = (
    ("Normal", 21, 0, 0, ""), ("Title", 36, 0, 0, '<w:jc w:val="center"/>'), ("Sub", 21, 60, 0, '<w:jc w:val="center"/>'),
    ("Heading", 24, 200, 0, "<w:keepNext/>"), ("Stem", 21, 120, 0, ""), ("Option", 21, 0, 420, ""),
)  # fmt: skip
BOLD = {"Title", "Heading"}


def text(style: str, content: str) -> str:
    clean = escape(NOT_XML.sub("", content))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{clean}</w:t></w:r></w:p>'


def package(paragraphs: Iterable[str], footer: str) -> bytes:
    """A4 with a page number in the footer."""
    page = (
        f'<w:sectPr xmlns:r="{R}"><w:footerReference w:type="default" r:id="r2"/><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1134" w:right="1020" w:bottom="1134" w:left="1020" w:header="600" w:footer="600" w:gutter="0"/></w:sectPr>'
    )
    number = '<w:r><w:t xml:space="preserve">　第</w:t></w:r><w:fldSimple w:instr="PAGE"/><w:r><w:t>页</w:t></w:r>'
    foot = text("Sub", footer).removesuffix("</w:p>")
    written = {
        "word/document.xml": f"{HEAD}<w:document {W}><w:body>{''.join(paragraphs)}{page}</w:body></w:document>",
        "word/styles.xml": f"{HEAD}<w:styles {W}>{''.join(map(_style, STYLES))}</w:styles>",
        "word/footer.xml": f"{HEAD}<w:ftr {W}>{foot}{number}</w:p></w:ftr>",
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in (PARTS | written).items():
            archive.writestr(name, content)
    return out.getvalue()


def _style(about: tuple[str, int, int, int, str]) -> str:
    name, size, before, indent, more = about
    keep, align = (more, "") if more == "<w:keepNext/>" else ("", more)
    bold = "<w:b/>" if name in BOLD else ""
    default = ' w:default="1"' if name == "Normal" else ""
    return (
        f'<w:style w:type="paragraph"{default} w:styleId="{name}"><w:name w:val="{name}"/><w:pPr>{keep}'
        f'<w:spacing w:before="{before}"/><w:ind w:left="{indent}"/>{align}</w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="Times New Roman" w:eastAsia="宋体"/>{bold}<w:sz w:val="{size}"/></w:rPr></w:style>'
    )


def paper_docx(paper, items: Sequence) -> bytes:
    return package(_paper(paper, items), f"{paper}　摘要{paper.sha256[:16]}")


def _paper(paper, items: Sequence) -> Iterator[str]:
    about = facts(paper, items)
    yield text("Title", str(paper))
    yield text("Sub", f"共{about['count']}题，满分{about['total']}分")
    yield text("Sub", f"姓名{BLANK}　准考证号{BLANK}{BLANK}　单位{BLANK}")
    for section in sections(items):
        each = f"每题{section.marks}分，" if section.marks else ""
        yield text(
            "Heading", f"{section.numeral}、{section.label}（共{len(section.questions)}题，{each}共{section.total}分）"
        )
        for question in section.questions:
            yield from _question(question)


def _question(question: Question, *, is_part: bool = False) -> Iterator[str]:
    dot, worth = ("", f"（{question.marks}分）") if is_part else (".", "")
    bracket = "（　　）" if question.kind in ("single", "multiple", "true_false") else ""
    yield text("Stem", f"{question.number}{dot}{_said(question.stem)}{bracket}{worth}")
    for letter, option in (*question.options, *question.targets):
        yield text("Option", f"{letter}. {_said(option)}")
    for part in question.parts:
        yield from _question(part, is_part=True)


def _said(markup: str) -> str:
    return plain(markup) + ("〔图见PDF试卷〕" if has_pictures(markup) else "")


def key_docx(paper, items: Sequence) -> bytes:
    rows = [
        text("Stem", f"{item.slot}. [{LABELS[item.content['type']]}，{words(item.marks)}分] {'；'.join(key_lines(item.content))}"
             + (f"　依据：{item.version.article}" if item.version.article else ""))
        for item in items
    ]  # fmt: skip
    head = [text("Title", str(paper)), text("Sub", "答案与评分　内部资料，考试结束前不得公开")]
    return package([*head, *rows], f"{paper}　答案　摘要{paper.sha256[:16]}")
