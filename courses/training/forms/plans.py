from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.training.models import PlanItem, SupervisionVisit, TrainingPlan

QUARTERS = [("", "—"), *((number, f"第{number}季度") for number in range(1, 5))]


class NewPlanForm(WagtailAdminModelForm):
    copies_last = forms.BooleanField(label="沿用上一期计划的项目作底稿", required=False)

    class Meta:
        model = TrainingPlan
        fields = ["unit", "span", "year", "title", "follows"]
        help_texts = {
            "title": "留空则按单位和年度自动生成。",
            "follows": "选上级单位已备案的计划，或本单位的三年行动计划。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["year"].min_value, self.fields["year"].max_value = 2000, 2100


class PlanForm(WagtailAdminModelForm):
    class Meta:
        model = TrainingPlan
        fields = ["title", "follows"]


class PlanItemForm(forms.ModelForm):
    """`labels` are the year's compulsory modules, `upper` the lines of the plan that is carried out."""

    modules = forms.MultipleChoiceField(label="必修模块", required=False, widget=forms.CheckboxSelectMultiple)
    quarter = forms.TypedChoiceField(label="季度", required=False, choices=QUARTERS, coerce=int, empty_value=None)

    class Meta:
        model = PlanItem
        fields = ["title", "event_type", "kind", "layer", "audience", "classes", "seats", "days", "hours", "quarter",
                  "modules", "follows", "note"]  # fmt: skip

    def __init__(self, *args, labels=None, upper=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["modules"].choices = list((labels or {}).items())
        self.fields["follows"].queryset = PlanItem.objects.filter(plan=upper).order_by("number")
        self.fields["follows"].empty_label = "—"
        for name, field in self.fields.items():
            if name != "modules":
                field.widget.attrs |= {"class": "input", "aria-label": field.label}


class ChangeItemForm(PlanItemForm):
    reason = forms.CharField(
        label="变更理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3, "class": "input"})
    )

    field_order = [*PlanItemForm.Meta.fields, "reason"]


class PlanItemFormSet(forms.BaseModelFormSet):
    def __init__(self, *args, form_kwargs=None, **kwargs):
        super().__init__(*args, form_kwargs=form_kwargs, **kwargs)
        # Its choices are the same for every line: read once, not once a line.
        upper = (form_kwargs or {}).get("upper")
        rows = [(item.pk, str(item)) for item in upper.items.order_by("number")] if upper else []
        self.follows_choices = [("", "—"), *rows]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["follows"].widget.choices = self.follows_choices


def item_formset(extra: int):
    return forms.modelformset_factory(
        PlanItem, PlanItemForm, formset=PlanItemFormSet, extra=extra, can_delete=True, max_num=200, validate_max=True
    )


class FilingForm(forms.Form):
    reason = forms.CharField(
        label="说明",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="缺少必修模块的，须写明另行安排；上级可据此退回。其他情况可不填。",
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ResultForm(forms.Form):
    result = forms.CharField(label="整改结果", max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))


class VisitForm(WagtailAdminModelForm):
    class Meta:
        model = SupervisionVisit
        fields = ["plan", "visited_on", "visitors", "findings", "rectification", "due_on"]
        widgets = {"visited_on": AdminDateInput, "due_on": AdminDateInput}
        help_texts = {"rectification": "没有问题的留空；填写整改要求的，须同时填写期限。"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = TrainingPlan.objects.exclude(state=TrainingPlan.State.DRAFT)


class PlanFileForm(forms.Form):
    file = forms.FileField(label="选择文件")
