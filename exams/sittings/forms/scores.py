from django import forms

from exams.sittings.models import KeyCorrection

Treatment = KeyCorrection.Treatment


class CorrectionForm(forms.Form):
    """How a question is put right; with another key the question's own form says which."""

    treatment = forms.ChoiceField(
        label="处理", choices=Treatment.choices, widget=forms.RadioSelect, initial=Treatment.REKEYED
    )
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def is_rekeyed(self) -> bool:
        return self.cleaned_data.get("treatment") == Treatment.REKEYED
