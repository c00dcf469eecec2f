from instructors.studios.models.reviews import ScoreSheet, StudioReview
from instructors.studios.models.studio import InstructorStudio, StudioMember
from instructors.studios.models.work import PLANNED, StudioOutput, StudioPlanItem, Work

__all__ = [
    "PLANNED",
    "InstructorStudio",
    "ScoreSheet",
    "StudioMember",
    "StudioOutput",
    "StudioPlanItem",
    "StudioReview",
    "Work",
]
