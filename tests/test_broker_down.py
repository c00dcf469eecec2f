"""Valkey is for work in the background: nothing a person opens waits for it."""

import pytest
from django.core.cache import cache

from lms.people.access import Role
from tests import factory
from tests.lms.people.door import sign_in


@pytest.fixture(autouse=True)
def dead_broker(settings, db):
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis+socket:///nowhere/valkey.sock"
    cache.clear()


def test_pages_work_without_the_broker(client, officer, rules, access):
    factory.grant(officer.user, Role.DISTRICT_OFFICE, officer.unit.get_parent())
    assert sign_in(client, "T-XH-0173").status_code == 302
    statuses = {path: client.get(path).status_code for path in ("/", "/learn/", "/ledger/", "/me/", "/admin/")}
    assert set(statuses.values()) == {200}, statuses


def test_readiness_says_that_the_broker_is_missing(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["broker"] != "ok"
    assert answer.json()["database"] == "ok"
    assert client.get("/healthz").status_code == 200
