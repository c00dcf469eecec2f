from instructors.mentorship.models.agreements import Mentorship, MentorshipPhase, Side, Signature
from instructors.mentorship.models.records import LogEntry, Observation, Rating

__all__ = ["LogEntry", "Mentorship", "MentorshipPhase", "Observation", "Rating", "Side", "Signature"]
