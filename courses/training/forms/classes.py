"""What an office fills in about a class."""

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

from courses.catalogue.filters import module_labels
from courses.catalogue.models import Courseware
from courses.training.models import PlanItem, TrainingClass
from courses.training.services.classes import Days, Share
from lms.people.models import OrgUnit, User

ADD = "training.add_trainingclass"
SPARE_ROWS = 2


class PlanItemField(forms.ModelChoiceField):
    def label_from_instance(self, item):
        return f"{item.plan}·{item}"


class ClassForm(WagtailAdminModelForm):
    plan_item = PlanItemField(
        label="计划项目", queryset=PlanItem.objects.select_related("plan"), required=False, empty_label="计划外",
        help_text="选了计划项目的，活动类型以计划项目为准；不选即为计划外。",
    )  # fmt: skip
    module = forms.ChoiceField(label="必修模块", required=False)
    teacher_no = forms.CharField(label="班主任人员编号", max_length=30, required=False)

    class Meta:
        model = TrainingClass
        fields = [
            "title", "plan_item", "unit", "event_type", "kind", "layer", "category", "module", "stage", "capacity",
            "starts_on", "ends_on", "enroll_from", "enroll_until", "is_self_enrolled", "needs_approval", "notes",
        ]  # fmt: skip
        widgets = {
            "starts_on": AdminDateInput, "ends_on": AdminDateInput, "enroll_from": AdminDateTimeInput,
            "enroll_until": AdminDateTimeInput, "notes": forms.Textarea(attrs={"rows": 3}),
        }  # fmt: skip

    field_order = ["title", "plan_item", "unit", "event_type", "kind", "layer", "category", "module", "stage",
                   "capacity", "starts_on", "ends_on", "teacher_no"]  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["module"].choices = [("", "—"), *module_labels().items()]
        if teacher := self.instance.head_teacher:
            self.fields["teacher_no"].initial = teacher.username
        if self.instance.pk:
            self._keep_what_is_not_ours()

    def _keep_what_is_not_ours(self):
        """The unit stays; of a joint class the other office's plan cannot be chosen, and must not be lost."""
        del self.fields["unit"]
        item = self.instance.plan_item_id
        if item and not PlanItem.objects.visible_to(self.for_user).filter(pk=item).exists():
            del self.fields["plan_item"]

    def clean_unit(self):
        unit = self.cleaned_data["unit"]
        if not OrgUnit.objects.within(self.for_user, ADD).filter(pk=unit.pk).exists():
            raise ValidationError("您只能为本单位和下级单位开班。", code="foreign_unit")
        return unit

    def clean_teacher_no(self):
        number = self.cleaned_data["teacher_no"].strip()
        found = User.objects.filter(username__iexact=number, is_active=True).first() if number else None
        if number and not found:
            raise ValidationError("没有这个编号的人员，请核对。", code="unknown_person")
        self.instance.head_teacher = found
        return number

    def clean(self):
        cleaned = super().clean()
        if item := cleaned.get("plan_item"):
            cleaned["event_type"] = item.event_type
        return cleaned

    @property
    def named_fields(self) -> list[str]:
        return [*(name for name in self._meta.fields if name in self.fields), "head_teacher"]


class ShareForm(forms.Form):
    unit = forms.ModelChoiceField(label="单位", queryset=OrgUnit.objects.all(), required=False, empty_label="—")
    seats = forms.IntegerField(label="名额", min_value=0, max_value=32767, required=False)
    is_organiser = forms.BooleanField(label="联合主办", required=False)


class SharesFormSet(forms.BaseFormSet):
    """A line for every unit that has seats, for every one below the class's own, and some to spare."""

    def __init__(self, *args, user, training_class, **kwargs):
        self.units = OrgUnit.objects.visible_to(user).exclude(kind__in=["STREET", "SECTION"])
        self.options = [("", "—"), *((unit.pk, unit.name) for unit in self.units)]
        held = list(training_class.quotas.select_related("unit"))
        below = training_class.unit.get_children().exclude(pk__in=[one.unit_id for one in held])
        initial = [{"unit": one.unit, "seats": one.seats, "is_organiser": one.is_organiser} for one in held]
        initial += [{"unit": unit} for unit in below.exclude(kind="SECTION")]
        super().__init__(*args, initial=initial, **kwargs)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["unit"].queryset = self.units
        form.fields["unit"].widget.choices = self.options

    def clean(self):
        named = [share.unit for share in self.shares()]
        if len(named) != len(set(named)):
            raise ValidationError("同一单位只能填一行。", code="twice")

    def shares(self) -> list[Share]:
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data")]
        return [
            Share(row["unit"], row["seats"], row["is_organiser"])
            for row in rows
            if row.get("unit") and row.get("seats") is not None
        ]


SharesForm = forms.formset_factory(ShareForm, formset=SharesFormSet, extra=SPARE_ROWS)


class MaterialForm(forms.Form):
    courseware = forms.ModelChoiceField(label="课件", queryset=Courseware.objects.exclude(checked_by=None))


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class PracticeForm(forms.Form):
    starts_on = forms.DateField(label="分训开班日期", widget=AdminDateInput)
    ends_on = forms.DateField(label="分训结束日期", widget=AdminDateInput)

    def clean(self):
        cleaned = super().clean()
        if {"starts_on", "ends_on"} <= cleaned.keys():
            if cleaned["ends_on"] < cleaned["starts_on"]:
                raise ValidationError("结束日期不能早于开班日期。", code="dates")
            return {"days": Days(**cleaned)}
        return cleaned
