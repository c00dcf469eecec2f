"""What an invigilator fills in about one candidate."""

from django import forms
from django.utils import timezone

from exams.sittings.models import Candidate, Compensation, Hall, Incident, Voiding
from lms.rules.models import RuleVersion

KINDS = "R50"


def reason_field() -> forms.CharField:
    return forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


def incident_kinds() -> list[tuple[str, str]]:
    """As the rule in force lists them."""
    version = RuleVersion.objects.in_force(KINDS, timezone.localdate())
    items = version.formula["items"] if version else []
    return [(item["label"], item["label"]) for item in items if item["value"] == "1"]


class CompensationForm(forms.Form):
    WHOM = (("candidate", "这名考生"), ("hall", "本考场全部考生"), ("sitting", "本场全部考生"))
    whom = forms.ChoiceField(label="给谁", choices=WHOM)
    minutes = forms.IntegerField(label="补时（分钟）", min_value=1, max_value=240)
    reason = reason_field()

    def compensation(self, candidate: Candidate) -> Compensation:
        whom, data = self.cleaned_data["whom"], self.cleaned_data
        return Compensation(
            sitting=candidate.sitting, minutes=data["minutes"], reason=data["reason"],
            hall=candidate.hall if whom == "hall" else None, candidate=candidate if whom == "candidate" else None,
        )  # fmt: skip


class IncidentForm(forms.ModelForm):
    kind = forms.ChoiceField(label="情形", choices=incident_kinds)

    class Meta:
        model = Incident
        fields = ["kind", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}


class MoveForm(forms.Form):
    hall = forms.ModelChoiceField(Hall.objects.none(), label="考场", empty_label=None)
    seat = forms.IntegerField(label="座位号", min_value=1)
    reason = reason_field()

    def __init__(self, *args, candidate: Candidate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["hall"].queryset = candidate.sitting.halls.all()  # type: ignore[attr-defined]
        self.fields["hall"].initial = candidate.hall_id


class ReasonForm(forms.Form):
    reason = reason_field()


class UnsentForm(forms.Form):
    file = forms.FileField(label="答题页导出的文件")


class AcceptForm(ReasonForm):
    events = forms.MultipleChoiceField(label="没有计入的作答", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, events, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(str(one.pk), one) for one in events]  # type: ignore[attr-defined]


class VoidingForm(forms.ModelForm):
    class Meta:
        model = Voiding
        fields = ["incident", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, candidate: Candidate, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["incident"].queryset = candidate.incidents.all()  # type: ignore[attr-defined]
