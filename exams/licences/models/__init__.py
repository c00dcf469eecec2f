from exams.licences.models.applications import Application, ApplicationBatch, CancellationProposal
from exams.licences.models.certificates import EnforcementCertificate, ExamProof, Transition
from exams.licences.models.files import Card, ResultFile, ResultLine, Submission, SubmissionLine
from exams.licences.models.reading import LevelResult, OfficerStanding

__all__ = [
    "Application", "ApplicationBatch", "CancellationProposal", "Card", "EnforcementCertificate", "ExamProof",
    "LevelResult", "OfficerStanding", "ResultFile", "ResultLine", "Submission", "SubmissionLine", "Transition",
]  # fmt: skip
