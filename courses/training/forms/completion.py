"""What is filled in when a class ends, and when a team session begins."""

from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.training.services.team_sessions import HALF_DAY, SEMINAR, TeamPlan
from instructors.venues.models import Venue
from lms.people.models import OrgUnit
from lms.rules.models import Category

SEMINAR_HOURS = (1, 2, 3, 4)
WHOLE = Decimal(1)


class PartsForm(forms.Form):
    theory = forms.DecimalField(
        label="理论考试合格线", min_value=0, max_value=100, max_digits=4, decimal_places=1, required=False,
        help_text="留空为不考理论。",
    )  # fmt: skip
    fitness = forms.BooleanField(label="体能测试", required=False, help_text="按性别、年龄的达标值，各项均达标为合格。")
    drill = forms.DecimalField(
        label="队列训练合格线", min_value=0, max_value=100, max_digits=4, decimal_places=1, required=False,
        help_text="留空为不考队列。",
    )  # fmt: skip
    judges = forms.IntegerField(label="队列评委人数", min_value=1, max_value=15, initial=1)


class TeamSessionForm(forms.Form):
    """`amount` names a rule and how much of its measure: R07:1, R17:2."""

    unit = forms.ModelChoiceField(label="中队", queryset=OrgUnit.objects.none(), empty_label=None)
    title = forms.CharField(label="训练内容", max_length=100)
    amount = forms.ChoiceField(label="形式和时长", widget=forms.RadioSelect)
    starts_at = forms.DateTimeField(
        label="开始时间", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    category = forms.ChoiceField(label="类别", choices=Category.choices, initial=Category.LAW)
    venue = forms.ModelChoiceField(label="地点", queryset=Venue.objects.none(), required=False, empty_label="不选")

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        now = timezone.localtime().replace(second=0, microsecond=0)
        self.fields["unit"].queryset = units
        self.fields["venue"].queryset = Venue.objects.assignable_to(*units)
        self.fields["amount"].choices = amounts(now)
        self.initial = {"amount": amounts(now)[0][0], "starts_at": now, "unit": units.first(), "category": Category.LAW}
        if units.count() == 1:
            self.fields["unit"].widget = forms.HiddenInput()

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        if not title:
            raise ValidationError("请填写训练内容。", code="required")
        return title

    @property
    def plan(self) -> TeamPlan:
        rule, quantity = self.cleaned_data["amount"].split(":")
        known = {name: self.cleaned_data[name] for name in ("title", "starts_at", "category", "venue")}
        return TeamPlan(rule=rule, quantity=Decimal(quantity), **known)


def amounts(at) -> list[tuple[str, str]]:
    """What a session may be worth, in the words of the rules in force."""
    half_day = TeamPlan("", at, HALF_DAY, WHOLE).hours
    found = [(f"{HALF_DAY}:1", f"集中训练 半天（{half_day.normalize():f}学时）")]
    for number in SEMINAR_HOURS:
        hours = TeamPlan("", at, SEMINAR, Decimal(number)).hours
        found.append((f"{SEMINAR}:{number}", f"研讨讲评（{hours.normalize():f}学时）"))
    return found


class ApproveTeamsForm(forms.Form):
    has_looked = forms.BooleanField(label="抽查的训练已逐次核对")


class RefuseForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=150)
