from django.urls import include, path
from wagtail import hooks

from instructors.venues.urls import booking_urlpatterns
from instructors.venues.viewsets import ResourcesGroup

ACTIONS = {
    "venues.add_venue": "登记场所",
    "venues.change_venue": "修改场所", "venues.request_booking": "预约场地", "venues.confirm_booking": "同意预约",
    "venues.reject_booking": "不同意预约", "venues.cancel_booking": "取消预约", "venues.change_booking": "修改预约",
    "venues.record_attended": "登记实到人数",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return ResourcesGroup()


@hooks.register("register_admin_urls")
def booking_urls():
    return [path("venues/bookings/", include((booking_urlpatterns, "venues_bookings")))]


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(name, label, label)
