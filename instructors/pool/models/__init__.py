from instructors.pool.models.appointments import Appointment, Bar
from instructors.pool.models.instructors import Instructor, LessonRating, Level, Teaching
from instructors.pool.models.podium import PodiumMember
from instructors.pool.models.reviews import YearReview
from instructors.pool.models.selection import Nomination, SelectionRound, TrialReview

__all__ = [
    "Appointment",
    "Bar",
    "Instructor",
    "LessonRating",
    "Level",
    "Nomination",
    "PodiumMember",
    "SelectionRound",
    "Teaching",
    "TrialReview",
    "YearReview",
]
