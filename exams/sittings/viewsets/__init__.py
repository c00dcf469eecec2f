"""The console's group 考务."""

from wagtail.admin.viewsets.model import ModelViewSetGroup

from exams.sittings.viewsets.candidates import CandidateViewSet, GroupViewSet, OverrideViewSet
from exams.sittings.viewsets.exams import ExamViewSet
from exams.sittings.viewsets.scores import CorrectionViewSet, RegradeViewSet
from exams.sittings.viewsets.windows import HallViewSet, SittingViewSet


class SittingsGroup(ModelViewSetGroup):
    items = (
        ExamViewSet, SittingViewSet, HallViewSet, CandidateViewSet, GroupViewSet, OverrideViewSet, CorrectionViewSet,
        RegradeViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "考务", "sittings", "group", 225
