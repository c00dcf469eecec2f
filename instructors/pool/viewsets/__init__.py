from wagtail.admin.viewsets.model import ModelViewSetGroup

from instructors.pool.viewsets.instructors import AppointmentViewSet, InstructorViewSet
from instructors.pool.viewsets.podium import PodiumMemberViewSet
from instructors.pool.viewsets.reviews import YearReviewViewSet
from instructors.pool.viewsets.selection import NominationViewSet, SelectionRoundViewSet


class PoolGroup(ModelViewSetGroup):
    items = (
        InstructorViewSet, AppointmentViewSet, SelectionRoundViewSet, NominationViewSet, YearReviewViewSet,
        PodiumMemberViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "师资队伍", "pool", "group", 218
