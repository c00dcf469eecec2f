"""`make run`: migrate, seed an empty city, then web, worker and beat, which all leave together."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from lms.embedded import BASE_DIR, LOCAL, die_with_parent, ensure_services, is_configured, wait_until_stopped

PORT = os.environ.get("PORT", "8000")
PROFILE = os.environ.get("PROFILE", "small")
STOP_SECONDS = 20
WEB_SERVER = ["gunicorn", "lms.wsgi", "--config", "deploy/gunicorn.conf.py"]


def manage(*words: str) -> None:
    subprocess.run([sys.executable, "manage.py", *words], cwd=BASE_DIR, check=True)


def has_people() -> bool:
    code = "from lms.people.models import Officer; import sys; sys.exit(0 if Officer.objects.exists() else 1)"
    return (
        subprocess.run([sys.executable, "manage.py", "shell", "--no-imports", "-c", code], check=False).returncode == 0
    )


def prepare() -> None:
    manage("migrate", "--verbosity", "0")
    manage("createcachetable")
    manage("load_rules")
    manage("load_design")
    manage("load_base_checklist")
    manage("sync_access")
    manage("set_up_workflow")
    manage("collectstatic", "--no-input", "--verbosity", "0")
    if has_people():
        manage("demo_accounts")
    else:
        manage("seed_demo", "--profile", PROFILE)


def start(*command: str) -> subprocess.Popen:
    words = [sys.executable, "-m", *command]
    return subprocess.Popen(words, cwd=BASE_DIR, start_new_session=True, preexec_fn=die_with_parent)  # noqa: PLW1509


def start_all() -> list[subprocess.Popen]:
    web = [*WEB_SERVER, "--bind", f"127.0.0.1:{PORT}"]
    beat_file = str(LOCAL / "celerybeat-schedule")
    return [
        start(*web, "--log-level", "warning"),
        start("celery", "-q", "-A", "lms", "worker", "--concurrency", "2", "--loglevel", "WARNING"),
        start("celery", "-q", "-A", "lms", "beat", "--schedule", beat_file, "--pidfile=", "--loglevel", "WARNING"),
    ]


def stop_all(processes: list[subprocess.Popen]) -> None:
    """TERM to each group, KILL to whoever is left after STOP_SECONDS; then the servers, if nobody else uses them."""
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            _signal_group(process, signal.SIGKILL)
            process.wait()
    if not is_configured():
        wait_until_stopped()


def _signal_group(process: subprocess.Popen, sig: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sig)


def stop(*_) -> None:
    raise KeyboardInterrupt


def main() -> int:
    parent = os.getppid()
    die_with_parent(signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.development")
    signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for sig in signals:
        signal.signal(sig, stop)
    processes: list[subprocess.Popen] = []
    try:
        if not is_configured():
            ensure_services()
        prepare()
        processes = start_all()
        sys.stdout.write(f"\n城管学堂  http://localhost:{PORT}/   停止：Ctrl-C\n\n")
        sys.stdout.flush()
        while os.getppid() == parent and all(process.poll() is None for process in processes):
            time.sleep(0.3)
        return 1  # one of the three died, or whoever started us did
    except KeyboardInterrupt:
        return 0
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    finally:
        for sig in signals:
            signal.signal(sig, signal.SIG_IGN)
        stop_all(processes)


if __name__ == "__main__":
    sys.exit(main())
