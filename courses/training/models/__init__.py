from courses.training.models.assessments import AssessmentPart, AssessmentScore
from courses.training.models.attendance import (
    Appeal,
    Attendance,
    AttendanceCorrection,
    LeaveRequest,
)
from courses.training.models.classes import ClassMaterial, ClassQuota, ClassSession, TrainingClass
from courses.training.models.enrollments import DutyShift, Enrollment, Guest, TrainingDuty
from courses.training.models.plans import EventType, PlanChange, PlanItem, SupervisionVisit, TrainingPlan

__all__ = [
    "Appeal", "AssessmentPart", "AssessmentScore", "Attendance", "AttendanceCorrection", "ClassMaterial",
    "ClassQuota", "ClassSession", "DutyShift", "Enrollment", "EventType", "Guest", "LeaveRequest", "PlanChange",
    "PlanItem", "SupervisionVisit", "TrainingClass", "TrainingDuty", "TrainingPlan",
]  # fmt: skip
