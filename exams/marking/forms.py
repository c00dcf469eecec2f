from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm

from exams.marking.models import MarkingTask
from exams.marking.rubric import Line, words
from exams.marking.services.preparing import BY_PEOPLE
from exams.marking.services.teams import RUN, eligible_users
from exams.sittings.models import Exam
from lms.people.models import User


class ArbitrationForm(forms.Form):
    """One field for each line of the rubric."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label="理由（复核时可见）", max_length=1000, widget=forms.Textarea(attrs={"rows": 3, "class": "input"})
    )

    def __init__(self, lines: list[Line], *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"p{line.key}"] = forms.DecimalField(
                label=line.label, min_value=0, max_value=line.full, decimal_places=2, disabled=line.is_blank,
                initial=0 if line.is_blank else None, help_text=f"/{words(line.full)}",
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip

    def points(self) -> dict[str, str]:
        return {line.key: f"{self.cleaned_data[f'p{line.key}']:f}" for line in self.lines}

    def rows(self):
        return [self[f"p{line.key}"] for line in self.lines]


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label="答复阅卷员", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "class": "input"})
    )


class ExamChoice(WagtailAdminModelForm):
    """Which exam to prepare: published ones with a question that people mark."""

    exam = forms.ModelChoiceField(
        label="考试", help_text="已交卷的答卷生成匿名号；以后再交的，再办一次即可。",
        queryset=Exam.objects.filter(checked_by__isnull=False, blueprint__cells__type__in=BY_PEOPLE).distinct(),
    )  # fmt: skip

    class Meta:
        model = MarkingTask
        fields = ["exam"]

    def clean_exam(self):
        """Whoever sees an exam does not yet run its marking."""
        exam = self.cleaned_data["exam"]
        if not Exam.objects.within(self.for_user, RUN).filter(pk=exam.pk).exists():
            raise ValidationError("这个考试由其他单位组织，您不能组织评卷。", code="not_yours")
        return exam


def labelled_users() -> list[tuple[str, str]]:
    return [
        (str(one.pk), f"{one.get_full_name()}（{one.username}{_unit_of(one)}）")
        for one in eligible_users().select_related("officer__unit")
    ]


def _unit_of(user: User) -> str:
    officer = getattr(user, "officer", None)
    return f"，{officer.unit}" if officer else ""


class TeamForm(forms.Form):
    """Every holder of the role in the city: whom the bars keep from a script, allocation passes over."""

    users = forms.MultipleChoiceField(
        label="阅卷员", choices=labelled_users, widget=forms.CheckboxSelectMultiple,
        help_text="至少两名；要有第三评的至少三名。",
    )  # fmt: skip

    def clean_users(self) -> list[User]:
        return list(User.objects.filter(pk__in=self.cleaned_data["users"]))
