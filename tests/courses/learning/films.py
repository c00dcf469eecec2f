"""Courses of films, and a player that speaks to the services as the page does."""

from datetime import UTC, datetime
from uuid import uuid4

from courses.catalogue.models import Course, CourseVersion
from courses.learning.message import SpanMessage
from courses.learning.services.reading import begin_course
from courses.learning.services.watching import open_lease, take_spans
from tests.courses.shelf import make_course, make_courseware

PHONE_CLOCK = datetime(2031, 1, 1, tzinfo=UTC)


def make_film_course(code="F01", *, seconds=(720,), title="检查码与双随机", questions=(), content=b"film", **fields):
    """The current version of a live course whose lessons are films."""
    course = make_course(code, title=title, minutes=(1,), **fields)
    lessons = [
        {
            "title": f"第{number}段", "kind": "VIDEO", "html": "", "seconds": length,
            "media": make_courseware(seconds=length, content=content).pk, "questions": list(questions),
        }
        for number, length in enumerate(seconds, start=1)
    ]  # fmt: skip
    return freeze(course, lessons)


def freeze(course: Course, lessons: list[dict]) -> CourseVersion:
    last = course.versions.order_by("-number").first()
    same = {name: getattr(last, name) for name in ("title", "summary", "level", "layer", "category", "module")}
    minutes = sum(lesson["seconds"] for lesson in lessons) // 60
    return course.versions.create(number=last.number + 1, minutes=minutes, lessons=lessons, digest="", **same)


class Player:
    def __init__(self, officer, version, *, take=True):
        self.user, self.progress = officer.user, begin_course(officer, version)
        self.lease = open_lease(self.progress, tab=uuid4(), device="手机", take=take)

    def send(self, *seconds, position=1, rate=1, message=None):
        spans = [(round(begin * 1000), round(end * 1000)) for begin, end in seconds]
        self.last = SpanMessage(self.lease.key, message or uuid4(), position, spans, rate, PHONE_CLOCK)
        return self.again()

    def again(self):
        return take_spans(self.user, self.last)
