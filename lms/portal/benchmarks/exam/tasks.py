"""What callers do, apart from whole attempts."""

import random
import time

import psycopg

from lms.portal.benchmarks.exam.caller import CSRF, TOKEN, Caller

UPSERT = """
INSERT INTO bench_answer (attempt, slot, rev, payload) VALUES (%s, %s, %s, %s)
ON CONFLICT (attempt, slot) DO UPDATE SET rev = excluded.rev, payload = excluded.payload
WHERE excluded.rev > bench_answer.rev"""


def begin(port: int, candidate: int, cookie: str, at: float) -> list:
    """At its moment: the waiting room, the start, and the paper."""
    time.sleep(max(0.0, at - time.time()))
    return opened(port, candidate, cookie)[0].noted


def opened(port: int, candidate: int, cookie: str) -> tuple[Caller, str]:
    """A caller with its paper open, and its token."""
    caller, place = Caller(port, cookie), f"/exams/{candidate}/"
    room = caller.get("room", place)
    found = CSRF.search(room)
    caller.post("start", f"{place}start/", {"csrfmiddlewaretoken": found[1] if found else ""})
    paper = caller.get("paper", f"{place}paper/")
    token = TOKEN.search(paper)
    return caller, token[1] if token else ""


def save_steadily(port: int, token: str, address: str, seconds: float, rev: int) -> list:
    """As fast as the answers come."""
    caller, until, number = Caller(port), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        number += 1
        caller.save(token, number % 50 + 1, rev + number // 50, "o1", address)
    caller.line.close()
    return caller.noted


def save_at_leisure(port: int, token: str, seconds: float, pause: float, rev: int) -> list:
    """As a person does: a save, some thought, another."""
    chance = random.Random(token)  # noqa: S311 - when somebody thinks is no secret
    caller, until, number = Caller(port), time.monotonic() + seconds, 0
    time.sleep(chance.random() * pause)
    while time.monotonic() < until:
        number += 1
        caller.save(token, number % 50 + 1, rev + number // 50, "o1")
        time.sleep(chance.random() * 2 * pause)
    caller.line.close()
    return caller.noted


def upsert(names: dict, number: int, seconds: int) -> list:
    noted, until = [], time.monotonic() + seconds
    with psycopg.connect(**names, autocommit=True) as line:
        while time.monotonic() < until:
            line.execute(UPSERT, [-number, len(noted) % 50, len(noted), '"o1"'], prepare=True)
            noted.append(("upsert", 0.0, 200))
    return noted
