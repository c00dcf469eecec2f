from decimal import Decimal, InvalidOperation

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.models import Courseware
from courses.development.forms.groups import StaffNumbers, numbers_in
from courses.development.models import CrowdCall, Output, Submission, Work
from courses.development.rubric import criteria
from courses.development.services.authors import Part, evenly
from lms.people.models import Officer, User

Verdict = Submission.Verdict
REASON = forms.Textarea(attrs={"rows": 3})


class AuthorsForm(forms.Form):
    """One line an author, the lead first: a staff number, and the share where it is not to be divided evenly."""

    authors = forms.CharField(
        label="署名", widget=forms.Textarea(attrs={"rows": 5, "class": "input"}),
        help_text="每行一人，主创写在第一行：人员编号，空格，份额（%）。份额都不写的，按规则分配。",
    )  # fmt: skip

    def clean_authors(self):
        lines = [line.replace("%", " ").replace("，", " ").replace(",", " ").split() for line in self._lines()]
        if not lines or any(len(line) > 2 for line in lines):
            raise ValidationError("每行只写人员编号和份额。", code="format")
        officers = _officers([line[0] for line in lines])
        if all(len(line) == 1 for line in lines):
            return evenly(officers)
        return [
            Part(officer, number == 0, _share(line))
            for number, (officer, line) in enumerate(zip(officers, lines, strict=True))
        ]

    def _lines(self):
        return [line for line in self.cleaned_data["authors"].splitlines() if line.strip()]


def _officers(numbers: list[str]) -> list[Officer]:
    found = {one.staff_no: one for one in Officer.objects.filter(staff_no__in=numbers)}
    if missing := [number for number in numbers if number not in found]:
        raise ValidationError(f"没有人员编号{'、'.join(missing[:5])}。", code="unknown_officer")
    return [found[number] for number in numbers]


def _share(line: list[str]) -> Decimal:
    try:
        value = Decimal(line[1])
    except (IndexError, InvalidOperation):
        raise ValidationError(f"请给{line[0]}写份额，或各行都不写。", code="share") from None
    if not value.is_finite() or value != round(value, 2):
        raise ValidationError("份额最多两位小数。", code="share")
    return value


def written(output: Output) -> str:
    """The authors as the form takes them."""
    rows = output.contributors.select_related("officer")
    return "\n".join(f"{row.officer.staff_no} {row.share.normalize():f}" for row in rows)


class AssignForm(forms.Form):
    reviewers = forms.CharField(
        label="评审人人员编号", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="用空格、逗号或换行分开。制作人员及其同区人员须回避。",
    )  # fmt: skip

    def clean_reviewers(self):
        numbers = numbers_in(self.cleaned_data["reviewers"])
        officers = _officers(numbers)
        return list(User.objects.filter(officer__in=officers, is_active=True).select_related("officer__unit"))


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(
        label="结论", choices=[one for one in Verdict.choices if one[0]], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        required=False,
        widget=REASON,
        help_text="退回修改和不采用须写明，会告知制作人员。",
    )


class ReviewForm(forms.Form):
    """A field for each criterion of the rubric, and the comment."""

    comment = forms.CharField(
        label="意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
        help_text="写明优点、问题和修改建议；不要写可以认出您本人的内容。",
    )  # fmt: skip

    def __init__(self, *args, formula, **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = []
        for one in criteria(formula):
            self.keys.append(one.key)
            self.fields[f"score-{one.key}"] = forms.DecimalField(
                label=f"{one.label}（满分{one.most.normalize():f}分）", min_value=0, max_value=one.most,
                max_digits=5, decimal_places=1,
                widget=forms.NumberInput(attrs={"class": "input", "inputmode": "decimal", "step": "0.5"}),
            )  # fmt: skip
        self.order_fields([f"score-{key}" for key in self.keys])

    @property
    def scores(self) -> dict:
        return {key: self.cleaned_data[f"score-{key}"] for key in self.keys}


class CallForm(WagtailAdminModelForm):
    class Meta:
        model = CrowdCall
        fields = ["title", "unit", "brief", "target", "per_unit", "due_on"]
        widgets = {"due_on": AdminDateInput, "brief": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["unit"]


class ClaimForm(forms.Form):
    unit = forms.ModelChoiceField(label="认领单位", queryset=None, empty_label=None)
    title = forms.CharField(label="选题", max_length=100, widget=forms.TextInput(attrs={"class": "input"}))

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.fields["unit"].widget.attrs["class"] = "input"
        if units.count() == 1:
            self.fields["unit"].initial, self.fields["unit"].widget = units.first(), forms.HiddenInput()

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        if not title:
            raise ValidationError("请填写选题。", code="required")
        return title


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label="形式", choices=Courseware.Kind.choices, widget=forms.Select(attrs={"class": "input"})
    )
    file = forms.FileField(
        label="课件文件", widget=forms.FileInput(attrs={"class": "input", "accept": "video/mp4,application/pdf"}),
        help_text="视频用MP4；PDF文档、幻灯片用PDF。",
    )  # fmt: skip


class WorkForm(WagtailAdminModelForm):
    class Meta:
        model = Work
        fields = ["title", "form", "unit", "book", "group", "source", "body", "courseware"]
        widgets = {"body": forms.Textarea(attrs={"rows": 12})}
        help_texts = {
            "courseware": "有文件的，先在“课件”里上传并复核。",
            "body": "案例须先去除姓名、住址、证件和电话号码。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["book"].queryset = Work.objects.filter(form=Work.Form.TEXTBOOK).exclude(state=Work.State.WITHDRAWN)
        self.fields["courseware"].queryset = Courseware.objects.filter(checked_by__isnull=False)
        if self.instance.pk:
            del self.fields["unit"]


class QuestionForm(WagtailAdminModelForm):
    author = StaffNumbers(label="命题人人员编号", widget=forms.TextInput())

    class Meta:
        model = Output
        fields = ["title", "reference", "unit"]
        labels = {"title": "试题", "reference": "题库编号"}

    def save(self, commit=True):
        return self.instance


class MaskingForm(forms.Form):
    removed = forms.CharField(
        label="已去除的内容", max_length=300, widget=REASON,
        help_text="例如当事人姓名、住址、证件号码、车牌、电话、单位名称、执法人员姓名。",
    )  # fmt: skip
