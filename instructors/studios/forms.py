from django import forms
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.models import Course, Courseware
from instructors.mentorship.models import Mentorship
from instructors.pool.models import Instructor
from instructors.studios.models import PLANNED, InstructorStudio, StudioReview, Work
from instructors.studios.scoring import Sheet

ROWS = {"rows": 3}


class InstructorField(forms.ModelChoiceField):
    """Names repeat in a city: the unit tells them apart."""

    def __init__(self, label: str):
        super().__init__(Instructor.objects.select_related("unit"), label=label)

    def label_from_instance(self, instructor):
        return f"{instructor.name}（{instructor.unit}）"


def this_year() -> int:
    return timezone.localdate().year


class StudioForm(WagtailAdminModelForm):
    lead = InstructorField("领衔人")

    class Meta:
        model = InstructorStudio
        fields = ["name", "unit", "lead", "topics", "summary", "from_on", "until_on"]
        widgets = {
            "topics": forms.CheckboxSelectMultiple, "summary": forms.Textarea(attrs=ROWS), "from_on": AdminDateInput,
            "until_on": AdminDateInput,
        }  # fmt: skip


class MemberForm(forms.Form):
    instructor = InstructorField("教员")
    from_on = forms.DateField(label="加入日期", widget=AdminDateInput, initial=timezone.localdate)
    duty = forms.CharField(label="分工", max_length=60, required=False)


class LeavingForm(forms.Form):
    until_on = forms.DateField(label="退出日期", widget=AdminDateInput, initial=timezone.localdate)


class PlanItemForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100, initial=this_year)
    title = forms.CharField(label="任务", max_length=80)
    kind = forms.ChoiceField(label="类别", choices=PLANNED)
    target = forms.IntegerField(label="数量", min_value=1, max_value=999, initial=1)
    due_on = forms.DateField(label="完成期限", widget=AdminDateInput)


class DoneForm(forms.Form):
    done_on = forms.DateField(label="完成日期", widget=AdminDateInput, initial=timezone.localdate)
    done_note = forms.CharField(label="完成情况", max_length=200, widget=forms.Textarea(attrs=ROWS))


class OutputForm(forms.Form):
    kind = forms.ChoiceField(label="类别", choices=Work.choices)
    title = forms.CharField(label="名称", max_length=100)
    on = forms.DateField(label="完成日期", widget=AdminDateInput, initial=timezone.localdate)
    course = forms.ModelChoiceField(label="课程", queryset=Course.objects.live(), required=False)
    courseware = forms.ModelChoiceField(label="课件", queryset=Courseware.objects.all(), required=False)
    mentorship = forms.ModelChoiceField(
        label="师带徒", required=False, help_text="带教成果必选，出徒的才能登记。",
        queryset=Mentorship.objects.filter(state="COMPLETED").select_related("mentor", "apprentice"),
    )  # fmt: skip
    is_public = forms.BooleanField(
        label="可公开", required=False, help_text="勾选的在公开页面列出名称；未脱密的案例和带教成果不公开。"
    )


class OpenReviewForm(forms.Form):
    year = forms.IntegerField(label="评审年度", min_value=2000, max_value=2100, initial=this_year)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label="结论", choices=StudioReview.Decision.choices)
    note = forms.CharField(
        label="说明", max_length=150, required=False, widget=forms.Textarea(attrs=ROWS),
        help_text="整改、撤销，或两名评审人评分相差过大的，必须说明。",
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs=ROWS))


class ScoreForm(forms.Form):
    """A score and a remark for each item of the rule's sheet."""

    def __init__(self, data=None, *, sheet: Sheet):
        super().__init__(data)
        self.sheet = sheet
        for item in sheet.items:
            most = int(item.most)
            number = forms.NumberInput(attrs={"class": "input", "step": "0.5"})
            self.fields[item.key] = forms.DecimalField(
                label=item.label, min_value=0, max_value=most, max_digits=4, decimal_places=1, widget=number
            )
            remark = forms.TextInput(attrs={"class": "input"})
            self.fields[f"{item.key}_remark"] = forms.CharField(
                label=f"{item.label}依据", max_length=200, required=False, widget=remark
            )
        comment = forms.Textarea(attrs={"class": "input", "rows": 3})
        self.fields["comment"] = forms.CharField(label="评语", max_length=1000, widget=comment)

    @property
    def rows(self):
        return [(item, self[item.key], self[f"{item.key}_remark"]) for item in self.sheet.items]

    @property
    def answers(self) -> tuple[dict, dict]:
        found, keys = self.cleaned_data, [item.key for item in self.sheet.items]
        return {key: found[key] for key in keys}, {key: found[f"{key}_remark"] for key in keys}
