"""Forms of what is answered by choosing, pairing and sorting."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from exams.bank.forms.wording import TEXT, Percent, WordingForm, kept, percent_of, weight_of


class SingleForm(WordingForm):
    kind, least_rows = "single", 6
    hint = "只勾一个正确选项。其他选项给部分分或倒扣分的，填权重（正确为100%，不填为0）。"
    columns = {
        "right": forms.BooleanField(label="正确"), "html": forms.CharField(label="选项", widget=TEXT),
        "weight": Percent("权重%"), "feedback": forms.CharField(label="选后说明"),
    }  # fmt: skip

    def rows_of(self, content):
        return [self.row_of(part) for part in content["options"]]

    def row_of(self, part: dict) -> dict:
        weight = Decimal(part.get("weight", "0"))
        is_right = weight == 1 if self.kind == "single" else weight > 0
        shown = None if weight == 0 or (is_right and self.kind == "single") else percent_of(part["weight"])
        return {"right": is_right, "html": part["html"], "weight": shown, "feedback": part.get("feedback", "")}

    def parts(self, rows):
        share = self.share(rows)
        old, made = self.was.get("options", []), []
        for at, row in enumerate(rows):
            part = {**kept(old, row["html"]), "id": chr(ord("a") + at), "html": row["html"]}
            part["weight"] = self.weight(row, share)
            part.pop("feedback", None)
            made.append(part | ({"feedback": row["feedback"]} if row["feedback"] else {}))
        return {"options": made}

    def share(self, rows) -> Decimal:
        return Decimal(100)

    def weight(self, row, share: Decimal) -> str:
        if row["right"]:
            return weight_of(share)
        if (row["weight"] or 0) >= 100:
            raise ValidationError("没有勾“正确”的选项，权重应小于100%。", code="weight")
        return weight_of(row["weight"] or Decimal(0))


class MultipleForm(SingleForm):
    kind = "multiple"
    hint = "勾出全部正确选项，不填权重的平分100%。错选倒扣的填负数。"

    def share(self, rows):
        return Decimal(100) / max(sum(row["right"] for row in rows), 1)

    def weight(self, row, share):
        if row["right"]:
            return weight_of(row["weight"] if row["weight"] is not None else share)
        if (row["weight"] or 0) > 0:
            raise ValidationError("权重为正的选项要勾“正确”。", code="weight")
        return weight_of(row["weight"] or Decimal(0))


class TrueFalseForm(WordingForm):
    kind, notes = "true_false", {"feedback_true": "", "feedback_false": ""}

    answer = forms.ChoiceField(label="答案", choices=[("true", "对"), ("false", "错")])
    feedback_true = forms.CharField(label="选“对”后的说明", required=False)
    feedback_false = forms.CharField(label="选“错”后的说明", required=False)

    def told(self, content):
        return super().told(content) | ({"answer": "true" if content["answer"] else "false"} if content else {})

    def parts(self, rows):
        return {"answer": self.cleaned_data["answer"] == "true"}


class MatchingForm(WordingForm):
    kind, least_rows = "matching", 6
    hint = "每行一对。左侧留空的右侧项是干扰项；几个左侧项对应同一个右侧项的，右侧照样再写一遍。"
    columns = {
        "left": forms.CharField(label="左侧项", widget=TEXT), "right": forms.CharField(label="对应的右侧项", widget=TEXT),
    }  # fmt: skip

    def rows_of(self, content):
        targets = {one["id"]: one["html"] for one in content["targets"]}
        rows = [{"left": one["html"], "right": targets[one["match"]]} for one in content["prompts"]]
        used = {one["match"] for one in content["prompts"]}
        return rows + [{"left": "", "right": html} for one, html in targets.items() if one not in used]

    def parts(self, rows):
        if any(not row["right"] for row in rows):
            raise ValidationError("每个左侧项都要对应一个右侧项。", code="key")
        targets = {html: f"t{at}" for at, html in enumerate(dict.fromkeys(row["right"] for row in rows), start=1)}
        pairs, old = [row for row in rows if row["left"]], self.was.get("prompts", [])
        prompts = [
            {**kept(old, row["left"]), "id": f"p{at}", "html": row["left"], "match": targets[row["right"]]}
            for at, row in enumerate(pairs, start=1)
        ]
        return {"prompts": prompts, "targets": [{"id": one, "html": html} for html, one in targets.items()]}


class OrderingForm(WordingForm):
    kind, least_rows = "ordering", 6
    hint = "按正确的顺序从上往下写，考生看到的顺序是打乱的。"
    columns = {"html": forms.CharField(label="步骤", widget=TEXT)}

    def rows_of(self, content):
        items = {one["id"]: one["html"] for one in content["items"]}
        return [{"html": items[one]} for one in content["order"]]

    def parts(self, rows):
        items = [{"id": f"i{at}", "html": row["html"]} for at, row in enumerate(rows, start=1)]
        return {"items": items, "order": [item["id"] for item in items]}
