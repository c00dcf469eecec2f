import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
import redis
from django.conf import settings
from django.db import connection

from lms.jobs.services import enqueue
from tests import factory
from tests.faults import handlers  # noqa: F401 - who enqueues must know the kinds


def wait_until(condition, seconds=60) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    return condition()


@pytest.fixture(scope="module")
def broker():
    """The broker without what earlier runs have left in our part of it."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://")
    client = redis.from_url(url)
    if left := client.keys(f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}*"):
        client.delete(*left)


@pytest.fixture(scope="module")
def environment(django_db_setup):
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "WORKER_DATABASE": connection.settings_dict["NAME"],
    }


@pytest.fixture(scope="module")
def start(environment, broker, tmp_path_factory):
    """Start `celery` with some words in a process group of its own."""
    started, folder = [], tmp_path_factory.mktemp("logs")

    def start(*words, **extra) -> subprocess.Popen:
        path = folder / f"celery-{len(started)}.log"
        log = path.open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "lms", *words], cwd=settings.BASE_DIR, env=environment | extra,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        process.log = path
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def start_worker(start, concurrency=1, **extra) -> subprocess.Popen:
    name = f"w{time.monotonic_ns()}@test"
    quick = ["--without-gossip", "--without-mingle"]
    return start("worker", "-c", str(concurrency), "-n", name, "-l", "INFO", *quick, **extra)


@pytest.fixture
def worker(start):
    """Start a worker of one's own, to be killed."""
    own = []

    def worker(**extra) -> subprocess.Popen:
        own.append(start_worker(start, **extra))
        return own[-1]

    yield worker
    for process in own:
        kill(process)


@pytest.fixture(scope="module")
def standing_worker(start):
    """One worker for the tests that do not kill it as a whole: starting takes seconds."""
    process = start_worker(start, concurrency=4)
    yield process
    kill(process)


def kill(process: subprocess.Popen) -> None:
    """The worker and its children at once, with no time for last words."""
    if process.poll() is not None:
        return
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # A child holds its copy of the broker's socket until it is gone, and what is sent to that is lost.
    wait_until(lambda: not any(map(_is_alive, children)))


def _is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def job_of(transactional_db, tmp_path, monkeypatch):
    """Enqueue a job that writes into a file of the test's."""
    monkeypatch.setattr("lms.jobs.outbox._away_until", 0.0)

    def job_of(kind: str, **params):
        unit = factory.make_city()
        file = tmp_path / "notes"
        file.touch()
        actor = factory.make_user()
        job = enqueue(kind, actor=actor, unit=unit, title=kind, params=params | {"file": str(file)})
        job.words = lambda: file.read_text().split()
        return job

    return job_of


def state_of(job) -> str:
    job.refresh_from_db()
    return job.state
