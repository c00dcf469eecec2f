from django import forms

from exams.results.models import ExamVoiding as Voiding
from exams.results.models import Release, RestsOn, Revision
from exams.results.services.revising import propose_revision
from exams.results.services.voiding import propose_voiding
from exams.sittings.models import Attempt, Exam, Sitting

LINES = {"rows": 3}


class ReleaseForm(forms.Form):
    sittings = forms.ModelMultipleChoiceField(
        label="场次", queryset=Sitting.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    feedback = forms.ChoiceField(
        label="告知考生", choices=Release.Feedback.choices, widget=forms.RadioSelect, initial=Release.Feedback.POINTS
    )

    def __init__(self, *args, exam: Exam, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sittings"].queryset = exam.sittings.order_by("number")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs=LINES))


class OfExamForm(forms.ModelForm):
    """What is proposed about one exam, with a reason that everybody concerned will read."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs=LINES))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [Exam.Kind.QUALIFICATION, Exam.Kind.LEVEL]
        self.fields["exam"].queryset = Exam.objects.published().filter(kind__in=kinds)


class VoidingForm(OfExamForm):
    number = forms.CharField(
        label="准考证号",
        required=False,
        max_length=30,
        help_text="只作废一名考生的，填他的准考证号；不填为整场考试作废。",
    )

    class Meta:
        model = Voiding
        fields = ["exam"]

    field_order = ["exam", "number", "reason"]

    def clean(self):
        data = super().clean()
        number, exam = (data.get("number") or "").strip(), data.get("exam")
        self.attempt = None
        if number and exam:
            self.attempt = Attempt.objects.filter(candidate__exam=exam, candidate__number=number).first()
            if self.attempt is None:
                self.add_error("number", "本考试没有这个准考证号的答卷。")
        return data

    def propose(self, actor) -> Voiding:
        data = self.cleaned_data
        return propose_voiding(data["exam"], actor=actor, reason=data["reason"], attempt=self.attempt)


class RevisionForm(OfExamForm):
    class Meta:
        model = Revision
        fields = ["exam"]

    def propose(self, actor) -> Revision:
        return propose_revision(self.cleaned_data["exam"], actor=actor, reason=self.cleaned_data["reason"])


class DecideForm(forms.Form):
    state = forms.ChoiceField(label="决定", choices=RestsOn.State.choices[1:], widget=forms.RadioSelect)
    note = forms.CharField(label="说明", max_length=300, widget=forms.Textarea(attrs=LINES))
