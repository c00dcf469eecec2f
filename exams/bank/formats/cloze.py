"""Moodle's embedded answers, as far as they are blanks to be filled: {1:SHORTANSWER:=text~%50%text#feedback}."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.formats.markup import escaped
from exams.bank.formats.reading import share
from exams.bank.types.fill_in import MOST_ACCEPTED, MOST_BLANKS

SHORT, CASED = {"SHORTANSWER", "SA", "MW"}, {"SHORTANSWER_C", "SAC", "MWC"}
FIELD = re.compile(r"(?<!\\)\{(\d*):([A-Z_]+):((?:[^{}\\]++|\\.)*+)\}")
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
SPECIAL = '\\~=#}{"/'


def read_cloze(stem: str) -> dict:
    """A fill-in question. ValidationError for embedded choices and numbers, which are not blanks."""
    blanks: list[dict] = []

    def blank(found: re.Match) -> str:
        kind = found[2]
        if kind not in SHORT | CASED:
            raise ValidationError(f"嵌入题里的“{kind[:20]}”不支持，只支持填空。", code="cloze")
        if len(blanks) == MOST_BLANKS:
            raise ValidationError(f"填空题应有1至{MOST_BLANKS}个空。", code="blanks")
        blanks.append({"id": str(len(blanks) + 1), "accepted": _accepted(found[3])} | _case(kind))
        return f"{{{{{len(blanks)}}}}}"

    return {"type": "fill_in", "stem": FIELD.sub(blank, stem), "blanks": blanks}


def _case(kind: str) -> dict:
    return {"is_case_sensitive": True} if kind in CASED else {}


def _accepted(body: str) -> list[dict]:
    if body.count("~") >= MOST_ACCEPTED:
        raise ValidationError(f"每个空的答案不能超过{MOST_ACCEPTED}个。", code="key")
    accepted = []
    for part in re.split(r"(?<!\\)~", body):
        text, *feedback = re.split(r"(?<!\\)#", part, maxsplit=1)
        weight = Decimal(100) if text.startswith("=") else Decimal(0)
        text = text.removeprefix("=")
        if found := WEIGHT.match(text):
            weight, text = Decimal(found[1]), text[found.end() :]
        one = {"text": _bare(text), "weight": share(weight)}
        accepted.append(one | ({"feedback": escaped(_bare(feedback[0]))} if feedback else {}))
    return accepted


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
