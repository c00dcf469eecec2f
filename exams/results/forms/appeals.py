from django import forms
from django.forms import Textarea

from courses.training.forms.attendance import input_of
from exams.results.models import ExamAppeal
from exams.results.services.deciding import Worth

Kind = ExamAppeal.Kind


class AppealForm(forms.Form):
    """What a candidate questions; that marks may go down he has to say himself."""

    slot = forms.IntegerField(label="第几题", min_value=1, required=False, widget=input_of(forms.NumberInput))
    text = forms.CharField(
        label="理由", max_length=1000, widget=input_of(Textarea, rows=6), help_text="写明哪里有误、依据是什么。"
    )
    accepts_lower = forms.BooleanField(label="我知道复核后分数可能升，也可能降，以复核结果为准", required=False)

    def __init__(self, *args, kind: str, most: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["slot"].max_value = most
        self.fields["slot"].help_text = f"1至{most}。不填为整卷核查。"
        if kind == Kind.QUESTION:
            self.fields["slot"].required = True
            self.fields["slot"].help_text = f"1至{most}。"
        if kind == Kind.VIOLATION:
            del self.fields["slot"], self.fields["accepts_lower"]


class ReplyForm(forms.Form):
    """The parts a finding may change, each empty unless it does, and the answer the candidate reads."""

    reply = forms.CharField(label="答复", max_length=500, widget=Textarea(attrs={"rows": 4}))

    def __init__(self, *args, worths: list[Worth], **kwargs):
        super().__init__(*args, **kwargs)
        self.parts = [(one, f"marks-{one.slot}-{int(one.is_by_hand)}") for one in worths]
        for worth, name in self.parts:
            self.fields[name] = forms.DecimalField(
                label=f"第{worth.slot}题{'主观' if worth.is_by_hand else '客观'}部分", required=False, min_value=0,
                max_value=worth.full, max_digits=6, decimal_places=2,
            )  # fmt: skip

    def rows(self):
        return [(worth, self[name]) for worth, name in self.parts]

    @property
    def changed(self) -> list[tuple[Worth, str]]:
        """Where something else than what it counts now was written."""
        given = [(worth, self.cleaned_data.get(name)) for worth, name in self.parts]
        return [(worth, marks) for worth, marks in given if marks is not None and marks != worth.marks]


class LiftForm(forms.Form):
    is_lifted = forms.TypedChoiceField(
        label="决定", choices=[("", "请选择"), ("yes", "撤销处理"), ("no", "维持处理")], coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    reply = forms.CharField(label="答复", max_length=500, widget=Textarea(attrs={"rows": 4}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["is_lifted"].choices = self.fields["is_lifted"].choices[1:]
