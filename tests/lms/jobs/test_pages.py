"""The job's page in the console."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from lms.jobs.models import Job
from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(access, districts, client):
    """A course editor: sees what he started, not what his unit does."""
    user = factory.make_staff(Role.COURSE_EDITOR, districts["PD"])
    client.force_login(user)
    return user


def make_job(actor, unit, **fields) -> Job:
    return Job.objects.create(kind="test.page", title="签发证书", actor=actor, unit=unit, **fields)


def hold(job: Job, number: int) -> None:
    for at in range(number):
        job.lines.create(what=f"人员{at}", text="姓名含有字体没有的字")


@pytest.fixture
def running(owner, districts) -> Job:
    return make_job(owner, districts["PD"], state="RUNNING", total=1000, done=340, held=2, result={"已签发": 338})


def test_page_shows_counts_and_what_was_held(running, client):
    hold(running, 2)
    page = client.get(running.page).content.decode()
    assert "340/1,000" in page
    assert "姓名含有字体没有的字" in page
    assert page.count("人员") >= 2
    assert "js/job.js" in page
    assert "刷新" in page


def test_progress_is_the_part_without_the_console(running, client):
    part = client.get(f"/admin/job/progress/{running.pk}/").content.decode()
    assert "340/1,000" in part
    assert "<html" not in part


def test_held_list_as_a_sheet(running, client):
    hold(running, 30)
    sheet = load_workbook(BytesIO(b"".join(client.get(f"/admin/job/held/{running.pk}/").streaming_content)))
    found = [row for row in sheet.active.iter_rows(values_only=True) if row[0] and row[0].startswith("人员")]
    assert len(found) == 30


def test_result_file(running, client):
    assert client.get(f"/admin/job/file/{running.pk}/").status_code == 404
    running.result_file.save("result.csv", ContentFile(b"a,b"))
    assert b"".join(client.get(f"/admin/job/file/{running.pk}/").streaming_content) == b"a,b"


def test_pause_resume_and_cancel(running, client):
    for act, wish in (("pause", "PAUSE"), ("resume", ""), ("cancel", "CANCEL")):
        assert client.post(f"/admin/job/{act}/{running.pk}/").status_code == 302
        running.refresh_from_db()
        assert running.wish == wish
    assert running.state == "RUNNING"


def test_editor_does_not_see_the_jobs_of_his_unit(owner, districts, client):
    job = make_job(factory.make_user(), districts["PD"])
    assert job.pk not in {row.pk for row in client.get("/admin/job/").context["object_list"]}
    for part in ("inspect", "progress", "held", "file", "pause", "cancel"):
        assert client.get(f"/admin/job/{part}/{job.pk}/").status_code == 404
    assert client.post(f"/admin/job/cancel/{job.pk}/").status_code == 404


def test_auditor_sees_but_does_not_stop(running, districts, client):
    client.force_login(factory.make_staff(Role.AUDITOR, districts["PD"]))
    assert client.get(running.page).status_code == 200
    client.post(f"/admin/job/cancel/{running.pk}/")
    running.refresh_from_db()
    assert running.wish == ""


def test_page_costs_the_same_however_much_was_held(running, client):
    hold(running, 1)
    client.get(running.page)
    with CaptureQueriesContext(connection) as few:
        client.get(running.page)
    hold(running, 10)
    with CaptureQueriesContext(connection) as many:
        client.get(running.page)
    assert len(many) == len(few)
