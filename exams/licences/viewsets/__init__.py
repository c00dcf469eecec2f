"""The console's group 执法证."""

from django.urls import reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup

from exams.licences.services.reviewing import APPROVE, REVIEW
from exams.licences.viewsets.applications import ApplicationViewSet, BatchViewSet
from exams.licences.viewsets.certificates import CertificateViewSet, ProposalViewSet, TransitionViewSet
from exams.licences.viewsets.files import ResultFileViewSet, ResultLineViewSet, SubmissionViewSet
from exams.licences.viewsets.reading import LevelResultViewSet, OfficerStandingViewSet


class DeskItem(MenuItem):
    def __init__(self, label: str, name: str, permission: str, order: int):
        self.permission = permission
        url = reverse_lazy(f"licences_office:{name}")
        super().__init__(label, url, name=f"licences-{name}", icon_name="check", order=order)

    def is_shown(self, request):
        return request.user.has_perm(self.permission)


class LicencesGroup(ModelViewSetGroup):
    items = (
        CertificateViewSet, OfficerStandingViewSet, ApplicationViewSet, BatchViewSet, SubmissionViewSet,
        ResultFileViewSet, ResultLineViewSet, LevelResultViewSet, ProposalViewSet, TransitionViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "执法证", "licences", "key", 228

    def get_submenu_items(self):
        return [
            DeskItem("批量申办", "apply", "licences.add_application", 0),
            DeskItem("单位审核", "review", REVIEW, 1),
            DeskItem("市局审核", "approve", APPROVE, 2),
            *super().get_submenu_items(),
        ]
