from django import forms

from lms.certificates.models import CertificateDesign, CertificateEvent
from lms.certificates.wording import FIELDS


class DesignForm(forms.ModelForm):
    class Meta:
        model = CertificateDesign
        fields = [*CertificateDesign.TEXTS, "valid_months", "note"]
        widgets = {"body": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"body": "可写入：" + "、".join(f"{{{field}}} {label}" for field, label in FIELDS.items()) + "。"}


class ChangeForm(forms.Form):
    change = forms.ChoiceField(label="变更", choices=CertificateEvent.Change)
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
