from django import forms
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import Attendance, AttendanceCorrection, Enrollment

CREDITED = [(state, state.label) for state in Attendance.State if state != Attendance.State.ABSENT]
MOMENT = "%Y-%m-%dT%H:%M"


def input_of(kind: type[forms.Widget], **attributes) -> forms.Widget:
    return kind(attrs={"class": "input", **attributes})


class MomentField(forms.DateTimeField):
    def __init__(self, label: str):
        widget = forms.DateTimeInput(format=MOMENT, attrs={"class": "input", "type": "datetime-local"})
        super().__init__(label=label, input_formats=[MOMENT], widget=widget)


class LeaveForm(forms.Form):
    """Leave within the days of a class; the next session stands in it already."""

    begin, end = MomentField("从"), MomentField("到")
    reason = forms.CharField(label="事由", max_length=200, widget=input_of(forms.Textarea, rows=3))

    def __init__(self, data=None, *, enrollment: Enrollment):
        self.enrollment = enrollment
        sessions = enrollment.training_class.sessions.filter(is_cancelled=False, during__endswith__gt=timezone.now())
        following = sessions.first()
        initial = {"begin": following.during.lower, "end": following.during.upper} if following else {}
        super().__init__(data, initial=initial)

    def clean(self):
        found, within = super().clean(), self.enrollment.training_class
        for name in ("begin", "end"):
            moment = found.get(name)
            if moment and not within.starts_on <= timezone.localdate(moment) <= within.ends_on:
                last = f"{within.starts_on:%Y年%-m月%-d日}至{within.ends_on:%Y年%-m月%-d日}"
                self.add_error(name, forms.ValidationError(f"请假时间应在培训期间内：{last}。", code="outside"))
        if found.get("begin") and found.get("end") and found["begin"] >= found["end"]:
            self.add_error("end", forms.ValidationError("结束时间应晚于开始时间。", code="empty"))
        return found

    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.cleaned_data["begin"], self.cleaned_data["end"])


class AppealForm(forms.Form):
    text = forms.CharField(
        label="申诉内容", max_length=1000, widget=input_of(forms.Textarea, rows=6),
        help_text="写明实际情况和能证明的人或材料。",
    )  # fmt: skip


class CorrectionForm(forms.ModelForm):
    class Meta:
        model = AttendanceCorrection
        fields = ["state", "reason", "evidence_note"]
        widgets = {
            "state": forms.RadioSelect,
            "reason": input_of(forms.Textarea, rows=2),
            "evidence_note": input_of(forms.TextInput),
        }
        help_texts = {"evidence_note": "如纸质签到表、现场照片、当班教员证明。"}

    state = forms.ChoiceField(label="更正为", choices=Attendance.State.choices, widget=forms.RadioSelect)


class ReplyForm(forms.Form):
    reply = forms.CharField(label="批复", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class RefusalForm(forms.Form):
    reply = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class GrantAppealForm(forms.Form):
    state = forms.ChoiceField(label="考勤改为", choices=CREDITED)
    reply = forms.CharField(label="答复", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
