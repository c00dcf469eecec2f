"""Two tasks of the demo city: a mass programme that is nearly due and a compulsory module of the year."""

from datetime import date, timedelta

from courses.catalogue.filters import module_labels
from courses.catalogue.models import Course
from courses.learning.models import CourseAssignment
from courses.learning.services.assignments import assign
from lms.people.models import OrgUnit, User

MASS_COURSE, MODULE, DAYS = "M01", "INTEGRITY", 5


def assign_tasks(city: OrgUnit, actor: User, today: date) -> None:
    course, last_day = Course.objects.get(code=MASS_COURSE), date(today.year, 12, 31)
    soon = min(today + timedelta(days=DAYS), last_day)
    assign(CourseAssignment(course=course, unit=city, due_on=soon), course.title, actor=actor)
    assign(CourseAssignment(module=MODULE, unit=city, due_on=last_day), module_labels()[MODULE], actor=actor)
