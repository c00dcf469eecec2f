"""Pages over HTTP from two processes of the web server, as `make run` starts them."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

from lms.portal.benchmarks.measuring import Figures, client_of
from lms.portal.benchmarks.pages import learning

PROCESSES, CALLERS, TIMES = 2, 4, 250
WAIT = 120


def course(figures: Figures, officer) -> None:
    """Not within a transaction: the server would not see what it has not committed."""
    learner = learning(officer)
    if learner is None or connection.in_atomic_block:
        return
    user, version = learner
    cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "lms.wsgi", "--config", "deploy/gunicorn.conf.py",
               "--bind", f"127.0.0.1:{port}", "--log-level", "error"]  # fmt: skip
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    try:
        _wait(port, server)
        best, rate = (_rate(port, place, cookie) for place in ("/healthz", f"/learn/{version.course_id}/"))
    finally:
        server.terminate()
        server.wait()
    figures.put(f"course_page_served_by_{PROCESSES}_processes", rate, "req/s", CALLERS * TIMES, best)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait(port: int, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return _ask(port, "/healthz", "", PROCESSES)
        except OSError:
            time.sleep(0.2)
    raise CommandError("The web server does not start.")


def _ask(port: int, address: str, cookie: str, times: int) -> None:
    caller = HTTPConnection("127.0.0.1", port, timeout=WAIT)
    for _ in range(times):
        caller.request(
            "GET", address, headers={"Host": "localhost", "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
        )
        answer = caller.getresponse()
        answer.read()
        if answer.status != 200:
            raise CommandError(f"{address} answers {answer.status}.")
    caller.close()


def _rate(port: int, address: str, cookie: str) -> float:
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(lambda _: _ask(port, address, cookie, 10), range(CALLERS)))
        begun = time.perf_counter()
        list(callers.map(lambda _: _ask(port, address, cookie, TIMES), range(CALLERS)))
        return CALLERS * TIMES / (time.perf_counter() - begun)
