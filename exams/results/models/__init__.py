from exams.results.models.appeals import ExamAppeal, Finding
from exams.results.models.releases import Clearance, Release, ReleasedAttempt
from exams.results.models.voidings import ExamVoiding, RestsOn, Revision

__all__ = [
    "Clearance", "ExamAppeal", "ExamVoiding", "Finding", "Release", "ReleasedAttempt", "RestsOn", "Revision",
]  # fmt: skip
