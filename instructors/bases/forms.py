import re

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.models import Course
from instructors.bases.models import BaseChecklist, BaseDecision, BaseReview, BaseRound, Part, ScoreSheet
from lms.people.models import User

LINE = re.compile(r"^(?P<part>[^|\uff5c]+)[|\uff5c](?P<text>[^|\uff5c]+)[|\uff5c]\s*(?P<points>\d{1,3})\s*$")
PARTS = {part.label: part.value for part in Part}
LONG = {"rows": 4}


class RoundForm(WagtailAdminModelForm):
    class Meta:
        model = BaseRound
        fields = ["year", "title", "opens_on", "closes_on", "places", "note"]
        widgets = {"opens_on": AdminDateInput, "closes_on": AdminDateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["places"].required = False


class ReviewForm(WagtailAdminModelForm):
    """An application, or what a re-review was filled in with."""

    class Meta:
        model = BaseReview
        fields = [
            "round", "unit", "name", "theme", "address", "seats", "introduction", "trainers", "course", "safety",
            "use_note", "results_note",
        ]  # fmt: skip
        widgets = {
            name: forms.Textarea(attrs=LONG) for name in ("introduction", "safety", "use_note", "results_note")
        } | {"trainers": forms.CheckboxSelectMultiple}
        help_texts = {
            "course": "命名时可以还没有；命名后须在规定天数内发布，逾期停止预订（1基地1精品）。",
            "safety": "负责人、制度、安全预案、急救设施和演练。",
            "use_note": "复审的按课次记录预填，可以补充。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("round", "unit"):
                del self.fields[name]
            if not self.instance.is_creation:
                del self.fields["name"]
        else:
            self.fields["round"].required = True


class ChecklistForm(forms.ModelForm):
    """One line an item: 部分|内容|分值."""

    lines = forms.CharField(
        label="条目", widget=forms.Textarea(attrs={"rows": 20}),
        help_text="一行一条，写作“部分|内容|分值”。部分是：" + "、".join(PARTS) + "；各部分的总分应与规则R29一致。",
    )  # fmt: skip

    class Meta:
        model = BaseChecklist
        fields = ["source_note"]

    field_order = ["lines", "source_note"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if last := BaseChecklist.objects.in_use():
            self.initial.setdefault("lines", as_lines(last.items))

    def clean_lines(self) -> list[dict]:
        texts = [line.strip() for line in self.cleaned_data["lines"].splitlines() if line.strip()]
        return [self._item(number, text) for number, text in enumerate(texts, 1)]

    def _item(self, number: int, text: str) -> dict:
        found = LINE.match(text)
        part = PARTS.get(found["part"].strip()) if found else None
        if found is None or part is None or int(found["points"]) < 1:
            raise ValidationError(f"第{number}行应写作“部分|内容|分值”：{text[:40]}", code="line")
        return {"key": f"I{number:02d}", "part": part, "text": found["text"].strip(), "points": int(found["points"])}


def as_lines(items: list[dict]) -> str:
    return "\n".join(f"{Part(item['part']).label}|{item['text']}|{item['points']}" for item in items)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(forms.Form):
    note = forms.CharField(label="整改情况", max_length=1000, widget=forms.Textarea(attrs={"rows": 6}))


class CourseForm(forms.Form):
    course = forms.ModelChoiceField(
        label="精品实践课程", queryset=Course.objects.live().filter(is_flagship=True).order_by("title"),
        help_text="只列出已发布并认定为精品的课程。",
    )  # fmt: skip


class AssignForm(forms.Form):
    """`review` narrows the choice to reviewers of other districts; of a third there is one."""

    def __init__(self, *args, people, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        for number in range(1, count + 1):
            label = "评审员" if count == 1 else f"评审员{'一二'[number - 1]}"
            self.fields[f"reviewer_{number}"] = forms.ModelChoiceField(
                label=label, queryset=people, empty_label="请选择", widget=forms.Select(attrs={"class": "input"})
            )

    def reviewers(self) -> list[User]:
        return [self.cleaned_data[name] for name in sorted(self.fields)]


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(label="决定", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
        help_text="限期整改、不予命名、撤销命名的必须写明理由，会原文告知申报单位。",
    )  # fmt: skip

    def __init__(self, *args, outcomes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]
        if len(outcomes) == 1:
            self.initial["outcome"] = outcomes[0].value

    def clean(self):
        cleaned = super().clean()
        kept = (BaseDecision.Outcome.NAME, BaseDecision.Outcome.RETAIN)
        if cleaned.get("outcome") not in (None, *kept) and not cleaned.get("reason", "").strip():
            self.add_error("reason", ValidationError("请写明理由，申报单位要据此整改或申辩。", code="no_reason"))
        return cleaned


class MaterialForm(forms.Form):
    part = forms.ChoiceField(label="说明哪一部分", choices=Part.choices, widget=forms.Select(attrs={"class": "input"}))
    title = forms.CharField(label="名称", max_length=80, widget=forms.TextInput(attrs={"class": "input"}))
    file = forms.FileField(
        label="文件", help_text="PDF，或JPG、PNG、WebP照片，每件不超过10 MB。照片会去掉拍摄地点和设备信息。",
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )  # fmt: skip


class SheetForm(forms.Form):
    """A number for each item of the checklist. Empty ones may be saved, not handed in."""

    remarks = forms.CharField(
        label="评语", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
        help_text="主要优点、问题和整改建议。不要写姓名。",
    )  # fmt: skip

    def __init__(self, *args, sheet: ScoreSheet, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["remarks"].initial = sheet.remarks
        for item in sheet.review.checklist.items:
            self.fields[item["key"]] = forms.IntegerField(
                label=item["text"], min_value=0, max_value=item["points"], required=False,
                initial=sheet.points.get(item["key"]),
                widget=forms.NumberInput(attrs={"class": "input pts", "inputmode": "numeric"}),
            )  # fmt: skip

    def points(self) -> dict[str, int]:
        keys = self.sheet.review.checklist.points
        return {key: self.cleaned_data[key] for key in keys if self.cleaned_data.get(key) is not None}

    def parts(self):
        """(part, most, [(item, field)])."""
        for part, items in self.sheet.review.checklist.parts():
            yield part, sum(item["points"] for item in items), [(item, self[item["key"]]) for item in items]
