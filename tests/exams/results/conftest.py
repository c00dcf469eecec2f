import pytest

from lms.certificates.services.designs import install_first_design
from tests import factory


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def exam_design(design):
    return install_first_design(factory.make_user(), factory.make_user(), "EXAM")
