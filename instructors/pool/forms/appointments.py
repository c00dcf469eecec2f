"""What an office fills in about an instructor and his appointments."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.models import ItemCode, Topic
from courses.catalogue.models.references import Level as CourseLevel
from instructors.pool.models import Appointment, Instructor, Level
from instructors.pool.services.appointments import Offer
from lms.people.models import Officer, OrgUnit

SPLIT = re.compile(r"[\s,，、;；]+")


class TopicsField(forms.MultipleChoiceField):
    """Topics belong to nobody's district: everybody may choose from all."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(choices=lambda: list(Topic.objects.values_list("pk", "name")), **kwargs)

    def clean(self, value):
        return tuple(Topic.objects.filter(pk__in=super().clean(value)))


class ItemsField(forms.CharField):
    """Item codes, typed or pasted one after the other."""

    def __init__(self, **kwargs):
        about = {"help_text": "填事项代码，多个用顿号隔开。", "widget": forms.Textarea(attrs={"rows": 2})}
        super().__init__(required=False, **about | kwargs)

    def clean(self, value):
        codes = [code for code in SPLIT.split(super().clean(value)) if code]
        found = {item.code: item for item in ItemCode.objects.filter(code__in=codes)}
        if unknown := [code for code in codes if code not in found]:
            raise ValidationError(f"没有这些事项代码：{'、'.join(unknown[:5])}。", code="unknown_item")
        return tuple(found.values())


class SpecialtiesForm(forms.Form):
    topics = TopicsField(label="专题", required=False)
    items = ItemsField(label="执法事项")
    course_levels = forms.MultipleChoiceField(
        label="课程等级", choices=CourseLevel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class InstructorForm(WagtailAdminModelForm):
    """An officer is named by his number, whose name is then taken over; only an expert from outside has a name typed."""

    level = forms.ChoiceField(label="级别", choices=Level.choices)
    staff_no = forms.CharField(
        label="人员编号", max_length=30, required=False, help_text="外聘专家不填；其他级别必填，姓名随人员档案。"
    )
    unit = forms.ModelChoiceField(label="聘任单位", queryset=OrgUnit.objects.all())
    from_on = forms.DateField(label="起聘日期", widget=AdminDateInput, initial=timezone.localdate)
    until_on = forms.DateField(
        label="聘期至", widget=AdminDateInput, required=False, help_text="不填的，按规则规定的聘期。"
    )
    topics = TopicsField(label="专题", required=False)
    items = ItemsField(label="执法事项")
    course_levels = forms.MultipleChoiceField(
        label="课程等级", choices=CourseLevel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    specialty = forms.CharField(label="专长说明", max_length=120, required=False)

    class Meta:
        model = Instructor
        fields = ["name"]

    field_order = ["level", "staff_no", "name", "unit"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.officer: Officer | None = None

    def clean(self):
        cleaned = super().clean()
        number = cleaned.get("staff_no", "").strip()
        self.officer = Officer.objects.visible_to(self.for_user).filter(staff_no=number).first() if number else None
        if number and not self.officer:
            self.add_error("staff_no", ValidationError("本单位范围内没有这个编号的人员。", code="unknown_person"))
        if not number and not cleaned.get("name"):
            self.add_error("name", ValidationError("外聘专家须填姓名。", code="no_name"))
        return cleaned

    @property
    def offer(self) -> Offer:
        found = self.cleaned_data
        return Offer(*(found[name] for name in (
            "level", "unit", "from_on", "until_on", "topics", "items", "course_levels", "specialty",
        )))  # fmt: skip


class EndForm(forms.Form):
    on = forms.DateField(label="最后一日", widget=AdminDateInput, initial=timezone.localdate)
    end_reason = forms.ChoiceField(label="退出原因", choices=Appointment.End.choices)
    note = forms.CharField(label="说明", max_length=200, required=False)


class RenewForm(forms.Form):
    until_on = forms.DateField(
        label="聘期至", widget=AdminDateInput, required=False, help_text="不填的，按规则规定的聘期。"
    )


class SuspendForm(forms.Form):
    from_on = forms.DateField(label="自", widget=AdminDateInput, initial=timezone.localdate)
    until_on = forms.DateField(label="至", widget=AdminDateInput, required=False, help_text="不填的，至恢复授课为止。")
    reason = forms.CharField(label="原因", max_length=200)


class ResumeForm(forms.Form):
    on = forms.DateField(label="恢复授课日期", widget=AdminDateInput, initial=timezone.localdate)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)
