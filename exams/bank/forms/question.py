from django import forms

from courses.catalogue.models import ItemCode, LegalSourceVersion
from exams.bank.forms.kinds import MOST_PARTS, SIMPLE
from exams.bank.models import Question, QuestionBank
from exams.bank.services.editing import ADD, Facts
from exams.bank.types import LABELS


class StartForm(forms.Form):
    """What is to be written, before there is a form for it."""

    bank = forms.ModelChoiceField(QuestionBank.objects.none(), label="题库", empty_label="请选择")
    type = forms.ChoiceField(label="题型", choices=LABELS.items())

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = QuestionBank.objects.visible_to(user).within(user, ADD)
        choices = [("", "—"), *((kind, LABELS[kind]) for kind in SIMPLE)]
        for at in range(1, MOST_PARTS + 1):
            self.fields[f"part{at}"] = forms.ChoiceField(label=f"第{at}小题", choices=choices, required=False)

    def clean(self):
        fields = super().clean()
        if fields.get("type") == "case" and not self.kinds:
            self.add_error("part1", forms.ValidationError("案例至少要有一个小题。", code="parts"))
        return fields

    @property
    def kinds(self) -> list[str]:
        return [kind for at in range(1, MOST_PARTS + 1) if (kind := self.cleaned_data.get(f"part{at}"))]


class FactsForm(forms.ModelForm):
    """Where a question belongs and what it rests on."""

    item_codes = forms.CharField(
        label="事项代码", required=False, help_text="几个代码用空格分开。", widget=forms.TextInput
    )
    sources = forms.ModelMultipleChoiceField(
        LegalSourceVersion.objects.none(),
        label="法律依据版本",
        required=False,
        help_text="只列现行版本。按住Ctrl可以选几个。",
    )
    article = forms.CharField(label="条款", max_length=60, required=False, help_text="如“第四十五条第一款”。")

    class Meta:
        model = Question
        fields = ["topic", "level", "difficulty"]

    def __init__(self, *args, user, version=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = self.fields["topic"].queryset.visible_to(user)
        current = LegalSourceVersion.objects.visible_to(user).filter(superseded_on=None)
        self.fields["sources"].queryset = current.select_related("source")
        if version:
            self.initial["sources"] = list(version.sources.filter(superseded_on=None))
            self.initial["article"] = version.article
            self.initial["item_codes"] = " ".join(sorted(code.code for code in self.instance.item_codes.all()))

    def clean_item_codes(self) -> list[ItemCode]:
        wanted = set(self.cleaned_data["item_codes"].split())
        found = list(ItemCode.objects.filter(code__in=wanted))
        if missing := sorted(wanted - {one.code for one in found}):
            raise forms.ValidationError(f"没有事项“{missing[0][:30]}”，请先登记事项或改正代码。", code="item_code")
        return found

    def facts(self) -> Facts:
        fields = self.cleaned_data
        return Facts(fields["topic"], fields["level"], fields["difficulty"], fields["item_codes"])
