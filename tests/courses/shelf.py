"""Courses on a shelf, published as an editor would."""

from wagtail.models import Page

from courses.catalogue.models import CatalogueIndex, Course, Lesson


def make_course(code="C05", *, title="行政处罚法要点", minutes=(15, 15, 15), body="<p>正文</p>", **fields) -> Course:
    shelf = CatalogueIndex.objects.first()
    if shelf is None:
        shelf = Page.get_first_root_node().add_child(instance=CatalogueIndex(title="课程目录", slug="courses"))
    course = Course(title=title, slug=code.lower(), code=code, summary="简介", **fields)
    course.lessons = [
        Lesson(title=f"第{number}节", body=body, minutes=length) for number, length in enumerate(minutes, start=1)
    ]
    course = shelf.add_child(instance=course)
    publish(course)
    return course


def publish(course: Course) -> None:
    course.save_revision().publish()
    course.refresh_from_db()
