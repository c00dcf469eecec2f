"""What is asked of an application, by its officer or by an office for many."""

from django import forms

from exams.licences.models import Application, ApplicationBatch
from lms.people.models import OrgUnit

APPLY = "licences.add_application"
AREA = "如“徐汇区”；跨区执法的写“上海市”"


class OwnForm(forms.Form):
    area = forms.CharField(label="执法区域", max_length=60, help_text=AREA)
    note = forms.CharField(label="说明（可不填）", max_length=200, required=False)


class LostForm(forms.Form):
    reason = forms.CharField(label="遗失经过", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class WantedForm(forms.Form):
    """Whom an office wants to apply for; shown with their reasons before anything is done."""

    unit = forms.ModelChoiceField(label="单位（含下属）", queryset=OrgUnit.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label="事项", choices=Application.Kind.choices)
    numbers = forms.CharField(
        label="人员编号（可不填）", required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只看这些人，用空格、逗号或换行隔开。",
    )  # fmt: skip

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrgUnit.objects.within(user, APPLY)


class BatchForm(forms.Form):
    area = forms.CharField(label="执法区域", max_length=60, help_text=AREA)
    note = forms.CharField(label="说明（可不填）", max_length=200, required=False)


class BoardForm(forms.Form):
    """What a board is narrowed by."""

    unit = forms.ModelChoiceField(label="单位", queryset=OrgUnit.objects.none(), required=False, empty_label="全部单位")
    kind = forms.ChoiceField(label="事项", required=False, choices=[("", "全部事项"), *Application.Kind.choices])
    batch = forms.ModelChoiceField(
        label="批次", queryset=ApplicationBatch.objects.none(), required=False, empty_label="全部批次"
    )
    q = forms.CharField(
        label="姓名或编号", max_length=30, required=False, widget=forms.TextInput(attrs={"placeholder": "姓名或编号"})
    )  # fmt: skip

    def __init__(self, *args, user, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = OrgUnit.objects.within(user, permission)
        self.fields["batch"].queryset = ApplicationBatch.objects.visible_to(user)
