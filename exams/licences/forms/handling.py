"""What is filled in when something is done to a certificate by hand."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.widgets import AdminDateInput

from exams.licences.models import Application, CancellationProposal


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class EffectiveForm(ReasonForm):
    on = forms.DateField(label="生效日期", widget=AdminDateInput, initial=timezone.localdate)

    def clean_on(self):
        if self.cleaned_data["on"] > timezone.localdate():
            raise ValidationError("生效日期不能晚于今天，请在当日办理。", code="future")
        return self.cleaned_data["on"]


class SuspendForm(EffectiveForm):
    until_on = forms.DateField(
        label="暂扣至（含）", widget=AdminDateInput, required=False, help_text="不填为另行通知恢复；填了到期自动恢复。"
    )


class DecideForm(ReasonForm):
    decision = forms.ChoiceField(label="处理", choices=CancellationProposal.Decision.choices, widget=forms.RadioSelect)


class ReturnForm(forms.Form):
    fault = forms.ChoiceField(label="退回原因", choices=[("", "请选择"), *Application.Fault.choices])
    note = forms.CharField(
        label="说明", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本人和申请人都能看到。选“其他”须填写。",
    )  # fmt: skip
