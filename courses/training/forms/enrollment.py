"""Whom an office looks for, and what it adds to a class."""

from django import forms

from courses.training.models import TrainingClass
from courses.training.services.assigning import Wanted
from courses.training.services.enrollment import ENROLL
from lms.people.models import Officer, OrgUnit

BLANK = [("", "不限")]
DUTIFUL = (Officer.Status.RETIRED, Officer.Status.LEFT)


class WantedForm(forms.Form):
    """The filter of people; every field may stay empty."""

    unit = forms.ModelChoiceField(label="单位", queryset=OrgUnit.objects.none(), required=False, empty_label="不限")
    rank = forms.ChoiceField(label="职级", choices=BLANK + Officer.Rank.choices, required=False)
    status = forms.ChoiceField(
        label="状态", required=False,
        choices=BLANK + [choice for choice in Officer.Status.choices if choice[0] not in DUTIFUL],
    )  # fmt: skip
    entered_since = forms.DateField(
        label="入职不早于", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    most = forms.IntegerField(label="最多安排人数", required=False, min_value=1)
    owes = forms.BooleanField(label="只看必训任务未完成的", required=False)
    follows = forms.BooleanField(label="只看已录取理论班的", required=False)
    fresh = forms.BooleanField(label="今年参加过同类班的不再安排", required=False)
    classes = forms.ModelMultipleChoiceField(label="分到这些班", queryset=TrainingClass.objects.none(), required=False)

    def __init__(self, data, *, user, siblings):
        super().__init__(data)
        self.fields["unit"].queryset = OrgUnit.objects.filter(user.scope_filter(ENROLL, ""))
        self.fields["classes"].queryset = siblings

    @property
    def wanted(self) -> Wanted:
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if name != "classes"})


class AddForm(forms.Form):
    staff_numbers = forms.CharField(max_length=4000)
    reason = forms.CharField(max_length=200, required=False)
