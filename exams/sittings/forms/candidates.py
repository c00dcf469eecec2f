"""Whom the office looks for, groups of candidates and their times."""

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from courses.training.forms.enrollment import BLANK, DUTIFUL
from courses.training.models import TrainingClass
from exams.sittings.forms.exams import ExamField, of_own_office
from exams.sittings.models import CandidateGroup, Exam, TimeOverride
from exams.sittings.services.listing import Wanted
from exams.sittings.services.overrides import by_numbers
from lms.people.models import Officer, OrgUnit

ANY = "不限"


class ClassField(forms.ModelChoiceField):
    def label_from_instance(self, training_class):
        return f"{training_class.title}（{training_class.starts_on:%Y年%-m月%-d日}）"


class WantedForm(forms.Form):
    """The filter of people; every field may stay empty, not all of them."""

    unit = forms.ModelChoiceField(label="单位", queryset=OrgUnit.objects.none(), required=False, empty_label=ANY)
    rank = forms.ChoiceField(label="职级", choices=BLANK + Officer.Rank.choices, required=False)
    status = forms.ChoiceField(
        label="状态", required=False,
        choices=BLANK + [choice for choice in Officer.Status.choices if choice[0] not in DUTIFUL],
    )  # fmt: skip
    source = forms.ChoiceField(label="来源", choices=BLANK + Officer.Source.choices, required=False)
    entered_since = forms.DateField(
        label="入职不早于", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    training_class = ClassField(
        label="培训班", queryset=TrainingClass.objects.none(), required=False, empty_label=ANY,
        help_text="已录取的学员。",
    )  # fmt: skip
    numbers = forms.CharField(
        label="人员编号", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="几个编号用空格分开。",
    )  # fmt: skip
    most = forms.IntegerField(label="最多安排人数", required=False, min_value=1)

    def __init__(self, data, *, user, permission: str):
        super().__init__(data)
        self.fields["unit"].queryset = OrgUnit.objects.filter(user.scope_filter(permission, ""))
        classes = TrainingClass.objects.filter(user.scope_filter(permission, "unit")).exclude(state="CANCELLED")
        self.fields["training_class"].queryset = classes.order_by("-starts_on", "pk")

    def clean(self):
        fields = super().clean()
        if self.is_bound and not self.errors and not any(value for name, value in fields.items() if name != "most"):
            raise ValidationError("请至少选一个条件。", code="no_filter")
        return fields

    @property
    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


class GroupForm(WagtailAdminModelForm):
    exam = ExamField(label="考试", queryset=Exam.objects.select_related("unit"))
    numbers = forms.CharField(
        label="考生", widget=forms.Textarea(attrs={"rows": 3}), help_text="准考证号或人员编号，几个用空格分开。"
    )

    class Meta:
        model = CandidateGroup
        fields = ["exam", "name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["exam"]
            self.initial["numbers"] = " ".join(self.instance.members.values_list("number", flat=True))

    def clean_exam(self):
        return of_own_office(self.cleaned_data["exam"], self.for_user)

    def clean(self):
        fields = super().clean()
        exam = fields.get("exam") or (self.instance.exam if self.instance.exam_id else None)
        if exam and fields.get("numbers"):
            self.members = by_numbers(exam, fields["numbers"])
        return fields


class OverrideForm(WagtailAdminModelForm):
    exam = ExamField(label="考试", queryset=Exam.objects.select_related("unit"))
    number = forms.CharField(
        label="考生", required=False, max_length=30, help_text="准考证号或人员编号。与考生组选填一项。"
    )

    class Meta:
        model = TimeOverride
        fields = ["exam", "group", "closes_at", "is_open_ended", "limit_minutes", "reason"]
        widgets = {"closes_at": AdminDateTimeInput, "reason": forms.Textarea(attrs={"rows": 3})}

    field_order = ["exam", "number", "group", "closes_at", "limit_minutes", "is_open_ended", "reason"]

    def clean_exam(self):
        return of_own_office(self.cleaned_data["exam"], self.for_user)

    def clean(self):
        fields = super().clean()
        exam, group = fields.get("exam"), fields.get("group")
        if exam and fields.get("number"):
            self.instance.candidate = by_numbers(exam, fields["number"])[-1]
        if exam and group and group.exam_id != exam.pk:
            raise ValidationError("考生组不属于这个考试。", code="other_exam")
        return fields
