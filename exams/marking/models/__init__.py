from exams.marking.models.marks import Assignment, Mark, MarkEvent
from exams.marking.models.scripts import MarkerBar, Script
from exams.marking.models.tasks import Marker, MarkingTask

__all__ = ["Assignment", "Mark", "MarkEvent", "Marker", "MarkerBar", "MarkingTask", "Script"]
