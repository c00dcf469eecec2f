"""Forms of what is answered in writing."""

import re
from decimal import Decimal

from django import forms

from exams.bank.forms.wording import LONG, TEXT, Percent, WordingForm, kept, percent_of, weight_of

VARIANT = re.compile(r"(.*?)(?:=(\d{1,3}(?:\.\d+)?)%)?", re.DOTALL)


class FillInForm(WordingForm):
    kind, least_rows = "fill_in", 5
    hint = "题干里用{{1}}、{{2}}标出空的位置，下面第几行就是第几空。一空的几种写法用“|”分开，得部分分的写成“写法=50%”，“*”代表任意文字。"
    columns = {
        "accepted": forms.CharField(label="认可的写法", widget=TEXT),
        "is_case_sensitive": forms.BooleanField(label="分大小写"),
    }  # fmt: skip

    def rows_of(self, content):
        return [
            {"accepted": "|".join(_variant(one) for one in blank["accepted"]), "is_case_sensitive": blank.get("is_case_sensitive")}
            for blank in sorted(content["blanks"], key=lambda blank: int(blank["id"]))
        ]  # fmt: skip

    def parts(self, rows):
        old = {blank["id"]: blank for blank in self.was.get("blanks", [])}
        blanks = []
        for at, row in enumerate(rows, start=1):
            before = old.get(str(at), {"accepted": []})["accepted"]
            accepted = [_read_variant(text, before) for text in (row["accepted"] or "").split("|") if text.strip()]
            more = {"is_case_sensitive": True} if row["is_case_sensitive"] else {}
            blanks.append({"id": str(at), "accepted": accepted, **more})
        return {"blanks": blanks}


def _variant(one: dict) -> str:
    weight = one.get("weight", "1")
    return one["text"] if Decimal(weight) == 1 else f"{one['text']}={percent_of(weight):f}%"


def _read_variant(text: str, old: list[dict]) -> dict:
    found = VARIANT.fullmatch(text.strip())
    said = found[1].strip() if found else text.strip()
    return {
        **kept(old, said, "text"),
        "text": said,
        "weight": weight_of(Decimal(found[2] or 100) if found else Decimal(100)),
    }


class NumericForm(WordingForm):
    kind, least_rows, notes = "numeric", 3, {"unit": "", "feedback_wrong": ""}
    hint = "可以有几个答案，例如误差大些的得部分分；权重不填为100%。"
    columns = {
        "value": forms.CharField(label="答案"), "tolerance": forms.CharField(label="误差±"), "weight": Percent("权重%"),
    }  # fmt: skip

    unit = forms.CharField(label="单位", required=False, max_length=20, help_text="如“日”“平方米”，显示在作答框后面。")
    feedback_wrong = forms.CharField(label="答错后的说明", required=False)

    def rows_of(self, content):
        return [
            {
                "value": one["value"],
                "tolerance": one.get("tolerance", "0"),
                "weight": percent_of(one.get("weight", "1")),
            }
            for one in content["answers"]
        ]

    def parts(self, rows):
        old = self.was.get("answers", [])
        return {
            "answers": [
                {
                    **kept(old, row["value"], "value"), "value": (row["value"] or "").strip(),
                    "tolerance": (row["tolerance"] or "0").strip(),
                    "weight": weight_of(Decimal(100) if row["weight"] is None else row["weight"]),
                }
                for row in rows
            ]
        }  # fmt: skip


class ShortAnswerForm(WordingForm):
    kind, least_rows, notes = "short_answer", 5, {"reference": ""}
    hint = "得分点占分之和应为100%；不列得分点的，由阅卷员按参考答案评分。"
    columns = {"text": forms.CharField(label="得分点", widget=TEXT), "share": Percent("占分%")}

    reference = forms.CharField(label="参考答案", widget=LONG, required=False)

    def rows_of(self, content):
        return [{"text": one["text"], "share": percent_of(one["share"])} for one in content.get("rubric", [])]

    def parts(self, rows):
        points = [{"text": row["text"], "share": weight_of(row["share"] or Decimal(0))} for row in rows]
        return {"rubric": points} if points else {}
