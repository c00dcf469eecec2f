"""The lesson's chooser of courseware: checked files of the lesson's kind, found by a part of the title."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.catalogue.models import Courseware
from lms.people.access import Role
from tests import factory
from tests.courses.shelf import make_courseware

pytestmark = pytest.mark.django_db
CHOOSE = "/admin/courseware_chooser/"


@pytest.fixture(autouse=True)
def editor(client, access, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(factory.make_staff(Role.COURSE_EDITOR, districts["XH"]))


@pytest.fixture
def shelf():
    made = {
        "film": make_courseware(content=b"1"), "other": make_courseware(content=b"2"),
        "paper": make_courseware("PDF", seconds=None, content=b"3"),
        "unchecked": make_courseware(content=b"4", checked=False),
    }  # fmt: skip
    Courseware.objects.filter(pk=made["film"].pk).update(title="听证告知")
    return made


def offered(client, **query) -> set[int]:
    return {row.pk for row in client.get(f"{CHOOSE}results/", query).context["results"]}


def test_checked_files_of_the_kind_are_offered(client, shelf):
    film, other, paper = (shelf[name].pk for name in ("film", "other", "paper"))
    assert offered(client) == {film, other, paper}
    assert offered(client, kind="VIDEO") == {film, other}
    assert offered(client, kind="TEXT") == set()
    assert offered(client, q="听证") == {film}


def test_what_is_not_offered_cannot_be_chosen(client, shelf):
    answer = client.get(reverse("courseware_chooser:chosen", args=[shelf["film"].pk]))
    assert answer.json()["result"]["id"] == str(shelf["film"].pk)
    for pk in (shelf["unchecked"].pk, 999_999, "x", "9" * 30):
        assert client.get(reverse("courseware_chooser:chosen", args=[pk])).status_code == 404
    ids = [shelf["unchecked"].pk, "x", shelf["film"].pk]
    chosen = client.get(reverse("courseware_chooser:chosen_multiple"), {"id": ids}).json()["result"]
    assert [one["id"] for one in chosen] == [str(shelf["film"].pk)]


def test_nothing_is_made_here(client):
    assert client.get(f"{CHOOSE}create/").status_code == 404


def test_queries_do_not_grow_with_the_list(client, shelf):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(CHOOSE)
        return len(found)

    queries()
    one = queries()
    for number in range(8):
        make_courseware(content=b"x%d" % number)
    assert queries() == one
