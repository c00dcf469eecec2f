"""A real worker whose children are killed: work is neither lost nor done twice."""

import json
import subprocess
import sys

from celery import current_app
from django.conf import settings
from django.core.management import call_command

from lms.jobs.models import Outbox
from lms.jobs.outbox import TASK
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.faults.conftest import state_of, wait_until


def test_killed_child_is_replaced_and_its_job_run_again(standing_worker, job_of):
    job = job_of("faults.die", times=1)
    assert wait_until(lambda: state_of(job) == "DONE")
    assert job.words() == ["run", "run", "end"]
    assert job.attempts == 2


def test_job_that_kills_every_child_is_given_to_a_human(standing_worker, job_of):
    job = job_of("faults.die", times=99)
    assert wait_until(lambda: state_of(job) == "NEEDS_HUMAN")
    assert job.words() == ["run"] * 3
    assert Delivery.objects.filter(user=job.actor).count() == 1


def test_ten_copies_of_one_message(standing_worker, job_of):
    job = job_of("faults.slow", seconds=2)
    for _ in range(10):
        current_app.send_task(TASK, [job.pk])
    assert wait_until(lambda: state_of(job) == "DONE")
    assert not wait_until(lambda: job.words() != ["run", "end"], 2)


ACTION = """
import json, sys, time, django
django.setup()
import tests.faults.handlers
from django.test import Client
from lms.people.models import User
client, began = Client(), time.monotonic()
client.force_login(User.objects.get(pk=int(sys.argv[1])))
answer = client.post(sys.argv[2])
print(json.dumps([answer.status_code, time.monotonic() - began]))
"""


def test_business_goes_on_without_a_broker(standing_worker, job_of, environment, access, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("lms.jobs.outbox._publish", lambda job_id: False)
        job = job_of("faults.slow", seconds=0)
    factory.grant(job.actor, Role.CITY_OFFICE, job.unit)
    type(job).objects.update(state="PAUSED")
    Outbox.objects.all().delete()
    words = [sys.executable, "-c", ACTION, str(job.actor.pk), f"/admin/job/resume/{job.pk}/"]
    nowhere = environment | {"REDIS_URL": "redis://127.0.0.1:9/0"}
    answer = subprocess.run(words, cwd=settings.BASE_DIR, env=nowhere, capture_output=True, text=True, check=False)
    status, seconds = json.loads(answer.stdout.splitlines()[-1])
    assert status == 302, answer.stdout + answer.stderr
    assert seconds < 15  # a broker that is waited for takes longer
    assert state_of(job) == "QUEUED"
    assert Outbox.objects.get(job=job).sent_at is None
    call_command("relay_outbox")
    assert wait_until(lambda: state_of(job) == "DONE")
