from courses.training.models.assessments import AssessmentPart, AssessmentScore
from courses.training.models.attendance import (
    Appeal,
    Attendance,
    AttendanceCorrection,
    DismissalProposal,
    LeaveRequest,
)
from courses.training.models.calendar import CalendarFeed
from courses.training.models.classes import ClassMaterial, ClassQuota, ClassSession, TrainingClass
from courses.training.models.completion import Completion, SessionPhoto, TeamSession
from courses.training.models.enrollments import DutyShift, Enrollment, Guest, TrainingDuty
from courses.training.models.plans import EventType, PlanChange, PlanItem, SupervisionVisit, TrainingPlan
from courses.training.models.raters import SessionRater

__all__ = [
    "Appeal", "AssessmentPart", "AssessmentScore", "Attendance", "AttendanceCorrection", "CalendarFeed", "ClassMaterial",
    "ClassQuota", "ClassSession", "Completion", "DismissalProposal", "DutyShift", "Enrollment", "EventType", "Guest", "LeaveRequest", "PlanChange",
    "PlanItem", "SessionPhoto", "SessionRater", "SupervisionVisit", "TeamSession", "TrainingClass", "TrainingDuty", "TrainingPlan",
]  # fmt: skip
