"""组织评卷 in the console: who may, what each step says, and numbers with what they are out of."""

import pytest
from django.urls import reverse

from exams.marking.models import MarkingTask
from tests import factory
from tests.exams.marking.factory import in_first, in_second, make_markers, mark_all, prepared, quiet, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings, access):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def page(client, name, *args):
    return client.get(reverse(f"markingtask:{name}", args=args))


def test_from_an_exam_to_its_first_round(rules, districts, client, django_capture_on_commit_callbacks):
    exam = written(districts["PD"], 6)
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    reply = client.post(reverse("markingtask:add"), {"exam": exam.pk})
    assert reply.status_code == 302, reply.content.decode()[:2000]
    assert "/jobs/" in reply.url or "/job/" in reply.url
    task = quiet(prepared(exam)[0])
    team = make_markers(districts["XH"])
    reply = client.post(reverse("markingtask:team", args=[task.pk]), {"users": [one.pk for one in team]})
    assert reply.status_code == 302
    assert client.post(reverse("markingtask:first", args=[task.pk])).status_code == 302
    task.refresh_from_db()
    assert task.round == 1
    refused = client.post(reverse("markingtask:second", args=[task.pk]))
    assert refused.status_code == 200
    assert "6/6" in refused.content.decode()


def test_numbers_are_out_of_something(rules, districts, client):
    task, markers = in_second(districts["PD"], 6)
    mark_all(task, markers[0], 30)
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    text = page(client, "inspect", task.pk).content.decode()
    for told in ("<b>6</b>/6份", "<b>2</b>/6份"):
        assert told in text
    assert markers[0].get_full_name() in text
    assert "6/6" in page(client, "index").content.decode()


def test_only_the_chief_sees_how_steady_markers_are(rules, districts, client):
    task, _ = in_second(districts["PD"], 3)
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    assert "复评差" not in page(client, "inspect", task.pk).content.decode()
    client.force_login(factory.make_staff("AUDITOR", districts["PD"]))
    assert page(client, "inspect", task.pk).status_code == 200
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    assert "复评差" in page(client, "inspect", task.pk).content.decode()


def test_the_chief_arbitrates_and_does_not_run(rules, districts, client):
    task, _ = in_first(districts["PD"], 3)
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    assert client.post(reverse("markingtask:second", args=[task.pk])).status_code in {302, 403}
    assert MarkingTask.objects.get().round == 1


def test_another_district_sees_nothing(rules, districts, client):
    task, _ = in_first(districts["PD"], 3)
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["XH"]))
    assert page(client, "inspect", task.pk).status_code == 404
    assert str(task.exam) not in page(client, "index").content.decode()
    assert client.post(reverse("markingtask:first", args=[task.pk])).status_code == 404


def test_markers_have_a_page_of_their_questions(rules, districts, client):
    task, markers = in_first(districts["PD"], 3)
    client.force_login(markers[0])
    assert f"/marking/{task.exam_id}/{task.cell}/" in client.get("/marking/").content.decode()
