from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from instructors.mentorship.models import LogEntry, Mentorship
from instructors.mentorship.services.records import Day, Seen
from instructors.mentorship.terms import Terms
from lms.people.models import Officer

AGREEMENT = """一、师傅按带教目标言传身教，逐阶段安排任务，及时确认徒弟日志，如实填写观察表。
二、徒弟服从安排，遵守执法纪律，每次带教后写日志，阶段结束时评价师傅。
三、教育培训部门提供保障，逐阶段核对签署，期满组织考核，并按规定为双方记学时学分。
四、任何一方不能继续履行的，向教育培训部门说明原因，由部门办理终止。"""


class MentorshipForm(WagtailAdminModelForm):
    """Both are named by their numbers; once drafted the two people stay."""

    mentor_no = forms.CharField(label="师傅人员编号", max_length=30)
    apprentice_no = forms.CharField(label="徒弟人员编号", max_length=30)

    class Meta:
        model = Mentorship
        fields = ["from_on", "until_on", "goals", "agreement"]
        widgets = {
            "from_on": AdminDateInput, "until_on": AdminDateInput, "goals": forms.Textarea(attrs={"rows": 3}),
            "agreement": forms.Textarea(attrs={"rows": 8}),
        }  # fmt: skip

    field_order = ["mentor_no", "apprentice_no", "from_on", "until_on", "goals", "agreement"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["mentor_no"], self.fields["apprentice_no"]
        else:
            self.fields["agreement"].initial = AGREEMENT

    def clean(self):
        found = super().clean()
        for role in ("mentor", "apprentice"):
            if number := found.get(f"{role}_no", "").strip():
                setattr(self.instance, role, self._officer(number, f"{role}_no"))
        return found

    def _officer(self, number: str, field: str) -> Officer | None:
        officer = Officer.objects.visible_to(self.for_user).select_related("user", "unit")
        known = officer.filter(staff_no=number).first()
        if known is None:
            refusal = ValidationError("本单位范围内没有这个编号的人员，请核对编号。", code="unknown_person")
            self.add_error(field, refusal)
        return known

    def _post_clean(self):
        """The model's own checks need both people; without them the form is refused already."""
        if self.instance.mentor_id and self.instance.apprentice_id:
            super()._post_clean()


class NoteForm(forms.Form):
    note = forms.CharField(label="部门意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class AssessForm(forms.Form):
    result = forms.ChoiceField(label="考核结果", choices=Mentorship.Result.choices)
    opinion = forms.CharField(label="考核意见", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=150, widget=forms.Textarea(attrs={"rows": 3}))


def on_phone(widget: type[forms.Widget], **attributes) -> forms.Widget:
    return widget(attrs={"class": "input", **attributes})


def day_field(label: str) -> forms.DateField:
    # A date input of a phone wants the machine's form of a date, whatever the page's language.
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"class": "input", "type": "date"})
    return forms.DateField(label=label, widget=widget, initial=timezone.localdate)


class LogForm(forms.ModelForm):
    on = day_field("日期")

    class Meta:
        model = LogEntry
        fields = ["on", "hours", "text"]
        widgets = {
            "hours": on_phone(forms.NumberInput, min="0.5", max="12", step="0.5", inputmode="decimal"),
            "text": on_phone(forms.Textarea, rows=6),
        }  # fmt: skip
        labels = {"text": "做了什么，学到什么"}

    @property
    def day(self) -> Day:
        return Day(*(self.cleaned_data[name] for name in ("on", "hours", "text")))

    def validate_constraints(self):
        """Which day is free is for the service to say."""


class ObservationForm(forms.Form):
    """An item of the rule, a score and what was seen; which extremes need words the rule says too."""

    on = day_field("观察日期")

    def __init__(self, data=None, *, terms: Terms):
        super().__init__(data)
        self.terms = terms
        choices = [(score, str(score)) for score in terms.choices]
        for item in terms.items:
            self.fields[item.key] = forms.TypedChoiceField(
                label=item.label, choices=choices, coerce=int, widget=forms.RadioSelect, help_text=item.looks_at
            )
            self.fields[f"{item.key}_words"] = forms.CharField(
                label="具体情况", max_length=300, required=False, widget=on_phone(forms.Textarea, rows=2)
            )
        self.fields["summary"] = forms.CharField(
            label="总体意见", max_length=1000, widget=on_phone(forms.Textarea, rows=4)
        )

    @property
    def item_rows(self):
        return [(self[item.key], self[f"{item.key}_words"]) for item in self.terms.items]

    @property
    def seen(self) -> Seen:
        found = self.cleaned_data
        scores = {item.key: found[item.key] for item in self.terms.items}
        words = {item.key: found[f"{item.key}_words"] for item in self.terms.items}
        return Seen(found["on"], scores, words, found["summary"])


class RatingForm(forms.Form):
    comment = forms.CharField(
        label="意见和建议", max_length=500, required=False, widget=on_phone(forms.Textarea, rows=4)
    )

    def __init__(self, data=None, *, terms: Terms):
        super().__init__(data)
        choices = [(score, f"{score}分") for score in terms.choices]
        score = forms.TypedChoiceField(label="对师傅的评价", choices=choices, coerce=int, widget=forms.RadioSelect)
        self.fields = {"score": score, **self.fields}


class SigningForm(forms.Form):
    note = forms.CharField(label="阶段小结", max_length=300, required=False, widget=on_phone(forms.Textarea, rows=3))


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label="意见（退回须写理由）", max_length=200, required=False, widget=on_phone(forms.TextInput)
    )
