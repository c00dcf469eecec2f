from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from instructors.pool.models import PodiumMember
from instructors.pool.models.appointments import DAY
from lms.people.models import Officer


class PodiumForm(WagtailAdminModelForm):
    staff_no = forms.CharField(label="人员编号", max_length=30)
    from_on = forms.DateField(label="任职起", widget=AdminDateInput)
    until_on = forms.DateField(label="任职至", widget=AdminDateInput, required=False, help_text="在任的不填。")

    class Meta:
        model = PodiumMember
        fields = ["department", "post"]

    field_order = ["department", "post", "staff_no", "from_on", "until_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            row = self.instance
            self.initial |= {"staff_no": row.officer.staff_no, "from_on": row.from_on, "until_on": row.until_on}

    def clean(self):
        cleaned = super().clean()
        number = cleaned.get("staff_no", "").strip()
        officer = Officer.objects.visible_to(self.for_user).filter(staff_no=number).first()
        if officer is None:
            raise ValidationError("本单位范围内没有这个编号的人员。", code="unknown_person")
        begin, end = cleaned.get("from_on"), cleaned.get("until_on")
        if begin and end and end < begin:
            raise ValidationError("截止日期不能早于开始日期。", code="dates")
        self.instance.officer = officer
        if begin:
            self.instance.during = DateRange(begin, end + DAY if end else None)
        return cleaned
