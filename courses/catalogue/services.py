import hashlib
import json

from django.db import transaction
from django.db.models import Max
from wagtail.rich_text import expand_db_html

from courses.catalogue.models import Course, CourseVersion
from lms.audit.services import record

SECONDS_A_MINUTE = 60


@transaction.atomic
def freeze_version(course: Course, *, actor="系统") -> CourseVersion:
    """Keep the course as it was just published; publishing the same content again adds no version."""
    Course.objects.select_for_update(of=("self",)).get(pk=course.pk)
    content = {
        "title": course.title,
        "summary": course.summary,
        "level": course.level,
        "layer": course.layer,
        "category": course.category,
        "module": course.module,
        "minutes": course.minutes,
        "lessons": [
            {"title": lesson.title, "html": expand_db_html(lesson.body), "seconds": lesson.minutes * SECONDS_A_MINUTE}
            for lesson in course.lessons.all()
        ],
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    last = course.versions.order_by("-number").first()
    if last and last.digest == digest:
        return last
    number = (course.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    version = course.versions.create(number=number, digest=digest, **content)
    record("catalogue.publish", actor=actor, target=version, course=course.code, number=number, digest=digest)
    return version
