import pytest

from lms.portal import readiness

pytestmark = pytest.mark.django_db


def test_the_process_answers(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"


def test_ready_when_everything_is_there(client):
    response = client.get("/readyz")
    assert response.json() == dict.fromkeys(("database", "migrations", "broker", "fonts"), "ok")
    assert response.status_code == 200


def test_not_ready_names_what_is_missing(client, settings, monkeypatch):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(readiness, "FONTS", ("nowhere.ttf",))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert {name for name, value in response.json().items() if value != "ok"} == {"broker", "fonts"}
