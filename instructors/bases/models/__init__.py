from instructors.bases.models.naming import BaseDecision, PracticeBase
from instructors.bases.models.reviews import BaseMaterial, BaseReview
from instructors.bases.models.rounds import BaseChecklist, BaseRound, Part
from instructors.bases.models.scoring import ScoreSheet

__all__ = [
    "BaseChecklist",
    "BaseDecision",
    "BaseMaterial",
    "BaseReview",
    "BaseRound",
    "Part",
    "PracticeBase",
    "ScoreSheet",
]
