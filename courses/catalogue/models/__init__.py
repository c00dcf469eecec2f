from courses.catalogue.models.courses import CatalogueIndex, Course, Lesson, LessonQuestion
from courses.catalogue.models.courseware import Courseware
from courses.catalogue.models.references import ItemCode, LegalSource, LegalSourceVersion, SyllabusNode, Topic
from courses.catalogue.models.versions import CourseVersion

__all__ = [
    "CatalogueIndex", "Course", "CourseVersion", "Courseware", "ItemCode", "LegalSource", "LegalSourceVersion",
    "Lesson", "LessonQuestion", "SyllabusNode", "Topic",
]  # fmt: skip
