"""Whatever dies while a batch is issued: one certificate and one document each, numbers without a gap."""

import pytest
from django.core.management import call_command
from django.db.models import Max

from lms.certificates.models import Certificate, CertificateCounter, CertificateDocument
from lms.certificates.services.batches import issue_to_group
from lms.certificates.services.issuing import document_of, issue
from lms.jobs.models import Job
from lms.jobs.services import resume
from lms.people.access import Role
from tests import factory
from tests.faults.conftest import kill, state_of, wait_until
from tests.lms.certificates.earning import PREFIX, merit_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PEOPLE = 5


@pytest.fixture
def signer(worker, settings, tmp_path):
    """Start a worker that dies at a place so many times, counted over all workers of the test."""
    counted = tmp_path / "deaths"
    counted.touch()

    def signer(place="", times=1, whole=False, **extra):
        failing = {"FAILPOINT": place, "FAILPOINT_TIMES": str(times), "FAILPOINT_FILE": str(counted)}
        more = {"FAILPOINT_ALL": "1"} if whole else {}
        folder = {
            "DJANGO_SETTINGS_MODULE": "tests.faults.certificate_settings",
            "SEAL_FOLDER": str(settings.SEAL_FOLDER),
        }
        started = worker(**failing, **more, **folder, **extra)
        call_command("relay_outbox")
        return started

    signer.deaths = lambda: len(counted.read_text())
    return signer


@pytest.fixture
def batch(access, design, districts, broker):
    for _ in range(PEOPLE):
        factory.make_officer(districts["XH-01"])
    return issue_to_group(f"{PREFIX}:all", actor=factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]))


def check_one_each(people=PEOPLE):
    assert Certificate.objects.count() == CertificateDocument.objects.count() == people
    assert Certificate.objects.values("entitlement").distinct().count() == people
    assert Certificate.objects.aggregate(last=Max("serial"))["last"] == CertificateCounter.objects.get().last == people


@pytest.mark.parametrize("place", ["number", "document", "status"])
def test_child_killed(place, signer, batch):
    signer(place)
    assert wait_until(lambda: state_of(batch) == "DONE")
    assert signer.deaths() == 1
    assert (batch.done, batch.held, batch.attempts) == (PEOPLE, 0, 2)
    check_one_each()


@pytest.mark.parametrize("place", ["number", "document", "status"])
def test_worker_killed(place, signer, batch):
    first = signer(place, whole=True)
    assert wait_until(lambda: first.poll() is not None)
    signer()
    assert wait_until(lambda: state_of(batch) == "DONE")
    assert signer.deaths() == 1
    assert batch.attempts == 2
    check_one_each()


def test_poison_stops_after_three_attempts_and_goes_on_when_cured(signer, batch):
    dying = signer("number", times=99)
    assert wait_until(lambda: state_of(batch) == "NEEDS_HUMAN")
    assert signer.deaths() == batch.attempts == 3
    assert Certificate.objects.count() == 1
    kill(dying)
    signer()
    resume(batch, batch.actor)
    assert wait_until(lambda: state_of(batch) == "DONE")
    check_one_each()


def test_message_delivered_again_while_the_batch_runs(signer, access, design, districts, broker):
    for _ in range(60):
        factory.make_officer(districts["XH-01"])
    office = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    for _ in range(2):
        signer(WORKER_VISIBILITY="2")
    job = issue_to_group(f"{PREFIX}:all", actor=office)
    assert wait_until(lambda: state_of(job) == "DONE")
    assert job.attempts == 1
    check_one_each(60)


def test_a_document_that_was_never_made_is_made_when_somebody_opens_it(design, officer, client):
    certificate = issue(merit_of(officer), actor="甲")
    assert not CertificateDocument.objects.exists()
    client.force_login(officer.user)
    answer = client.get(f"/certificates/{certificate.pk}/pdf/")
    assert answer.content == bytes(document_of(certificate).content)


def test_who_cannot_be_certified_is_held_and_the_others_are_not(signer, access, design, districts, broker):
    held = factory.make_officer(districts["XH-01"], name="张𠮷㛃")
    for _ in range(2):
        factory.make_officer(districts["XH-01"])
    job = issue_to_group(f"{PREFIX}:all", actor=factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]))
    signer()
    assert wait_until(lambda: state_of(job) == "DONE")
    line = job.lines.exclude(what="").get()
    assert (job.held, held.name in line.what, "U+20BB7" in line.text) == (1, True, True)
    assert Job.objects.get(pk=job.pk).result == {"已发证": 2, "未发": 1}
    check_one_each(2)
