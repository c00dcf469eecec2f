from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from instructors.pool.models import Instructor
from lms.people.models import Officer


class InstructorForm(WagtailAdminModelForm):
    """An officer is named by his number, whose name is then taken over; only an expert from outside has a name typed."""

    staff_no = forms.CharField(
        label="人员编号", max_length=30, required=False, help_text="外聘专家不填；其他级别必填，姓名随人员档案。"
    )

    class Meta:
        model = Instructor
        fields = ["level", "name", "unit", "specialty", "from_on", "until_on"]
        widgets = {"from_on": AdminDateInput, "until_on": AdminDateInput}

    field_order = ["level", "staff_no", "name", "unit", "specialty", "from_on", "until_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        if officer := self.instance.officer:
            self.fields["staff_no"].initial = officer.staff_no

    def clean(self):
        cleaned = super().clean()
        number = cleaned.get("staff_no", "").strip()
        officer = Officer.objects.visible_to(self.for_user).filter(staff_no=number).first() if number else None
        if number and not officer:
            self.add_error("staff_no", ValidationError("本单位范围内没有这个编号的人员。", code="unknown_person"))
        if not number and not cleaned.get("name"):
            self.add_error("name", ValidationError("外聘专家须填姓名。", code="no_name"))
        self.instance.officer = officer
        return cleaned | ({"name": officer.name} if officer else {})
