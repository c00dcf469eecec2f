"""Rounds, names put forward, trial lectures and decisions."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

from instructors.pool.forms.appointments import SPLIT, SpecialtiesForm
from instructors.pool.models import Nomination, SelectionRound
from instructors.pool.services.selection import NOMINATE, Profile
from lms.people.models import Officer, User


class RoundForm(WagtailAdminModelForm):
    target = forms.IntegerField(
        label="计划新聘人数",
        min_value=1,
        required=False,
        help_text="不填的，按“年度建设目标”规则；小教员、法制员按每个中队1名。",
    )

    class Meta:
        model = SelectionRound
        fields = ["title", "unit", "year", "level", "target", "closes_on", "notes"]
        widgets = {"closes_on": AdminDateInput, "notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["year"].initial = timezone.localdate().year
        else:
            for name in ("unit", "year", "level"):
                del self.fields[name]

    def clean_target(self):
        return self.cleaned_data["target"] or self.instance.target or 0

    def _get_validation_exclusions(self):
        # A number left out is filled in by the rule, after this form.
        return super()._get_validation_exclusions() | {"target"}


class NominationForm(SpecialtiesForm, WagtailAdminModelForm):
    staff_no = forms.CharField(label="人员编号", max_length=30)
    statement = forms.CharField(label="推荐理由", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    class Meta:
        model = Nomination
        fields = ["round"]

    field_order = ["round", "staff_no", "statement", "topics", "items", "course_levels"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["round"].queryset = SelectionRound.objects.open()
        self.officer: Officer | None = None

    def clean_staff_no(self):
        number = self.cleaned_data["staff_no"].strip()
        self.officer = Officer.objects.within(self.for_user, NOMINATE).filter(staff_no=number).first()
        if self.officer is None:
            raise ValidationError("本单位范围内没有这个编号的人员。", code="unknown_person")
        return number

    @property
    def profile(self) -> Profile:
        found = self.cleaned_data
        return Profile(*(found[name] for name in ("statement", "topics", "items", "course_levels")))


class SelfNominationForm(SpecialtiesForm):
    statement = forms.CharField(
        label="报名理由",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="写明讲过什么、办过哪些案件、为什么能讲。",
    )
    field_order = ["statement", "topics", "items", "course_levels"]

    profile = NominationForm.profile


class ReviewersField(forms.CharField):
    """Account names, one after the other."""

    def clean(self, value):
        names = [name for name in SPLIT.split(super().clean(value)) if name]
        found = {user.username: user for user in User.objects.filter(username__in=names, is_active=True)}
        if unknown := [name for name in names if name not in found]:
            raise ValidationError(f"没有这些账号：{'、'.join(unknown[:5])}。", code="unknown_reviewer")
        return list(found.values())


class TrialForm(forms.Form):
    at = forms.DateTimeField(label="试讲时间", widget=AdminDateTimeInput)
    title = forms.CharField(label="试讲课题", max_length=80)
    place = forms.CharField(label="试讲地点", max_length=80)
    reviewers = ReviewersField(
        label="评审人",
        help_text="填账号（人员编号），用顿号隔开；不能是人选本人，也不能与人选同单位。已请的评审人不用再填。",
        required=False,
    )


class PassForm(forms.Form):
    from_on = forms.DateField(label="起聘日期", widget=AdminDateInput, initial=timezone.localdate)
    until_on = forms.DateField(
        label="聘期至", widget=AdminDateInput, required=False, help_text="不填的，按规则规定的聘期。"
    )
    reason = forms.CharField(label="结论说明", max_length=200, required=False)


class ScoreForm(forms.Form):
    """One number for each line of the rubric in force."""

    comment = forms.CharField(
        label="评语",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="好在哪里，要改什么。",
    )

    def __init__(self, rubric, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.rubric = rubric
        for line in rubric:
            self.fields[line["key"]] = forms.IntegerField(
                label=line["label"], min_value=0, max_value=line["most"],
                widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
                error_messages={"max_value": f"应在0至{line['most']}分之间。", "min_value": f"应在0至{line['most']}分之间。"},
            )  # fmt: skip
        self.order_fields([line["key"] for line in rubric])

    @property
    def marks(self) -> dict[str, int]:
        return {line["key"]: self.cleaned_data[line["key"]] for line in self.rubric}
