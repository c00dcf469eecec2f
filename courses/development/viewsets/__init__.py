"""The console's group 课程开发."""

from wagtail.admin.viewsets.model import ModelViewSetGroup

from courses.development.viewsets.calls import ClaimViewSet, CrowdCallViewSet
from courses.development.viewsets.groups import GroupViewSet, ProjectViewSet
from courses.development.viewsets.outputs import OutputViewSet, PeerReviewViewSet
from courses.development.viewsets.works import WorkViewSet


class DevelopmentGroup(ModelViewSetGroup):
    items = (
        GroupViewSet, ProjectViewSet, CrowdCallViewSet, ClaimViewSet, WorkViewSet, PeerReviewViewSet, OutputViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "课程开发", "development", "edit", 219
