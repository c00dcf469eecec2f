"""Whoever dies while an exam is voided: all of it has happened or nothing."""

import signal
import subprocess
import sys

import pytest
from django.conf import settings

from exams.results.invariants import INVARIANTS
from exams.results.models import ExamVoiding, RestsOn
from exams.results.services.following import certify
from exams.results.services.voiding import propose_voiding
from exams.sittings.models import Outcome
from lms.certificates.models import Certificate
from lms.certificates.services.designs import install_first_design
from lms.ledger.models import Entry
from tests import factory
from tests.exams.results.factory import attempts_of, release, sat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PLACES = [
    "results_examvoiding", "sittings_outcome", "ledger_entry", "certificates_certificateevent",
    "certificates_certificate", "results_restson", "audit_auditevent", "notices_delivery", "end",
]  # fmt: skip


@pytest.fixture
def proposed(access, rules, districts, design, monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)
    install_first_design(factory.make_user(), factory.make_user(), "EXAM")
    exam = sat(districts["PD"], (16, 4, 12))
    release(exam)
    certify(exam, attempts_of(exam), actor="系统")
    return propose_voiding(exam, actor=factory.make_user(), reason="试题泄露。")


def standing() -> tuple:
    return (
        Outcome.objects.count(), Entry.objects.count(), RestsOn.objects.count(),
        Certificate.objects.filter(state="VALID").count(), ExamVoiding.objects.done().count(),
    )  # fmt: skip


SCRIPT = "import sys, django; django.setup(); from tests.faults.voider import main; main(*sys.argv[1:])"


def run(environment, *words) -> int:
    command = [sys.executable, "-c", SCRIPT, *map(str, words)]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=False, capture_output=True).returncode


def test_killed_at_every_step(environment, proposed):
    second = factory.make_user()
    before = standing()
    for place in PLACES:
        assert run(environment, proposed.pk, second.pk, place) == -signal.SIGKILL, place
        assert standing() == before, place
    assert run(environment, proposed.pk, second.pk, "nowhere") == 0
    assert standing() == (before[0] + 3, before[1] + 2, 3, 0, 1)
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)
