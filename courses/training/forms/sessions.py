"""When, where and by whom: a session, or those of all days of a class at once."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from courses.training.models import ClassSession, TrainingClass
from courses.training.services.sessions import (
    RULES,
    default_quantity,
    default_rule,
    instructors_for,
    venues_for,
)
from instructors.pool.models import Instructor
from instructors.venues.models import Venue

MORNING, AFTERNOON = (time(8, 30), time(12)), (time(13, 30), time(17))
SATURDAY = 5


def span(day: date, begin: time, end: time) -> DateTimeTZRange:
    return DateTimeTZRange(*(timezone.make_aware(datetime.combine(day, clock)) for clock in (begin, end)))


def refuse_backwards(begin: time | None, end: time | None) -> None:
    if begin and end and end <= begin:
        raise ValidationError("结束时间应晚于开始时间。", code="backwards")


class VenueField(forms.ModelChoiceField):
    def label_from_instance(self, venue: Venue) -> str:
        """With how many it holds, and its grade if it is a smart classroom."""
        room = getattr(venue, "classroom", None)
        grade = f"，{room.grade_label}智慧教室" if room and room.grade else ""
        return f"{venue.name}（{venue.unit}，{venue.seats}座{grade}）"


class PlaceForm(forms.Form):
    """Rooms and instructors its class may use."""

    venue = VenueField(label="地点", queryset=Venue.objects.none(), required=False, empty_label="待定")
    instructor = forms.ModelChoiceField(
        label="教员", queryset=Instructor.objects.none(), required=False, empty_label="待定"
    )

    def __init__(self, *args, training_class: TrainingClass, day: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.training_class = training_class
        self.fields["venue"].queryset = venues_for(training_class).select_related("unit", "classroom__current")
        self.fields["instructor"].queryset = instructors_for(training_class, day)


class SessionForm(PlaceForm):
    title = forms.CharField(label="课题", max_length=100)
    day = forms.DateField(label="日期", widget=AdminDateInput)
    begin = forms.TimeField(label="开始", widget=AdminTimeInput)
    end = forms.TimeField(label="结束", widget=AdminTimeInput)
    rule = forms.ChoiceField(label="计学时规则", choices=[("", "按地点和活动类型"), *RULES.items()], required=False)
    quantity = forms.DecimalField(
        label="计量", required=False, min_value=0, max_digits=5, decimal_places=2,
        help_text="半天数或学时数。不填的按时长和规则计算：满半天记1个半天，不满半天按学时折算。",
    )  # fmt: skip
    field_order = ["title", "day", "begin", "end", "venue", "instructor", "rule", "quantity"]

    def clean(self):
        cleaned = super().clean()
        refuse_backwards(cleaned.get("begin"), cleaned.get("end"))
        return cleaned

    def into(self, session: ClassSession) -> ClassSession:
        found = self.cleaned_data
        session.title, session.venue, session.instructor = found["title"], found["venue"], found["instructor"]
        session.during = span(found["day"], found["begin"], found["end"])
        session.rule = found["rule"] or default_rule(self.training_class, found["venue"])
        quantity, event_type = found["quantity"], self.training_class.event_type
        session.quantity = default_quantity(session.rule, session.during, event_type) if quantity is None else quantity
        return session


def initial_of(session: ClassSession) -> dict:
    begin, end = timezone.localtime(session.during.lower), timezone.localtime(session.during.upper)
    return {
        "title": session.title, "day": begin.date(), "begin": begin.time(), "end": end.time(), "venue": session.venue,
        "instructor": session.instructor, "rule": session.rule, "quantity": session.quantity,
    }  # fmt: skip


class DaysForm(PlaceForm):
    """上午、下午 on every day of the class, with the same room and instructor; each can be changed afterwards."""

    title = forms.CharField(label="课题", max_length=80, help_text="各课次依次为“课题（1）”“课题（2）”……")
    morning_from = forms.TimeField(label="上午开始", widget=AdminTimeInput, required=False, initial=MORNING[0])
    morning_until = forms.TimeField(label="上午结束", widget=AdminTimeInput, required=False, initial=MORNING[1])
    afternoon_from = forms.TimeField(label="下午开始", widget=AdminTimeInput, required=False, initial=AFTERNOON[0])
    afternoon_until = forms.TimeField(label="下午结束", widget=AdminTimeInput, required=False, initial=AFTERNOON[1])
    weekends = forms.BooleanField(label="双休日也排课", required=False)
    field_order = ["title", "morning_from", "morning_until", "afternoon_from", "afternoon_until", "weekends"]

    def clean(self):
        cleaned = super().clean()
        for part in ("morning", "afternoon"):
            refuse_backwards(cleaned.get(f"{part}_from"), cleaned.get(f"{part}_until"))
        if not self._parts(cleaned):
            raise ValidationError("上午、下午至少填一段时间。", code="no_time")
        return cleaned

    def _parts(self, cleaned) -> list[tuple[time, time]]:
        parts = [(cleaned.get(f"{part}_from"), cleaned.get(f"{part}_until")) for part in ("morning", "afternoon")]
        return [part for part in parts if all(part)]

    def sessions(self) -> list[ClassSession]:
        found, row = self.cleaned_data, self.training_class
        length = (row.ends_on - row.starts_on).days + 1
        days = [row.starts_on + timedelta(days=number) for number in range(length)]
        spans = [
            span(day, *part)
            for day in days
            if found["weekends"] or day.weekday() < SATURDAY
            for part in self._parts(found)
        ]
        rule = default_rule(row, found["venue"])
        return [
            ClassSession(
                training_class=row, title=f"{found['title']}（{number}）", during=during, venue=found["venue"],
                instructor=found["instructor"], rule=rule, quantity=default_quantity(rule, during, row.event_type),
            )
            for number, during in enumerate(spans, 1)
        ]  # fmt: skip
