"""Courses on a shelf, published as an editor would."""

from django.core.files.base import ContentFile
from django.utils import timezone
from wagtail.models import Page

from courses.catalogue.models import CatalogueIndex, Course, Courseware, Lesson, LessonQuestion
from tests import factory


def make_course(code="C05", *, title="行政处罚法要点", minutes=(15, 15, 15), body="<p>正文</p>", **fields) -> Course:
    shelf = CatalogueIndex.objects.first()
    if shelf is None:
        shelf = Page.get_first_root_node().add_child(instance=CatalogueIndex(title="课程目录", slug="courses"))
    course = Course(title=title, slug=code.lower(), code=code, summary="简介", **fields)
    course.lessons = [
        Lesson(title=f"第{number}节", body=body, minutes=length, sort_order=number)
        for number, length in enumerate(minutes, start=1)
    ]
    course = shelf.add_child(instance=course)
    publish(course)
    return course


def publish(course: Course) -> None:
    course.save_revision().publish()
    course.refresh_from_db()


def make_courseware(kind="VIDEO", *, seconds: int | None = 720, content=b"film", checked=True) -> Courseware:
    """A row with a file that nobody looked into."""
    courseware = Courseware(
        title="课件", kind=kind, seconds=seconds, bytes=len(content), sha256="0" * 64, made_by=factory.make_user()
    )
    if checked:
        courseware.checked_by, courseware.checked_at = factory.make_user(), timezone.now()
    courseware.file.save("x", ContentFile(content), save=False)
    courseware.save()
    return courseware


def add_question(lesson: Lesson, *, at=30, answer=1, options=("甲", "乙")) -> LessonQuestion:
    return LessonQuestion.objects.create(
        lesson=lesson, at=at, stem="题干", options="\n".join(options), answer=answer, explain="解析"
    )
