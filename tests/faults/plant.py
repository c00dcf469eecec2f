"""PostgreSQL, Valkey and the web server of our own, to be killed while somebody writes an exam."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import redis
from django.conf import settings
from django.db import connection

from lms.keeper import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from tests.faults.conftest import kill, wait_until

HOLD = "import sys, json; from lms.embedded import ensure_services; print(json.dumps(ensure_services()), flush=True); sys.stdin.read()"
BINARIES = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


class Plant:
    def __init__(self, folder: Path):
        folder.chmod(0o755)
        self.folder, self.servers = folder, []
        self.environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        self.environment |= {"LMS_LOCAL": str(folder), "DJANGO_SETTINGS_MODULE": "tests.faults.exam_settings"}
        self.holder = subprocess.Popen(
            [sys.executable, "-c", HOLD], cwd=settings.BASE_DIR, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.database_url, self.broker_url = json.loads(self.holder.stdout.readline())
        self.environment |= {"DATABASE_URL": self.database_url, "REDIS_URL": self.broker_url}
        self.socket = self.database_url.rpartition("host=")[2]

    def copy_database(self) -> None:
        """What the test has committed, into the plant."""
        about = connection.settings_dict
        host = about["HOST"] or about["OPTIONS"]["host"]
        dump = [BINARIES / "pg_dump", "-h", host, "-U", about["USER"], "-Fc", about["NAME"]]
        restore = [BINARIES / "pg_restore", "-h", self.socket, "-U", "postgres", "-d", "lms", "--exit-on-error"]
        dumped = subprocess.run(dump, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(restore, input=dumped, check=True)

    def serve(self, **extra) -> "Server":
        self.servers.append(Server(self.environment | extra))
        return self.servers[-1]

    def ask(self, sql: str, *values) -> list[tuple]:
        with psycopg.connect(dbname="lms", user="postgres", host=self.socket, autocommit=True) as line:
            cursor = line.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def _keeper(self) -> psutil.Process:
        return psutil.Process(int((self.folder / "ready").read_text()))

    def _server(self, name: str) -> psutil.Process:
        return next(child for child in self._keeper().children() if name in child.name())

    def kill_postgresql(self) -> None:
        """The postmaster and all it has started, at once and without a word; the keeper starts it again."""
        first = self._server("postgres")
        family = [*first.children(recursive=True), first]
        put_down(family)
        assert wait_until(self.answers, 60)

    def answers(self) -> bool:
        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def pause_broker(self, seconds: float) -> None:
        """It takes connections and says nothing: worse than being away."""
        broker = self._server("valkey")
        broker.suspend()
        time.sleep(seconds)
        broker.resume()

    def empty_broker(self) -> None:
        redis.from_url(self.broker_url.replace("redis+socket://", "unix://")).flushall()

    def stop_serving(self) -> None:
        while self.servers:
            self.servers.pop().stop()

    def stop(self) -> None:
        self.stop_serving()
        keeper = self._keeper()
        put_down([keeper, *keeper.children(recursive=True)])
        self.holder.stdin.close()
        self.holder.wait()
        shutil.rmtree(Path(self.socket).parent)


def put_down(family: list[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)


class Server:
    """Two processes of the web server."""

    def __init__(self, environment: dict):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        words = ["-m", "gunicorn", "tests.faults.exam_wsgi", "--bind", f"127.0.0.1:{self.port}", "--log-level", "error",
                 "--config", "deploy/gunicorn.conf.py"]  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, *words], cwd=settings.BASE_DIR, env=environment, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert wait_until(self.answers, 60)

    def answers(self) -> bool:
        """Of both processes' own: eight in a row find each of them loaded."""
        try:
            return {self._ask() for _ in range(8)} == {200}
        except (OSError, http.client.HTTPException):
            return False

    def _ask(self) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", "/healthz", headers={"Host": "localhost"})
        status = line.getresponse().status
        line.close()
        return status

    def stop(self) -> None:
        kill(self.process)
