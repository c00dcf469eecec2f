import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.changes import approve_change, propose_change, withdraw_change
from lms.certificates.services.issuing import document_of, issue
from lms.people.access import Role
from tests import factory
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(access, design, officer):
    return issue(merit_of(officer), actor=officer.user)


@pytest.fixture
def office(certificate, districts):
    return [factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]) for _ in range(2)]


def change(certificate, office, kind, reason="核查"):
    event = propose_change(certificate, actor=office[0], change=kind, reason=reason)
    approve_change(event, actor=office[1])
    certificate.refresh_from_db()
    return event


def refusal(act) -> str:
    with pytest.raises(ValidationError) as refused:
        act()
    return refused.value.code


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["SUSPEND"], "SUSPENDED"),
        (["SUSPEND", "RESUME"], "VALID"),
        (["REVOKE"], "REVOKED"),
        (["SUSPEND", "REVOKE"], "REVOKED"),
        (["SUPERSEDE"], "SUPERSEDED"),
    ],
)
def test_states_follow_checked_changes(certificate, office, steps, state):
    for step in steps:
        change(certificate, office, step)
    assert certificate.state == state
    assert AuditEvent.objects.filter(action="certificates.change").count() == len(steps)


@pytest.mark.parametrize(
    ("steps", "next_step"), [([], "RESUME"), (["REVOKE"], "RESUME"), (["REVOKE"], "REVOKE"), (["SUPERSEDE"], "SUSPEND")]
)
def test_no_way_back_from_the_end(certificate, office, steps, next_step):
    for step in steps:
        change(certificate, office, step)
    assert refusal(lambda: change(certificate, office, next_step)) == "wrong_state"


def test_nothing_changes_before_a_second_person_has_checked(certificate, office):
    event = propose_change(certificate, actor=office[0], change="REVOKE", reason="弄虚作假")
    certificate.refresh_from_db()
    assert certificate.state == "VALID"
    assert refusal(lambda: approve_change(event, actor=office[0])) == "same_person"
    with pytest.raises(PermissionDenied):
        approve_change(event, actor=factory.make_user())
    certificate.refresh_from_db()
    assert certificate.state == "VALID"


def test_one_open_proposal_at_a_time_and_it_can_be_withdrawn(certificate, office):
    event = propose_change(certificate, actor=office[0], change="SUSPEND", reason="核查")
    with pytest.raises(ValidationError):
        propose_change(certificate, actor=office[1], change="REVOKE", reason="核查")
    withdraw_change(event, actor=office[0])
    change(certificate, office, "REVOKE")


def test_a_reason_is_asked_for(certificate, office):
    with pytest.raises(ValidationError):
        propose_change(certificate, actor=office[0], change="SUSPEND", reason="  ")


def test_a_superseded_certificate_makes_way_for_one_with_the_facts_of_today(certificate, office, officer):
    officer.name = "张㛃"
    officer.save()
    before = document_of(certificate).sha256
    change(certificate, office, "SUPERSEDE", "更名")
    successor = Certificate.objects.get(supersedes=certificate)
    assert (successor.serial, successor.snapshot["name"], successor.state) == (2, "张㛃", "VALID")
    assert successor.code != certificate.code
    assert issue(merit_of(officer), actor="甲") == successor
    assert document_of(certificate).sha256 == before


def test_if_the_new_one_cannot_be_issued_the_old_one_stays(certificate, office, officer):
    officer.name = "张𠮷"
    officer.save()
    assert refusal(lambda: change(certificate, office, "SUPERSEDE")) == "missing_glyph"
    certificate.refresh_from_db()
    assert certificate.state == "VALID"


def test_a_checked_change_is_never_changed(certificate, office):
    change(certificate, office, "SUSPEND")
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateEvent.objects.update(reason="改")
    with pytest.raises(IntegrityError), transaction.atomic():
        CertificateEvent.objects.all()._raw_delete("default")


def test_the_office_revokes_through_the_console_and_the_public_page_says_so_at_once(certificate, office, client):
    client.force_login(office[0])
    client.post(reverse("certificate:change", args=[certificate.pk]), {"change": "REVOKE", "reason": "弄虚作假"})
    event = CertificateEvent.objects.get()
    client.force_login(office[1])
    assert client.post(reverse("certificateevent:approve", args=[event.pk])).status_code == 302
    client.logout()
    assert client.get(certificate.get_verify_url()).context["standing"] == "REVOKED"


def test_another_district_neither_sees_nor_proposes(certificate, districts, client):
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    for url in ("certificate:change", "certificate:inspect"):
        assert client.get(reverse(url, args=[certificate.pk])).status_code == 404
    assert client.get(reverse("certificates:pdf", args=[certificate.pk])).status_code == 404
