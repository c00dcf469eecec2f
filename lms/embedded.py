"""PostgreSQL and Valkey from wheels, for machines where none is configured.

One keeper process (`lms.keeper`) owns both servers. Every process that uses them holds a
shared lock on one file for as long as it lives; when the kernel has released the last of
those locks, however their holders died, the keeper stops the servers and leaves.
"""

import contextlib
import ctypes
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = Path(os.environ.get("LMS_LOCAL", BASE_DIR / ".local"))
START_SECONDS = 90
PR_SET_PDEATHSIG = 1

_held: list = []


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies, even of SIGKILL (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, sig)


def is_configured() -> bool:
    """Real servers are named by the environment; nothing embedded is wanted."""
    return "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ


def ensure_services() -> tuple[str, str]:
    """Start both servers if need be; returns (database URL, broker URL).

    The caller's process keeps them alive until it ends. Raises RuntimeError when they do
    not come up within START_SECONDS; the reason is in `.local/keeper.log`.
    """
    home = sockets_home()
    if not _held:
        lock = (LOCAL / "users.lock").open("a")
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits while a keeper is shutting down
        _held.append(lock)
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
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
    while is_ready() and time.monotonic() < deadline:
        time.sleep(0.2)
    return not is_ready()


def sockets_home() -> Path:
    """A short path for sockets, and for data where the servers' user cannot reach this folder."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    home = Path(f"/var/tmp/lms-{os.geteuid()}-{_identity()}")  # noqa: S108 - mode and owner are set
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    if home.stat().st_uid != os.geteuid():
        raise RuntimeError(f"{home} belongs to somebody else.")
    return home


def is_ready() -> bool:
    try:
        os.kill(int((LOCAL / "ready").read_text()), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    return True


def _identity() -> str:
    """This folder's name among others, drawn once."""
    identity = LOCAL / "id"
    if not identity.exists():
        own = LOCAL / f"id.{os.getpid()}"
        own.write_text(secrets.token_hex(6))
        with contextlib.suppress(FileExistsError):
            identity.hardlink_to(own)
        own.unlink()
    return identity.read_text()


def _start_keeper() -> None:
    with (LOCAL / "keeper.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # one is at work
    with (LOCAL / "keeper.log").open("a") as log:
        subprocess.Popen(
            [sys.executable, "-m", "lms.keeper"],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "LMS_LOCAL": str(LOCAL)},
        )
    time.sleep(0.5)
