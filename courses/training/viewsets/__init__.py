"""The console's group 培训. Each part of the app adds its viewsets here."""

from wagtail.admin.viewsets.model import ModelViewSetGroup

from courses.training.viewsets.attendance import AttendanceViewSet, CorrectionViewSet
from courses.training.viewsets.classes import ClassSessionViewSet, TrainingClassViewSet
from courses.training.viewsets.completion import CompletionViewSet, ScoreViewSet, TeamSessionViewSet
from courses.training.viewsets.enrollment import DutyShiftViewSet, EnrollmentViewSet, TrainingDutyViewSet
from courses.training.viewsets.plans import (
    PlanChangeViewSet,
    PlanItemViewSet,
    SupervisionVisitViewSet,
    TrainingPlanViewSet,
)
from courses.training.viewsets.requests import AppealViewSet, DismissalViewSet, LeaveRequestViewSet


class TrainingGroup(ModelViewSetGroup):
    items = (
        TrainingPlanViewSet, PlanItemViewSet, PlanChangeViewSet, SupervisionVisitViewSet, TrainingClassViewSet, ClassSessionViewSet,
        EnrollmentViewSet, TrainingDutyViewSet, DutyShiftViewSet,
        AttendanceViewSet, LeaveRequestViewSet, CorrectionViewSet, DismissalViewSet, AppealViewSet,
        CompletionViewSet, TeamSessionViewSet, ScoreViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "培训", "training", "group", 215
