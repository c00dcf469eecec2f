from django import forms
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm

from instructors.pool.models import YearReview
from lms.people.models import OrgUnit

Decision = YearReview.Decision


class StartForm(WagtailAdminModelForm):
    unit = forms.ModelChoiceField(
        label="单位", queryset=OrgUnit.objects.all(), help_text="考评该单位及所属单位的教员。"
    )

    class Meta:
        model = YearReview
        fields = ["year"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["year"].initial = today.year if today.month == 12 else today.year - 1
        self.fields["unit"].queryset = OrgUnit.objects.within(self.for_user, "pool.add_yearreview")


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label="结论", choices=[(value, value.label) for value in (Decision.WARNED, Decision.EXCUSED, Decision.EXITED)]
    )
    note = forms.CharField(label="说明", max_length=200)
