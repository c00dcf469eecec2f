"""What a booking says. The place is a choice, not a row to be looked up: also rooms of the units above may be asked for."""

from datetime import datetime
from itertools import groupby

from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import REQUEST, Wish
from lms.people.models import OrgUnit

PURPOSES = [choice for choice in Booking.Purpose.choices if choice[0] != Booking.Purpose.SESSION]


def venue_choices(units) -> list:
    """Grouped by whose they are, with how many they hold."""
    rows = Venue.objects.assignable_to(*units).select_related("unit").order_by("unit__path", "name", "pk")
    return [("", "请选择"), *(
        (unit.name, [(str(row.pk), f"{row.name}（{row.seats}座）") for row in of_unit])
        for unit, of_unit in groupby(rows, lambda row: row.unit)
    )]  # fmt: skip


class BookingForm(forms.Form):
    """The phone's form and the console's ask the same."""

    venue = forms.ChoiceField(label="场地")
    day = forms.DateField(label="日期")
    begin = forms.TimeField(label="开始")
    end = forms.TimeField(label="结束")
    purpose = forms.ChoiceField(label="用途", choices=PURPOSES)
    title = forms.CharField(label="事项", max_length=100)
    reason = forms.CharField(label="事由", max_length=200)
    people = forms.IntegerField(label="人数", min_value=1, max_value=10_000)

    def clean_venue(self):
        return Venue.objects.select_related("unit").get(pk=self.cleaned_data["venue"])

    def clean(self):
        found = super().clean()
        if found.get("begin") and found.get("end") and found["end"] <= found["begin"]:
            self.add_error("end", ValidationError("结束时间应晚于开始时间。", code="backwards"))
        return found

    def wish(self) -> Wish:
        found = self.cleaned_data
        moments = (timezone.make_aware(datetime.combine(found["day"], found[name])) for name in ("begin", "end"))
        names = ("venue", "purpose", "title", "reason", "people")
        return Wish(during=DateTimeTZRange(*moments), **{name: found[name] for name in names})


class ConsoleBookingForm(BookingForm):
    unit = forms.ModelChoiceField(label="使用单位", queryset=OrgUnit.objects.none())
    field_order = ["unit", "venue", "day", "begin", "end", "purpose", "title", "people", "reason"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        scope = user.scope(REQUEST)
        self.fields["unit"].queryset = OrgUnit.objects.within(user, REQUEST).exclude(kind="STREET")
        self.fields["unit"].initial = self.fields["unit"].initial or (scope[0].pk if scope else None)
        self.fields["venue"].choices = venue_choices(scope)
        self.fields["day"].widget, self.fields["reason"].widget = AdminDateInput(), forms.Textarea(attrs={"rows": 2})
        self.fields["begin"].widget, self.fields["end"].widget = AdminTimeInput(), AdminTimeInput()


def initial_of(row: Booking) -> dict:
    begin, end = timezone.localtime(row.during.lower), timezone.localtime(row.during.upper)
    return {
        "unit": row.unit_id, "venue": str(row.venue_id), "day": begin.date(), "begin": begin.time(), "end": end.time(),
        "purpose": row.purpose, "title": row.title, "reason": row.reason, "people": row.people,
    }  # fmt: skip


class SeenField(forms.CharField):
    """Shown anew on every page: after a refusal the page names other rivals than the ones that were sent."""

    widget = forms.HiddenInput

    def bound_data(self, data, initial):
        return initial


class ConfirmForm(forms.Form):
    seen = SeenField(required=False)
    reply = forms.CharField(label="答复", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReplyForm(forms.Form):
    reply = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class AttendedForm(forms.Form):
    attended = forms.IntegerField(
        label="实到人数", min_value=0, max_value=10_000, help_text="没有使用的填0，不计入使用时长。"
    )
