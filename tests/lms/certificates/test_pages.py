import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.certificates import tasks
from lms.certificates.models import Certificate, CertificateDesign, CertificateDocument
from lms.certificates.services.batches import issue_to_group
from lms.certificates.services.issuing import issue
from lms.jobs import running
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.jobs.services import pause, resume
from lms.people.access import Role
from tests import factory
from tests.lms.certificates.earning import PREFIX, merit_of

pytestmark = pytest.mark.django_db
BATCH = "/admin/certificates/"
DRAFT = "/admin/certificates/designs/COMPLETION/"


@pytest.fixture
def office(access, districts, client):
    user = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    client.force_login(user)
    return user


def fields(design, **changed):
    kept = {name: getattr(design, name) for name in design.TEXTS}
    return kept | {"valid_months": "", "note": "改落款"} | changed


# --- the officer's own --------------------------------------------------------------------
def test_an_officer_takes_what_he_has_earned_and_opens_it(design, officer, client):
    client.force_login(officer.user)
    answer = client.post(reverse("certificates:issue"), {"key": merit_of(officer)})
    certificate = Certificate.objects.get()
    assert answer.url == reverse("certificates:certificate", args=[certificate.pk])
    assert client.get(answer.url).context["certificate"] == certificate
    assert client.get(reverse("certificates:pdf", args=[certificate.pk])).content.startswith(b"%PDF-")
    assert list(client.get(reverse("certificates:list")).context["certificates"]) == [certificate]


def test_nobody_takes_somebody_elses_or_sees_it(design, officer, districts, client):
    other = factory.make_officer(districts["XH-01"])
    client.force_login(other.user)
    client.post(reverse("certificates:issue"), {"key": merit_of(officer)})
    client.post(reverse("certificates:issue"), {"key": "learning.courseprogress:1"})
    assert not Certificate.objects.exists()
    certificate = issue(merit_of(officer), actor="甲")
    for name in ("certificate", "pdf"):
        assert client.get(reverse(f"certificates:{name}", args=[certificate.pk])).status_code == 404
    assert not client.get(reverse("certificates:list")).context["certificates"]


def test_the_list_costs_the_same_with_more(design, officer, client):
    client.force_login(officer.user)
    first = issue(merit_of(officer), actor="甲")
    client.get(reverse("certificates:list"))  # the first request of a session notes the device
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("certificates:list"))
    for serial in range(2, 12):
        copied = {f.attname: getattr(first, f.attname) for f in Certificate._meta.concrete_fields if f.name != "id"}
        Certificate.objects.create(
            **copied | {"serial": serial, "number": serial, "code": serial, "entitlement": serial}
        )
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("certificates:list"))
    assert len(few) == len(many)


# --- batches --------------------------------------------------------------------------------
def test_an_office_issues_to_its_own_units_only(design, office, districts, client):
    for code in ("XH-01", "XH-02", "PD-01"):
        factory.make_officer(districts[code])
    assert [group.title for group in client.get(BATCH).context["groups"]] == ["测试课程"]
    answer = client.post(BATCH, {"group": f"{PREFIX}:all"})
    job = Job.objects.get()
    assert (answer.url, job.total) == (job.page, 2)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.held) == ("DONE", 2, 0)
    assert {one.unit.code for one in Certificate.objects.select_related("unit")} == {"XH-01", "XH-02"}
    assert CertificateDocument.objects.count() == 2


def test_who_is_held_is_listed_with_the_character_and_its_code_point(design, office, districts):
    factory.make_officer(districts["XH-01"], name="张𠮷㛃")
    factory.make_officer(districts["XH-02"])
    job = issue_to_group(f"{PREFIX}:all", actor=office)
    run_job(job.pk)
    job.refresh_from_db()
    line = job.lines.exclude(what="").get()
    assert (job.done, job.held) == (2, 1)
    assert "U+20BB7" in line.text
    assert Certificate.objects.get().serial == 1


def test_a_pause_stops_between_two_and_going_on_doubles_nothing(design, office, districts, monkeypatch):
    for _ in range(4):
        factory.make_officer(districts["XH-01"])
    job = issue_to_group(f"{PREFIX}:all", actor=office)
    monkeypatch.setattr(running, "FLUSH_SECONDS", 0)
    monkeypatch.setattr(tasks, "document_of", lambda certificate: pause(job, office))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, Certificate.objects.count()) == ("PAUSED", 1)
    monkeypatch.undo()
    resume(job, office)
    run_job(job.pk)
    assert sorted(Certificate.objects.values_list("serial", flat=True)) == [1, 2, 3, 4]
    assert CertificateDocument.objects.count() == 4


def test_the_same_batch_asked_for_twice_is_one_job(design, office, districts):
    factory.make_officer(districts["XH-01"])
    first = issue_to_group(f"{PREFIX}:all", actor=office)
    assert issue_to_group(f"{PREFIX}:all", actor=office) == first


@pytest.mark.parametrize("role", [Role.TEAM_CLERK, Role.AUDITOR, Role.COURSE_EDITOR])
def test_others_issue_nothing(design, access, districts, client, role):
    client.force_login(factory.make_staff(role, districts["XH"]))
    for method in (client.get, client.post):
        assert method(BATCH, {"group": f"{PREFIX}:all"}).status_code == 403
        assert method(DRAFT).status_code == 403
    assert not Job.objects.exists()


# --- designs --------------------------------------------------------------------------------
@pytest.fixture
def city_office(access, districts, client):
    user = factory.make_staff(Role.CITY_OFFICE, districts["XH"].get_root())
    client.force_login(user)
    return user


def test_a_draft_is_saved_and_approved_by_another(design, city_office, districts, client):
    answer = client.post(DRAFT, fields(design, issuer="另一单位"))
    draft = CertificateDesign.objects.get(number=2)
    assert answer.url == reverse("certificatedesign:inspect", args=[draft.pk])
    assert CertificateDesign.objects.in_use("COMPLETION") == design
    approve = reverse("certificatedesign:approve", args=[draft.pk])
    client.post(approve)
    assert CertificateDesign.objects.in_use("COMPLETION") == design
    client.force_login(factory.make_staff(Role.CITY_OFFICE, districts["XH"].get_root()))
    client.post(approve)
    assert CertificateDesign.objects.in_use("COMPLETION") == draft


def test_the_preview_shows_the_form_and_saves_nothing(design, city_office, client):
    answer = client.post(f"{DRAFT}preview/", fields(design, issuer="另一<b>单位", note=""))
    assert (answer.status_code, answer["X-Frame-Options"]) == (200, "SAMEORIGIN")
    assert "另一&lt;b&gt;单位" in answer.content.decode()
    assert CertificateDesign.objects.count() == 1
    assert client.post(f"{DRAFT}preview/", fields(design, body="{salary}")).status_code == 422


def test_pages_of_a_design(design, city_office, client):
    for path in (f"versions/{design.pk}/sheet/", "designs/COMPLETION/"):
        assert client.get(BATCH + path).status_code == 200
    assert client.get(f"{BATCH}versions/{design.pk}/pdf/").content.startswith(b"%PDF-")
    assert client.get(f"{BATCH}designs/NOTHING/").status_code == 404
