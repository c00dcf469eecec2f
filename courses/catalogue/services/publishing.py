import hashlib
import json

from django.db import transaction
from django.db.models import Max
from wagtail.rich_text import expand_db_html

from courses.catalogue.models import Course, CourseVersion, Lesson
from lms.audit.services import record

FIELDS = ["title", "summary", "level", "layer", "category", "module", "minutes"]


@transaction.atomic
def freeze_version(course: Course, *, actor="系统") -> CourseVersion:
    """Keep the course as it was just published; publishing the same content again adds no version."""
    Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    content = frozen_content(course)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    last = course.versions.order_by("-number").first()
    if last and last.digest == digest:
        return last
    number = (course.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = course.versions.create(number=number, digest=digest, **content)
    record("catalogue.publish", actor=actor, target=version, course=course.code, number=number, digest=digest)
    return version


def frozen_content(course: Course) -> dict:
    lessons = list(course.lessons.all())
    basis = {
        "topics": [topic.name for topic in course.topics.all()],
        "sources": [str(source) for source in course.sources.all()],
        "items": [[item.code, item.name] for item in course.items.all()],
        "nodes": [str(node) for node in course.nodes.all()],
        "media": {str(one.pk): one.sha256 for lesson in lessons if (one := lesson.courseware)},
    }
    about = {name: getattr(course, name) for name in FIELDS}
    return about | {"lessons": [_frozen_lesson(lesson) for lesson in lessons], "basis": basis}


def _frozen_lesson(lesson: Lesson) -> dict:
    questions = sorted(lesson.questions.all(), key=lambda question: question.at)
    return {
        "title": lesson.title,
        "kind": lesson.kind,
        "html": expand_db_html(lesson.body),
        "seconds": lesson.seconds,
        "media": lesson.courseware_id,
        "questions": [
            {
                "at": question.at,
                "stem": question.stem,
                "options": question.choices,
                "answer": question.answer,
                "explain": question.explain,
            }
            for question in questions
        ],
    }
