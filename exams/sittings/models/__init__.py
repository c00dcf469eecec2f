from exams.sittings.models.attempts import (
    Answer,
    AnswerEvent,
    Attempt,
    EmergencyImport,
    LateAcceptance,
    Presence,
    Receipt,
    Signal,
)
from exams.sittings.models.candidates import Candidate, CandidateGroup, Compensation, TimeOverride
from exams.sittings.models.closing import ClosingTest
from exams.sittings.models.exams import Exam, Hall, Sitting, UnitQuota
from exams.sittings.models.incidents import Incident, Voiding
from exams.sittings.models.outcomes import Outcome
from exams.sittings.models.papers import PaperSheet
from exams.sittings.models.scores import KeyCorrection, Regrade, Score

__all__ = [
    "Answer", "AnswerEvent", "Attempt", "Candidate", "CandidateGroup", "ClosingTest", "Compensation",
    "EmergencyImport", "Exam", "Hall", "Incident", "KeyCorrection", "LateAcceptance", "Outcome", "PaperSheet",
    "Presence", "Receipt", "Regrade", "Score", "Signal", "Sitting", "TimeOverride", "UnitQuota", "Voiding",
]  # fmt: skip
