"""A hall of sixty behind one address presses 登录 in the same moment; a dozen guessers try one account."""

import pytest
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client

from lms.audit.models import AuditEvent
from tests import factory
from tests.concurrency.race import race

pytestmark = pytest.mark.django_db(transaction=True)
HALL = 60


@pytest.fixture(autouse=True)
def no_failures_yet(db):
    """Before and after: what these tests write, they commit."""
    cache.clear()
    yield
    cache.clear()


def come_in(staff_no, password=factory.PASSWORD):
    client = Client(REMOTE_ADDR="10.1.1.1")
    answer = client.post("/accounts/login/", {"login": staff_no, "password": password})
    return answer.status_code, get_user(client).username


def test_sixty_officers_come_in_at_once(districts):
    staff_nos = [f"T-XH-{number:04d}" for number in range(HALL)]
    for staff_no in staff_nos:
        factory.make_officer(districts["XH-01"], staff_no, password=factory.PASSWORD)
    assert race(HALL, lambda number: come_in(staff_nos[number])) == [(302, staff_no) for staff_no in staff_nos]
    assert AuditEvent.objects.filter(action="people.sign_in").count() == HALL


def test_twelve_guesses_at_once_are_five_guesses(officer):
    assert race(12, lambda number: come_in("T-XH-0173", f"wrong-{number}")) == [(200, "")] * 12
    assert AuditEvent.objects.filter(action="people.sign_in_failed").count() == 5
    assert AuditEvent.objects.filter(action="people.lock_out").exists()
    assert come_in("T-XH-0173") == (200, "")
