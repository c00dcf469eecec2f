"""The console's pages for what goes out and what comes in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from exams.licences.exchange import digest
from exams.licences.models import EnforcementCertificate, ResultFile, Submission
from exams.licences.services import ordering
from exams.licences.services.dispatching import dispatch, fingerprint, ready
from lms.audit.models import AuditEvent
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.people.access import Role
from tests import factory
from tests.exams.licences.exchange import issued, make_ready, package, table

pytestmark = pytest.mark.django_db
UPLOAD = "licences_files:upload"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(settings, media, access, rules, city, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff(Role.CITY_OFFICE, city)
    client.force_login(user)
    return user


def put(client, data: bytes, name="results.csv", checksum=None):
    told = digest(data) if checksum is None else checksum
    return client.post(reverse(UPLOAD), {"file": SimpleUploadedFile(name, data), "checksum": told})


def test_sent_and_taken_out(office, districts, client):
    make_ready(districts["PD-01"], 2)
    page = client.get(reverse("licences_files:send"))
    assert page.context["count"] == 2
    client.post(reverse("licences_files:send"), {"fingerprint": page.context["fingerprint"]})
    submission = Submission.objects.get()
    assert client.get(reverse("submission:inspect", args=[submission.pk])).status_code == 200
    answer = client.get(reverse("licences_files:package", args=[submission.pk]))
    assert digest(answer.content) == submission.sha256
    assert AuditEvent.objects.filter(action="licences.take_out").count() == 1
    assert client.post(reverse("licences_files:send"), {"fingerprint": page.context["fingerprint"]}).status_code == 409


def test_looked_at_confirmed_and_known_again(office, districts, client):
    applications = make_ready(districts["PD-01"], 2)
    dispatch(office, expected=fingerprint(ready(office)))
    stranger = issued(applications[0], "测试A0009", 申请编号="SQ99999999", 人员编号="T-X", 姓名="无此人")
    data = table(issued(applications[0], "测试A0001"), stranger)
    preview = put(client, data)
    page = client.get(preview.url)
    assert page.context["counts"] == {"matched": 1, "todo": 1, "unchanged": 0, "orphan": 1, "missing": 1}
    assert "无此人" in page.content.decode()
    assert not EnforcementCertificate.objects.held().exists()
    differences = client.get(preview.url + "differences.xlsx")
    assert differences.status_code == 200
    done = client.post(preview.url, {"fingerprint": page.context["plan"].fingerprint}, follow=True)
    assert done.context["matched"] == 1
    assert EnforcementCertificate.objects.held().count() == 1
    again = put(client, data)
    assert again.url == reverse("resultfile:inspect", args=[ResultFile.objects.get().pk])
    assert client.post(preview.url).status_code == 404


def test_a_package_is_taken_without_a_told_checksum(office, districts, client):
    [application] = make_ready(districts["PD-01"])
    batch = dispatch(office, expected=fingerprint(ready(office))).number
    data = package(table(issued(application, "测试A0001")), 1, batch)
    preview = put(client, data, "results.zip", checksum="")
    assert client.get(preview.url).context["counts"]["todo"] == 1


def test_a_refused_file_names_its_rows_and_is_on_record(office, client):
    data = table(["", "", "核发"])
    page = put(client, data)
    assert page.status_code == 422
    assert {problem.row for problem in page.context["problems"]} == {2}
    assert put(client, data, checksum="0" * 64).status_code == 422
    assert client.post(reverse(UPLOAD), {}).status_code == 400
    assert AuditEvent.objects.filter(action="licences.refuse_results").count() == 2


def test_what_changed_meanwhile_is_not_written(office, districts, client):
    [application] = make_ready(districts["PD-01"])
    dispatch(office, expected=fingerprint(ready(office)))
    preview = put(client, table(issued(application, "测试A0001")))
    fingerprint_then = client.get(preview.url).context["plan"].fingerprint
    application.certificate.officer.name = "改名"
    application.certificate.officer.save()
    page = client.post(preview.url, {"fingerprint": fingerprint_then})
    assert page.status_code == 409
    assert [(one.row, one.code) for one in page.context["problems"]] == [(2, "name_differs")]
    assert not ResultFile.objects.exists()


@pytest.fixture
def long_file(office, districts, client, monkeypatch):
    """A file that is left to a job, as its preview stands: (applications, the preview's page)."""
    monkeypatch.setattr(ordering, "AT_ONCE", 1)
    applications = make_ready(districts["PD-01"], 2)
    dispatch(office, expected=fingerprint(ready(office)))
    preview = put(client, table(*(issued(one, f"测试A{one.pk:04d}") for one in applications)))
    page = client.get(preview.url)
    answer = client.post(preview.url, {"fingerprint": page.context["plan"].fingerprint})
    return applications, answer


def test_a_long_file_is_left_to_a_job(long_file, client):
    _, answer = long_file
    job = Job.objects.get()
    assert answer.url == job.page
    assert not EnforcementCertificate.objects.held().exists()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["对上"]) == (Job.State.DONE, 2)
    assert EnforcementCertificate.objects.held().count() == 2


def test_a_job_writes_nothing_of_what_changed_meanwhile(long_file):
    (_, last), _ = long_file
    last.certificate.officer.name = "改名"
    last.certificate.officer.save()
    job = Job.objects.get()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert [one.what for one in job.lines.exclude(what="")] == ["第3行"]
    assert not EnforcementCertificate.objects.held().exists()


def test_a_given_up_file_is_gone(office, districts, client):
    [application] = make_ready(districts["PD-01"])
    dispatch(office, expected=fingerprint(ready(office)))
    preview = put(client, table(issued(application, "测试A0001")))
    client.post(preview.url + "cancel/")
    assert client.get(preview.url).status_code == 404


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICE, Role.TEAM_CLERK, Role.AUDITOR, Role.HR])
def test_only_the_city_exchanges_files(office, districts, client, role):
    make_ready(districts["PD-01"])
    submission = dispatch(office, expected=fingerprint(ready(office)))
    client.force_login(factory.make_staff(role, districts["PD"]))
    for name in ("licences_files:send", UPLOAD):
        assert client.get(reverse(name)).status_code == 403
    assert client.get(reverse("licences_files:package", args=[submission.pk])).status_code in (403, 404)


def test_the_template_is_read_by_the_reader(office, client):
    data = client.get(reverse(UPLOAD), {"template": ""}).content
    page = put(client, data, "template.xlsx")
    assert [problem.code for problem in page.context["problems"]] == ["no_rows"]


def test_the_pages_cost_the_same_for_many(office, districts, client, django_assert_max_num_queries):
    applications = make_ready(districts["PD-01"], 11)
    with django_assert_max_num_queries(14):
        client.get(reverse("licences_files:send"))
    submission = dispatch(office, expected=fingerprint(ready(office)))
    data = table(*(issued(one, f"测试A{one.pk:04d}") for one in applications))
    preview = put(client, data)
    client.post(preview.url, {"fingerprint": client.get(preview.url).context["plan"].fingerprint})
    for url in (
        reverse("submission:inspect", args=[submission.pk]), reverse("submission:index"), reverse("resultfile:index"),
        reverse("resultfile:inspect", args=[ResultFile.objects.get().pk]), reverse("resultline:index"),
    ):  # fmt: skip
        client.get(url)
        with django_assert_max_num_queries(18):
            assert client.get(url).status_code == 200
