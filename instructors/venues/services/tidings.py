"""Who hears of a booking."""

from django.urls import reverse

from instructors.venues.models import Booking
from lms.notices.models import Notice
from lms.notices.services import notify
from lms.people.services.offices import office_of

TITLE = Notice._meta.get_field("title").max_length


def tell_owner(row: Booking, permission: str, what: str = "") -> int:
    """The office of the place, which decides."""
    users = [user for user in office_of(row.venue.unit, permission) if user.pk != row.made_by_id]
    return notify(
        users, title=f"{what or '场地预约待审批'}：{row.venue}"[:TITLE],
        body=f"{row.unit}申请{row.span}使用“{row.venue}”：{row.title}，{row.people}人。",
        link=reverse("booking:inspect", args=[row.pk]),
    )  # fmt: skip


def tell_asker(row: Booking, outcome: str, reply: str) -> int:
    return notify(
        [row.made_by], title=f"场地预约{outcome}：{row.venue}"[:TITLE],
        body=f"{row.span}，{row.title}。{reply}", link=reverse("places:mine"),
    )  # fmt: skip
