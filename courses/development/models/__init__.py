from courses.development.models.calls import Claim, CrowdCall
from courses.development.models.groups import CourseDevelopmentGroup, GroupMember, Milestone
from courses.development.models.outputs import Contributor, Output
from courses.development.models.projects import DevelopmentProject, FlagshipDecision
from courses.development.models.reviews import PeerReview, Submission
from courses.development.models.works import MaskingCertificate, Work

__all__ = [
    "Claim", "Contributor", "CourseDevelopmentGroup", "CrowdCall", "DevelopmentProject", "FlagshipDecision",
    "GroupMember", "MaskingCertificate", "Milestone", "Output", "PeerReview", "Submission", "Work",
]  # fmt: skip
