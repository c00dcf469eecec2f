import pytest
from django.db import IntegrityError, InternalError, transaction

from courses.catalogue.models import CourseVersion
from courses.catalogue.services import freeze_version
from tests.courses.shelf import make_course, publish

pytestmark = pytest.mark.django_db


def test_publishing_freezes_a_version(access):
    course = make_course(minutes=(15, 30))
    version = course.versions.get()
    assert (version.number, version.minutes, len(version.lessons)) == (1, 45, 2)


def test_publishing_unchanged_content_adds_none(access):
    course = make_course()
    publish(course)
    assert course.versions.count() == 1


def test_a_change_is_a_new_version_and_the_old_one_stays(access):
    course = make_course(title="旧名")
    course.title = "新名"
    publish(course)
    assert list(course.versions.order_by("number").values_list("title", flat=True)) == ["旧名", "新名"]
    assert CourseVersion.objects.current().get().title == "新名"


def test_a_frozen_version_cannot_be_changed(access):
    make_course()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        CourseVersion.objects.update(title="改写")


def test_a_withdrawn_course_is_not_current(access):
    course = make_course()
    course.unpublish()
    assert not CourseVersion.objects.current().exists()


def test_freezing_twice_gives_the_same_version(access):
    course = make_course()
    assert freeze_version(course).pk == course.versions.get().pk
