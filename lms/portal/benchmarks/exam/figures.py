"""The runs, and what they say."""

import os
import time
from statistics import median

from django.db import connection

from exams.sittings import token
from exams.sittings.models import Attempt, Exam
from lms.portal.benchmarks.exam.bare import TABLE
from lms.portal.benchmarks.exam.caller import sit
from lms.portal.benchmarks.exam.load import Load, drive
from lms.portal.benchmarks.exam.people import PASSWORD, Guest, forget_attempts
from lms.portal.benchmarks.exam.server import Server
from lms.portal.benchmarks.exam.tasks import begin, save_at_leisure, save_steadily, upsert

STARTS, WIDTH, PACED, PAUSE = 3, 8, 100, 2.0


def spent(before: dict, after: dict) -> dict[str, float]:
    return {name: round(after[name] - before[name], 2) for name in after}


def starts(server: Server, exam: Exam, guests: list[Guest], seconds: int) -> dict:
    """Everybody begins within so many seconds, several times over."""
    found: list[Load] = []
    for _ in range(STARTS):
        forget_attempts(exam)
        first = time.time() + 3
        jobs = [
            (server.port, one.candidate, one.cookie, first + seconds * place / len(guests))
            for place, one in enumerate(guests)
        ]
        found.append(drive(begin, jobs, min(len(guests), 200)))
    return {
        "starts": len(guests), "starts_within_s": seconds,
        "start_p95_ms": [round(load.percentile("start"), 1) for load in found],
        "room_p95_ms": [round(load.percentile("room"), 1) for load in found],
        "paper_p95_ms": [round(load.percentile("paper"), 1) for load in found],
        "start_errors": [load.errors for load in found],
    }  # fmt: skip


def open_tokens(exam: Exam, guests: list[Guest]) -> list[str]:
    """Of attempts already begun."""
    attempts = Attempt.objects.filter(candidate__in=[one.candidate for one in guests], state=Attempt.State.OPEN)
    return [token.issue(one) for one in attempts.order_by("pk")]


def paced(server: Server, tokens: list[str], seconds: int) -> dict:
    """A hundred people at work: a save every two seconds or so each."""
    load = drive(save_at_leisure, [(server.port, one, seconds, PAUSE, 1000) for one in tokens[:PACED]], PACED)
    return {
        "save_p50_ms": round(load.percentile("save", 50), 2), "save_p95_ms": round(load.percentile("save"), 2),
        "paced_save_req_s": round(load.count("save") / load.taken, 1), "paced_errors": load.errors,
    }  # fmt: skip


def saves(server: Server, tokens: list[str], seconds: int) -> dict:
    """As many saves as go through, in turn with a bare view that stores one row, and the database alone."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    found: dict[str, list] = {"/answers/": [], "/bare/": []}
    for turn in range(3):
        for address, loads in found.items():
            jobs = [(server.port, one, address, seconds, 10_000 * (turn + 1)) for one in tokens[:WIDTH]]
            loads.append(drive(save_steadily, jobs, WIDTH))
    rate, ceiling = (median(load.count("save") / seconds for load in loads) for loads in found.values())
    errors = sum(load.errors for loads in found.values() for load in loads)
    return {
        "save_req_s": round(rate, 1), "save_ceiling_req_s": round(ceiling, 1), "save_ratio": round(rate / ceiling, 3),
        "save_errors": errors, "postgresql_upserts_s": round(upserts(seconds), 1),
    }  # fmt: skip


def upserts(seconds: int) -> float:
    """Prepared upserts a second over as many connections, each committed, without any web server."""
    url = connection.get_connection_params()
    names = {name: url[name] for name in ("dbname", "user", "password", "host", "port") if url.get(name)}
    load = drive(upsert, [(names, number, seconds) for number in range(WIDTH)], WIDTH)
    return len(load.noted) / seconds


def attempts(server: Server, exam: Exam, guests: list[Guest]) -> dict:
    """Whole attempts back to back, and what each costs the servers."""
    forget_attempts(exam)
    warm, measured = guests[:WIDTH], guests[WIDTH:]
    drive(sit, [(server.port, one.account, one.candidate, PASSWORD) for one in warm], WIDTH)
    before = server.cost()
    load = drive(sit, [(server.port, one.account, one.candidate, PASSWORD) for one in measured], WIDTH)
    cost = spent(before, server.cost())
    done = Attempt.objects.filter(candidate__exam=exam, state=Attempt.State.SUBMITTED).count() - len(warm)
    kinds = sorted({what for what, _, _ in load.noted})
    return {
        "attempts": done, "requests_an_attempt": round(len(load.noted) / len(measured), 1),
        "attempts_per_minute": round(done / load.taken * 60, 1),
        "server_cpu_s_per_attempt": round(sum(cost.values()) / max(done, 1), 4),
        "server_cpu_s": cost, "driver_cpu_s": round(load.driver, 2), "errors": load.errors,
        "p95_ms": {what: round(load.percentile(what), 1) for what in kinds},
    }  # fmt: skip


def machine() -> str:
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before"
