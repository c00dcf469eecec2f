from django.urls import reverse
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

from instructors.venues.filters import BookingFilters, VenueFilters, VenueUseFilters, in_period
from instructors.venues.forms import AttendedForm, ConfirmForm, ReplyForm
from instructors.venues.models import Booking, Venue, VenueUse
from instructors.venues.opening import rate_words
from instructors.venues.services.bookings import (
    DECIDE,
    REQUEST,
    STANDING,
    cancel_booking,
    confirm_booking,
    record_attended,
    reject_booking,
    rivals_of,
    seen_of,
)
from instructors.venues.views.bookings import CHANGE
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

FIELDS = ["name", "unit", "kind", "seats", "address", "is_open"]
State = Booking.State


class VenueViewSet(ScopedViewSet):
    model = Venue
    icon = "site"
    counted_in = "处"
    list_display = [
        "name",
        Column("unit", label="管理单位", sort_key="unit__path"),
        "kind",
        "seats",
        "address",
        "is_open",
    ]
    search_fields = ["name", "address"]
    filterset_class = VenueFilters
    inspect_view_fields = form_fields = FIELDS

    def read(self, rows):
        return rows.select_related("unit")


def is_waiting(row) -> bool:
    return row.state == State.REQUESTED


def is_changeable(row) -> bool:
    return not row.is_of_a_session and row.state in STANDING and not row.has_begun


def is_over(row) -> bool:
    return not row.is_of_a_session and row.state == State.CONFIRMED and row.has_ended


def what_confirming_does(row) -> str:
    """Names every request that goes with it."""
    said = f"{row.unit}{row.span}使用“{row.venue}”（{row.title}，{row.people}人）。"
    rivals = list(rivals_of(row))
    if not rivals:
        return said + "同一时段没有其他申请。"
    others = "；".join(f"{one.unit}“{one.title}”{one.span}" for one in rivals)
    return f"{said}同意后，同一时段的{len(rivals)}个申请将自动退回并通知申请人：{others}。"


def change_url(row) -> str:
    return reverse("venues_bookings:change", args=[row.pk])


class BookingIndex(IndexView):
    def get_add_url(self):
        return reverse("venues_bookings:add") if self.request.user.has_perm(REQUEST) else None

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.request.user.has_perm(CHANGE) and is_changeable(instance):
            buttons.append(MenuItem("修改", url=change_url(instance), icon_name="edit", priority=9))
        return buttons


class BookingPage(InspectView):
    @property
    def header_buttons(self):
        """In the order in which they are listed: to give comes first."""
        buttons, user = list(super().header_buttons), self.request.user
        if user.has_perm(CHANGE) and is_changeable(self.object):
            buttons.append(HeaderButton("修改", change_url(self.object), icon_name="edit"))
        for number, button in enumerate(buttons):
            button.priority = number
        return buttons

    def get_field_display_value(self, field_name, field):
        shown = {"during": self.object.span, "state": self.object.standing}
        return shown.get(field_name) or super().get_field_display_value(field_name, field)


class BookingViewSet(ScopedViewSet):
    model = Booking
    policy_class = ReadOnlyPolicy
    icon = "date"
    counted_in = "个预约"
    ordering = ["pending", "-during", "-id"]
    add_label = "预约场地"
    list_display = [
        "title",
        Column("venue", label="场地", sort_key="venue__name"),
        Column("unit", label="使用单位", sort_key="unit__path"),
        Column("span", label="时间", accessor="span", sort_key="during"),
        Column("purpose_label", label="用途", accessor="get_purpose_display", sort_key="purpose"),
        "people",
        "attended",
        Column("standing", label="状态", accessor="standing", sort_key="state"),
        Column("asked_by", label="申请人", accessor="made_by.get_full_name"),
    ]
    search_fields = ["title", "venue__name"]
    filterset_class = BookingFilters
    index_view_class, inspect_view_class = BookingIndex, BookingPage
    inspect_view_fields = [
        "venue", "during", "purpose", "title", "reason", "unit", "people", "state", "attended", "made_by", "made_at",
        "decided_by", "decided_at", "reply",
    ]  # fmt: skip
    actions = (
        Action(
            "confirm", "同意", DECIDE, confirm_booking, what_confirming_does, ConfirmForm, is_waiting, "check",
            initial=lambda row: {"seen": seen_of(row)},
        ),
        Action(
            "reject", "不同意", DECIDE, reject_booking, lambda row: f"“{row}”不能安排，理由告知申请人。", ReplyForm,
            is_waiting, "cross",
        ),
        Action(
            "cancel", "取消预约", CHANGE, cancel_booking,
            lambda row: f"{row.span}“{row.venue}”随即让出，可以另作安排；申请人会收到通知。", ReplyForm, is_changeable, "bin",
        ),
        Action(
            "attended", "登记实到", CHANGE, record_attended,
            lambda row: f"{row.span}“{row.venue}”，预约{row.people}人。登记后计入使用统计。", AttendedForm, is_over, "user",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("venue__unit", "unit", "made_by", "decided_by").with_pending()

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


USE = {
    "used_times": "使用次数", "session_hours": "其中上课（小时）", "used_hours": "使用时长（小时）", "open_hours": "开放时长（小时）",
}  # fmt: skip


class VenueUsePage(InspectView):
    def get_field_label(self, field_name, field):
        return USE.get(field_name) or super().get_field_label(field_name, field)


class VenueUseViewSet(ScopedViewSet):
    """Numerator and denominator of every rate in columns of their own, so that they can be sorted and exported."""

    model = VenueUse
    policy_class = ReadOnlyPolicy
    icon = "time"
    counted_in = "处"
    list_display = [
        "name",
        Column("unit", label="管理单位", sort_key="unit__path"),
        "kind",
        *(Column(name, label=label, sort_key=name) for name, label in USE.items()),
        Column("rate", label="使用率", accessor=lambda row: rate_words(row.used_hours, row.open_hours)),
    ]
    search_fields = ["name"]
    filterset_class = VenueUseFilters
    inspect_view_class = VenueUsePage
    inspect_view_fields = ["name", "unit", "kind", "seats", *USE]

    def read(self, rows):
        return in_period(rows.select_related("unit"))


class ResourcesGroup(ModelViewSetGroup):
    items = (VenueViewSet, BookingViewSet, VenueUseViewSet)
    menu_label, menu_name, menu_icon, menu_order = "培训场所", "resources", "site", 219
