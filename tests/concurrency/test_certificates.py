import os
import signal
from multiprocessing import get_context

import pytest
from django.db import connection, transaction

from lms.audit.models import AuditEvent
from lms.certificates.models import Certificate, CertificateCounter, CertificateDocument
from lms.certificates.services.changes import approve_change, propose_change
from lms.certificates.services.issuing import document_of, issue
from lms.people.access import Role
from tests import factory
from tests.concurrency.race import race
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 12


def test_twelve_for_one_entitlement_are_one_certificate_and_one_document(design, officer):
    results = race(WIDTH, lambda number: document_of(issue(merit_of(officer), actor="甲")).pk)
    assert len(set(results)) == 1, results
    assert Certificate.objects.count() == CertificateDocument.objects.count() == 1
    assert CertificateCounter.objects.get().last == 1
    assert AuditEvent.objects.filter(action="certificates.issue").count() == 1


def test_twelve_people_at_once_have_the_numbers_one_to_twelve(design, districts):
    keys = [merit_of(factory.make_officer(districts["XH-01"])) for _ in range(WIDTH)]
    results = race(WIDTH, lambda number: issue(keys[number], actor="甲").serial)
    assert sorted(results) == list(range(1, WIDTH + 1))


def test_whoever_fails_after_taking_a_number_leaves_no_gap(design, districts):
    officers = [factory.make_officer(districts["XH-01"]) for _ in range(WIDTH)]

    def every_other_fails(number):
        with transaction.atomic():
            certificate = issue(merit_of(officers[number]), actor="甲")
            if number % 2:
                raise RuntimeError
        return certificate.serial

    results = race(WIDTH, every_other_fails)
    assert sorted(one for one in results if isinstance(one, int)) == list(range(1, WIDTH // 2 + 1))
    assert CertificateCounter.objects.get().last == WIDTH // 2


def test_two_checks_of_one_revocation_are_one(access, design, officer, districts):
    certificate = issue(merit_of(officer), actor="甲")
    office = [factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]) for _ in range(WIDTH)]
    event = propose_change(certificate, actor=factory.make_user(), change="REVOKE", reason="核查")
    results = race(WIDTH, lambda number: approve_change(event, actor=office[number]))
    assert sum(not isinstance(one, Exception) for one in results) == 1
    assert {one.code for one in results if isinstance(one, Exception)} == {"wrong_state"}


def number_then_die(key: str) -> None:
    """In a process of its own: killed with the number taken and the transaction open."""
    connection.close()
    with transaction.atomic():
        issue(key, actor="甲")
        os.kill(os.getpid(), signal.SIGKILL)


def test_killed_between_number_and_commit_again_and_again(design, districts):
    officers = [factory.make_officer(districts["XH-01"]) for _ in range(20)]
    fork = get_context("fork")
    connection.close()
    for officer in officers:
        process = fork.Process(target=number_then_die, args=[merit_of(officer)])
        process.start()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
    assert not Certificate.objects.exists()
    assert [issue(merit_of(officer), actor="甲").serial for officer in officers] == list(range(1, 21))
