"""One form for each type of question."""

from django import forms
from django.core.exceptions import ValidationError

from exams.bank.forms.choices import MatchingForm, MultipleForm, OrderingForm, SingleForm, TrueFalseForm
from exams.bank.forms.wording import WordingForm, percent_of, weight_of
from exams.bank.forms.written import FillInForm, NumericForm, ShortAnswerForm
from exams.bank.types import LABELS

MOST_PARTS = 6
SIMPLE = {
    form.kind: form
    for form in (SingleForm, MultipleForm, TrueFalseForm, FillInForm, NumericForm, MatchingForm, OrderingForm, ShortAnswerForm)
}  # fmt: skip


class CaseForm(WordingForm):
    """A story, and a form of its own for each question about it."""

    kind = "case"
    hint = "各小题占分之和应为100%。"

    def __init__(self, data=None, *, was=None, kinds=(), **kwargs):
        old = (was or {}).get("parts", [])
        kinds = [part["type"] for part in old] or list(kinds)
        super().__init__(data, was=was, **kwargs)
        self.inner = []
        for at, kind in enumerate(kinds, start=1):
            part = old[at - 1] if old else None
            name = f"share{at}"
            self.fields[name] = forms.DecimalField(
                label="占分%", min_value=0, max_value=100, initial=percent_of(part["share"]) if part else None,
                widget=forms.TextInput,
            )  # fmt: skip
            form = SIMPLE[kind](data, was=part, prefix=f"part{at}")
            form.title, form.portion = f"第{at}小题（{LABELS[kind]}）", self[name]
            self.inner.append(form)

    @property
    def others(self):
        return []

    def clean(self):
        wrong = [form.title for form in self.inner if not form.is_valid()]
        if wrong:
            raise ValidationError(f"{'、'.join(wrong)}有错误，请改正。", code="parts")
        return super().clean()

    def parts(self, rows):
        shares = [weight_of(self.cleaned_data[f"share{at}"]) for at in range(1, len(self.inner) + 1)]
        return {"parts": [{**form.content, "share": share} for form, share in zip(self.inner, shares, strict=True)]}


FORMS = {**SIMPLE, CaseForm.kind: CaseForm}
