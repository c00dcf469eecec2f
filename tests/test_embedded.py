"""The embedded servers live as long as somebody uses them, however that somebody ends."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg
import pytest
from django.conf import settings

USER = """
import sys, time
from lms.embedded import ensure_services
print(*ensure_services(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path):
    """A place of its own for servers, so that the ones of this run are left alone."""
    yield tmp_path
    for process in servers_in(tmp_path):
        process.kill()


def environment(folder: Path, **extra) -> dict:
    without = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return {**without, "LMS_LOCAL": str(folder), "DJANGO_SETTINGS_MODULE": "lms.settings.development", **extra}


def start_user(folder: Path) -> subprocess.Popen:
    words = [sys.executable, "-c", USER]
    user = subprocess.Popen(
        words, cwd=settings.BASE_DIR, env=environment(folder), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    user.urls = user.stdout.readline().split()
    return user


def servers_in(folder: Path) -> list[psutil.Process]:
    """Every process whose command line or environment belongs to the folder."""
    identity = folder / "id"
    marks = {str(folder), identity.read_text() if identity.exists() else str(folder)}
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline()) + process.environ().get("LMS_LOCAL", "")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if process.pid != os.getpid() and any(mark in words for mark in marks):
            found.append(process)
    return found


def wait_until(condition, seconds=20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)
    return condition()


def test_killed_user_leaves_no_server(folder):
    user = start_user(folder)
    assert len(servers_in(folder)) >= 3
    user.kill()
    user.wait()
    assert wait_until(lambda: not servers_in(folder))


def test_second_user_keeps_them_up(folder):
    first, second = start_user(folder), start_user(folder)
    assert first.urls == second.urls
    first.kill()
    first.wait()
    time.sleep(4)
    assert any("postgres" in " ".join(process.cmdline()) for process in servers_in(folder))
    second.kill()
    second.wait()
    assert wait_until(lambda: not servers_in(folder))


def test_killed_keeper_takes_the_servers_along(folder):
    user = start_user(folder)
    os.kill(int((folder / "ready").read_text()), signal.SIGKILL)
    user.kill()
    user.wait()
    assert wait_until(lambda: not servers_in(folder))


def test_a_newcomer_during_the_shutdown_gets_servers_that_stay(folder):
    for delay in (1.9, 2.1, 2.3, 2.5, 2.7):
        user = start_user(folder)
        user.kill()
        user.wait()
        time.sleep(delay)
        newcomer = start_user(folder)
        time.sleep(1)
        with psycopg.connect(
            newcomer.urls[0].replace("postgres://postgres@/lms?", "dbname=lms user=postgres ")
        ) as there:
            assert there.execute("SELECT 1").fetchone() == (1,)
        newcomer.kill()
        newcomer.wait()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["TERM", "INT", "parent killed"])
def test_run_leaves_no_process(folder, how):
    """`make run` from nothing to a page, then gone: by signal, and when whoever started it is killed."""
    port = str(18_000 + os.getpid() % 1000)
    shell = subprocess.Popen(
        ["bash", "-c", f"{sys.executable} -m lms.run & wait"], cwd=settings.BASE_DIR, start_new_session=True,
        env=environment(folder, PORT=port, PROFILE="small"), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in shell.stdout:
        if re.search(rf"localhost:{port}", line):
            break
    assert wait_until(lambda: _answers(port), 60)
    supervisor = next(child for child in psutil.Process(shell.pid).children() if "lms.run" in child.cmdline())
    if how == "parent killed":
        shell.kill()
    else:
        supervisor.send_signal(getattr(signal, f"SIG{how}"))
    assert wait_until(lambda: not servers_in(folder), 40), [process.cmdline() for process in servers_in(folder)]


def _answers(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False
