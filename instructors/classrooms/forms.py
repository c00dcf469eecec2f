from datetime import date, time

from django import forms
from django.utils import timezone
from wagtail.admin.forms.models import WagtailAdminModelForm

from instructors.classrooms.checklist import LABELS, Checklist
from instructors.classrooms.models import RoomEquipment, SmartClassroom
from instructors.classrooms.services.checks import checklist_on
from instructors.venues.forms import BookingForm
from instructors.venues.models import Venue

OTHER = "其他"


class RoomForm(WagtailAdminModelForm):
    class Meta:
        model = SmartClassroom
        fields = ["venue", "keeper", "note"]
        help_texts = {"venue": "先在“培训场所”登记名称、单位和容纳人数，再在这里选。"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["venue"]
        else:
            self.fields["venue"].queryset = Venue.objects.filter(kind=Venue.Kind.CLASSROOM, classroom=None)


class EquipmentForm(WagtailAdminModelForm):
    """What the standard asks for is chosen; anything else is written."""

    kind = forms.ChoiceField(label="设备")
    other = forms.CharField(label="其他设备名称", max_length=40, required=False, help_text="设备选“其他”时填写。")

    class Meta:
        model = RoomEquipment
        fields = ["room", "kind", "other", "name", "count", "state"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        checklist = checklist_on(timezone.localdate())
        items = checklist.items if checklist else ()
        known = self.instance.kind
        if known and known not in items:
            self.initial |= {"kind": OTHER, "other": known}
        self.fields["kind"].choices = [*((item, item) for item in items), (OTHER, OTHER)]
        if self.instance.pk:
            del self.fields["room"]

    def clean(self):
        found = super().clean()
        if found.get("kind") == OTHER:
            found["kind"] = found.get("other", "").strip()
            if not found["kind"]:
                self.add_error("other", forms.ValidationError("请写明其他设备的名称。", code="no_kind"))
        return found


class ItemsForm(forms.Form):
    """The checklist of a version, grade by grade."""

    items = forms.MultipleChoiceField(required=False, label="具备的条目")

    def __init__(self, *args, checklist: Checklist, **kwargs):
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        self.fields["items"].choices = [(item, item) for item in checklist.items]

    @property
    def groups(self) -> list[tuple[str, list[tuple[str, bool]]]]:
        """(grade, [(item, is it ticked)])"""
        chosen = set(self["items"].value() or [])
        return [
            (LABELS[grade], [(item, item in chosen) for item in items]) for grade, items in self.checklist.added.items()
        ]


class AssessForm(ItemsForm):
    note = forms.CharField(label="自评说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class VerifyForm(ItemsForm):
    reply = forms.CharField(
        label="核验意见", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="与自评不一致的，必须写明原因。",
    )  # fmt: skip


class ReturnForm(forms.Form):
    reply = forms.CharField(label="退回理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def input_of(kind: type[forms.Widget], **attributes) -> forms.Widget:
    return kind(attrs={"class": "input", **attributes})


class PhoneBookingForm(BookingForm):
    """Of one place: it is not chosen again."""

    field_order = ["title", "day", "begin", "end", "people", "purpose", "reason"]

    def __init__(self, data=None, *, venue: Venue, day: date):
        super().__init__(data, initial={"day": day, "begin": time(9), "end": time(11)})
        del self.fields["venue"]
        self.chosen = venue
        for name, widget in {
            "title": input_of(forms.TextInput), "day": input_of(forms.DateInput, type="date"),
            "begin": input_of(forms.TimeInput, type="time", step=900),
            "end": input_of(forms.TimeInput, type="time", step=900), "people": input_of(forms.NumberInput, max=venue.seats),
            "reason": input_of(forms.Textarea, rows=3),
        }.items():  # fmt: skip
            self.fields[name].widget = widget
        self.fields["day"].widget.format, self.fields["begin"].widget.format = "%Y-%m-%d", "%H:%M"
        self.fields["end"].widget.format = "%H:%M"
        self.fields["purpose"].widget.attrs["class"] = "input"
        self.fields["people"].help_text = f"容纳{venue.seats}人"

    def clean(self):
        return super().clean() | {"venue": self.chosen}
