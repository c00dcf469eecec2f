from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from wagtail.admin.widgets import AdminDateTimeInput

from courses.catalogue.models import ItemCode, Topic
from exams.bank.models import EASIEST, HARDEST, Question, QuestionBank
from exams.bank.templatetags.questions import gapped
from exams.papers.models import Blueprint, BlueprintCell, ForbiddenPair
from exams.papers.services.ordering import MOST_PAPERS
from exams.papers.services.pairs import ADD as ADD_PAIR
from lms.people.models import OrgUnit

ADD = "papers.add_blueprint"
SPARE_ROWS, MOST_ROWS = 3, 60
FORMS, EACH = "forms", "each"
NAMED = 8


class BlueprintForm(forms.ModelForm):
    class Meta:
        model = Blueprint
        fields = ["code", "name", "unit", "banks", "partial", "per_option", "is_shuffled", "are_options_shuffled"]
        widgets = {"banks": forms.CheckboxSelectMultiple}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = [unit.pk for unit in user.scope(ADD)]
        self.fields["unit"].queryset = OrgUnit.objects.filter(pk__in=units)
        self.fields["unit"].initial = units[0] if units else None
        self.fields["unit"].empty_label = None
        self.fields["banks"].queryset = QuestionBank.objects.visible_to(user).filter(is_for_practice=False)
        if self.instance.pk:
            del self.fields["code"], self.fields["unit"]

    def shown(self, *names: str) -> list:
        return [self[name] for name in names if name in self.fields]

    @property
    def about(self) -> list:
        return self.shown("code", "name", "unit", "partial", "per_option")

    @property
    def switches(self) -> list:
        return self.shown("is_shuffled", "are_options_shuffled")


class CellForm(forms.ModelForm):
    """One row of the table. An item is typed by its code: a list of several hundred in every row helps nobody."""

    item_code = forms.ModelChoiceField(
        label="执法事项", queryset=ItemCode.objects.none(), required=False, to_field_name="code", widget=forms.TextInput,
        error_messages={"invalid_choice": "没有这个事项代码。"},
    )  # fmt: skip

    class Meta:
        model = BlueprintCell
        fields = ["type", "level", "topic", "difficulty", "item_code", "count", "marks"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.all()
        self.fields["topic"].empty_label = "不限"
        self.fields["item_code"].queryset = ItemCode.objects.all()
        self.fields["item_code"].widget.attrs |= {"list": "items", "placeholder": "不限", "size": 12}
        self.fields["level"].choices = [("", "不限"), *self.fields["level"].choices[1:]]
        difficulty = [(None, "不限"), *((n, str(n)) for n in range(EASIEST, HARDEST + 1))]
        self.fields["difficulty"].widget = forms.Select(choices=difficulty)
        self.fields["count"].widget.attrs |= {"min": 1, "max": 300}
        self.fields["marks"].widget.attrs |= {"min": "0.5", "step": "0.5"}

    def has_changed(self) -> bool:
        """A row without type and count is an empty one, whatever else was left in it."""
        names = ("type", "count", "marks")
        return any(self.data.get(self.add_prefix(name)) for name in names) if self.is_bound else super().has_changed()


class CellFormSet(forms.BaseFormSet):
    def cells(self) -> list[BlueprintCell]:
        return [form.instance for form in self.forms if form.has_changed()]


def cell_rows(data, cells=()) -> CellFormSet:
    """The table of a blueprint's cells with a few rows to spare."""
    table = forms.formset_factory(
        CellForm, formset=CellFormSet, extra=SPARE_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS
    )
    names = CellForm.Meta.fields
    initial = [{name: getattr(cell, name) for name in names} for cell in cells]
    for row in initial:
        row["topic"] = row["topic"] and row["topic"].pk
        row["item_code"] = row["item_code"] and row["item_code"].code
        row["marks"] = plain(row["marks"])
    return table(data, initial=initial, prefix="cells")  # type: ignore[return-value]


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


class DrawForm(forms.Form):
    purpose = forms.CharField(label="用途", max_length=100, help_text="如“2026年执法资格考试第1场”。")
    kind = forms.ChoiceField(
        label="组卷方式", choices=[(FORMS, "等值卷（A、B、C……）"), (EACH, "每人一卷")], widget=forms.RadioSelect,
        initial=FORMS, help_text="等值卷最多8份，立即组成；每人一卷在后台进行，可以离开页面。",
    )  # fmt: skip
    count = forms.IntegerField(label="份数", min_value=1, max_value=MOST_PAPERS, initial=2)


class SealForm(forms.Form):
    opens_at = forms.DateTimeField(
        label="开封时间", widget=AdminDateTimeInput, help_text="在此之前任何人都不能查看试卷内容，每次尝试都会记录。"
    )
    is_whole = forms.BooleanField(
        label="同批试卷一并封存", required=False, help_text="同一用途、同一次题库快照组成的全部试卷。"
    )


class PairForm(forms.ModelForm):
    """Two questions, each by its number or by words of its stem."""

    one = forms.CharField(label="试题", max_length=200, help_text="填编号，或题干里的几个字。")
    other = forms.CharField(label="不与此题同卷", max_length=200, help_text="填编号，或题干里的几个字。")
    reason = forms.CharField(label="理由", max_length=100, help_text="例如：一题的题干说出了另一题的答案。")

    class Meta:
        model = ForbiddenPair
        fields = ["reason"]

    field_order = ["one", "other", "reason"]

    def questions(self, user) -> list[Question]:
        """The two that are meant. ValidationError at the field that names none, or several."""
        found, refused = [], {}
        for name in ("one", "other"):
            try:
                found.append(_question(self.cleaned_data[name], user))
            except ValidationError as refusal:
                refused[name] = refusal
        if refused:
            raise ValidationError(refused)
        return found


def _question(text: str, user) -> Question:
    rows = Question.objects.visible_to(user).within(user, ADD_PAIR).with_newest()
    if text.isascii() and text.isdecimal() and len(text) < 10 and (numbered := rows.filter(pk=text).first()):
        return numbered
    found = list(rows.filter(stem__icontains=text).order_by("pk")[: NAMED + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        raise ValidationError(f"没有找到“{text[:40]}”，请核对编号或题干。", code="unknown")
    named = "；".join(f"{one.pk}“{Truncator(gapped(one.stem)).chars(30)}”" for one in found[:NAMED])
    raise ValidationError(f"有几道题含有“{text[:40]}”，请填编号：{named}。", code="several")
