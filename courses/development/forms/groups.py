from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.development.models import CourseDevelopmentGroup, DevelopmentProject
from lms.people.models import Officer


def numbers_in(text: str) -> list[str]:
    """Staff numbers as people write them, each once."""
    for sign in "，、,；;\n\t":
        text = text.replace(sign, " ")
    return list(dict.fromkeys(text.split()))


class StaffNumbers(forms.CharField):
    """Officers by their numbers, in the order written; whoever is not in service is named and refused."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value):
        return value if isinstance(value, str) else " ".join(officer.staff_no for officer in value or [])

    def clean(self, value):
        numbers = numbers_in(super().clean(value))
        found = {one.staff_no: one for one in Officer.objects.in_service().filter(staff_no__in=numbers)}
        if missing := [number for number in numbers if number not in found]:
            raise ValidationError(f"没有在职人员{'、'.join(missing[:5])}，请核对人员编号。", code="unknown_officer")
        return [found[number] for number in numbers]


class GroupForm(WagtailAdminModelForm):
    lead_number = StaffNumbers(label="组长人员编号", widget=forms.TextInput())
    members = StaffNumbers(label="成员人员编号", required=False, help_text="用空格、逗号或换行分开；组长不用再填。")

    class Meta:
        model = CourseDevelopmentGroup
        fields = ["name", "unit", "topics", "task", "from_on", "until_on"]
        widgets = {
            "topics": forms.CheckboxSelectMultiple, "from_on": AdminDateInput, "until_on": AdminDateInput,
            "task": forms.Textarea(attrs={"rows": 3}),
        }  # fmt: skip

    field_order = ["name", "unit", "lead_number", "members", "topics", "task", "from_on", "until_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["unit"]
            present = self.instance.members.filter(until=None).exclude(officer=self.instance.lead_id)
            self.initial["lead_number"] = [self.instance.lead]
            self.initial["members"] = [row.officer for row in present.select_related("officer")]

    def clean_lead_number(self):
        found = self.cleaned_data["lead_number"]
        if len(found) != 1:
            raise ValidationError("组长只填一个人员编号。", code="one_lead")
        self.instance.lead = found[0]
        return found

    def save(self, commit=True):
        return self.instance


class ProjectForm(WagtailAdminModelForm):
    class Meta:
        model = DevelopmentProject
        fields = ["title", "group", "aim", "due_on"]
        widgets = {"due_on": AdminDateInput, "aim": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = CourseDevelopmentGroup.objects.at_work()


class ProjectChangeForm(WagtailAdminModelForm):
    class Meta:
        model = DevelopmentProject
        fields = ["title", "aim", "due_on", "course"]
        widgets = {"due_on": AdminDateInput, "aim": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"course": "先在课程目录里新建课程并保存草稿，再在这里选定。"}


class MilestoneForm(forms.Form):
    title = forms.CharField(label="节点", max_length=80)
    due_on = forms.DateField(label="期限", widget=AdminDateInput)


class ConclusionForm(forms.Form):
    conclusion = forms.CharField(label="考核结论", max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
