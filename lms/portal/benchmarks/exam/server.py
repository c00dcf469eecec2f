"""The web server as `make run` starts it, and what it and its servers cost the processor."""

import socket
import subprocess
import sys
import time
from http.client import HTTPConnection

import psutil
import redis
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection

WAIT = 120


class Server:
    """Two processes of the web server on a free port, for as long as the block lasts."""

    def __enter__(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "lms.portal.benchmarks.exam.wsgi", "--config", "deploy/gunicorn.conf.py",
                   "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
        self._wait()
        return self

    def __exit__(self, *failure):
        self.process.terminate()
        self.process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline and self.process.poll() is None:
            caller = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                caller.request("GET", "/healthz", headers={"Host": "localhost"})
                if caller.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.2)
        raise CommandError("The web server does not start.")

    def cost(self) -> dict[str, float]:
        """Seconds of processor time so far, by server."""
        return {"web": _family(self.process.pid), "postgresql": _family(_postmaster()), "broker": _family(_broker())}


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0]).ppid()


def _broker() -> int:
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://")
    return int(redis.from_url(url).info("server")["process_id"])


def _family(pid: int) -> float:
    """Of a process, its living children, and those it has already buried."""
    first = psutil.Process(pid)
    times = first.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in first.children(recursive=True):
        own = child.cpu_times()
        total += own.user + own.system
    return total
