import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.models import CourseVersion, Topic
from courses.learning.models import CourseProgress
from tests.courses.shelf import make_course, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(access, rules):
    law, site = (Topic.objects.create(code=code, name=name) for code, name in (("law", "法律"), ("site", "现场")))
    for code, topic, fields in (
        ("A", law, {"level": "BASIC", "module": "XI_LAW"}),
        ("B", law, {"level": "ADVANCED", "layer": "UNIT", "module": "OLD"}),
        ("C", site, {"level": "BASIC"}),
    ):
        course = make_course(code, title=f"课程{code}", **fields)
        course.topics.add(topic)
        publish(course)


@pytest.fixture
def titles(shelf, officer, client):
    client.force_login(officer.user)

    def ask(**params):
        answer = client.get(reverse("learning:catalogue"), params)
        assert answer.status_code == 200
        return {version.title[-1] for version in answer.context["page"]}

    return ask


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, "ABC"),
        ({"topic": "law"}, "AB"),
        ({"level": "BASIC"}, "AC"),
        ({"layer": "UNIT"}, "B"),
        ({"compulsory": "true"}, "A"),
        ({"topic": "law", "level": "BASIC"}, "A"),
        ({"q": "课程B"}, "B"),
        ({"topic": "none"}, "ABC"),
        ({"level": "\0", "q": "x" * 60, "fresh": "maybe"}, "ABC"),
        ({"q": "没有这个词"}, ""),
    ],
)
def test_filters(titles, params, found):
    assert titles(**params) == set(found)


def test_what_i_have_not_learnt(titles, officer):
    version = CourseVersion.objects.get(title="课程A", number=CourseVersion.objects.current().get(title="课程A").number)
    CourseProgress.objects.create(officer=officer, version=version, year=2026, started_at=timezone.now())
    assert titles(fresh="true") == {"B", "C"}
    assert titles() == {"A", "B", "C"}


def test_a_new_topic_of_a_course_is_a_new_version_with_it(shelf):
    assert CourseVersion.objects.current().get(title="课程A").basis["topics"] == ["法律"]


def test_related_courses_share_a_topic(shelf):
    version = CourseVersion.objects.current().get(title="课程A")
    assert [one.title for one in version.related] == ["课程B"]


def test_the_page_costs_the_same_with_more_courses(titles, client):
    url = reverse("learning:catalogue")
    client.get(url)  # the first request of a session notes the device
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(10):
        make_course(f"M{number}", title=f"更多{number}")
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)
