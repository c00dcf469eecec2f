from django import forms


class CorrectionForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200)
    evidence_note = forms.CharField(label="依据材料", max_length=200, help_text="如文号、签到表页码。")
