from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.catalogue.models import Course, LegalSource, LegalSourceVersion
from lms.people.access import Role
from tests import factory
from tests.courses.shelf import make_course, publish

pytestmark = pytest.mark.django_db
URL = "catalogue_office:stale"


@pytest.fixture
def old(access) -> LegalSourceVersion:
    source = LegalSource.objects.create(title="某法")
    source.versions.create(edition="2021年修订", effective_on=date(2021, 7, 15))
    return source.versions.create(edition="2017年修正", effective_on=date(2018, 1, 1), superseded_on=date(2021, 7, 15))


def cite(version, code="C05", **fields) -> Course:
    course = make_course(code, **fields)
    course.sources.add(version)
    publish(course)
    return course


def test_a_course_on_a_superseded_version_is_listed(old, city, client):
    current = old.source.versions.get(superseded_on=None)
    stale, _ = cite(old, title="旧据"), cite(current, "C06", title="新据")
    assert list(Course.objects.stale()) == [stale]
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, city))
    page = client.get(reverse(URL)).content.decode()
    assert "旧据" in page
    assert "新据" not in page


def test_what_will_be_superseded_is_not_yet_stale(old):
    version = old.source.versions.get(superseded_on=None)
    version.superseded_on = date(2099, 1, 1)
    version.save()
    cite(version)
    assert not Course.objects.stale()


def test_the_editor_is_told(old, city, client):
    course = cite(old)
    client.force_login(factory.make_staff(Role.COURSE_EDITOR, city))
    url = reverse("wagtailadmin_pages:edit", args=[course.pk])
    assert "依据已更新" in client.get(url).content.decode()
    course.sources.clear()
    publish(course)
    assert "依据已更新" not in client.get(url).content.decode()


def test_not_everybody_sees_the_list(old, city, client):
    client.force_login(factory.make_staff(Role.FINANCE, city))
    assert client.get(reverse(URL)).status_code in {302, 403}


def test_one_version_of_a_source_is_current(old):
    with pytest.raises(IntegrityError), transaction.atomic():
        old.source.versions.create(edition="2030年修订", effective_on=date(2030, 1, 1))


def test_the_list_costs_the_same_with_more_courses(old, city, client):
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, city))
    cite(old)
    client.get(reverse(URL))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(URL))
    for number in range(10):
        cite(old, f"M{number}")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(URL))
    assert len(many) == len(few)
