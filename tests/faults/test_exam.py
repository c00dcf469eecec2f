"""Web workers, PostgreSQL and Valkey die while an exam is being written: no acknowledged answer is lost or doubled."""

import http.client
import time

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from exams.sittings import token
from exams.sittings.models import Attempt
from tests import factory
from tests.exams.sittings.factory import make_exam, make_open_attempt, make_sitting
from tests.faults.plant import Plant
from tests.faults.writer import Writer, lost, while_writing

# The mark has the test database made even where this module runs alone.
pytestmark = [pytest.mark.xdist_group("plant"), pytest.mark.django_db(transaction=True)]
WRITERS, TESTS = 8, 10


@pytest.fixture(scope="module")
def plant(django_db_setup, django_db_blocker, tmp_path_factory):
    """One for all: a hall of attempts under way, copied out of the test database, which is left as it was."""
    plant = Plant(tmp_path_factory.mktemp("plant"))
    try:
        with django_db_blocker.unblock():
            sitting = make_sitting(make_exam(factory.make_city(), kinds=("fill_in",), each=3))
            plant.attempts = [make_open_attempt(sitting) for _ in range(WRITERS * TESTS)]
            plant.session = session_of(plant.attempts[0].candidate.officer.user)
            plant.copy_database()
            call_command("flush", "--no-input", verbosity=0)
        yield plant
    finally:
        plant.stop()


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(autouse=True)
def servers_of_their_own(plant):
    yield
    plant.stop_serving()


@pytest.fixture
def attempts(plant) -> list[Attempt]:
    """Nobody else's."""
    return [plant.attempts.pop() for _ in range(WRITERS)]


@pytest.fixture
def writers(attempts):
    def writers(*servers, **habits) -> list[Writer]:
        return [
            Writer(servers[number % len(servers)].port, token.issue(one), one.pk, **habits)
            for number, one in enumerate(attempts)
        ]

    return writers


def written(writers) -> int:
    return sum(len(one.acknowledged) for one in writers)


def refusals(writers) -> set[int]:
    return {status for one in writers for status in one.statuses} - {200}


def test_short_of_everything(plant, writers):
    """A worker, the database and the broker, once each, and every third answer unheard: what the long forms do at length."""
    server = plant.serve(KILL_AT="after", KILL_EVERY="70")
    hands = writers(server, deaf_every=3)

    def faults():
        time.sleep(1)
        plant.kill_postgresql()
        plant.pause_broker(1)

    while_writing(hands, faults, most=30)
    assert lost(plant, hands) == 0
    assert written(hands) == 30 * WRITERS
    assert refusals(hands) <= {503}


def test_the_database_is_set_to_keep_what_it_says(plant):
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert plant.ask(f"SHOW {name}") == [("on",)], name


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_web_worker_killed(moment, plant, writers):
    server = plant.serve(KILL_AT=moment, KILL_EVERY="40")
    hands = writers(server)
    while_writing(hands, lambda: None, most=60)
    assert written(hands) == 60 * WRITERS
    assert lost(plant, hands) == 0


@pytest.mark.slow
def test_postgresql_killed_three_times(plant, writers):
    hands = writers(plant.serve())
    while_writing(hands, lambda: _kill_thrice(plant))
    assert lost(plant, hands) == 0
    assert refusals(hands) <= {503}
    assert written(hands) > 1000


@pytest.mark.slow
def test_with_commits_that_do_not_wait_the_same_test_fails(plant, writers):
    """The canary: a database that acknowledges before it has written loses answers, and this sees it."""
    plant.ask("ALTER SYSTEM SET synchronous_commit = off")
    plant.ask("ALTER SYSTEM SET wal_writer_delay = '5s'")
    plant.ask("SELECT pg_reload_conf()")
    hands = writers(plant.serve())
    while_writing(hands, lambda: _kill_thrice(plant))
    try:
        assert lost(plant, hands) > 0
    finally:
        plant.ask("ALTER SYSTEM RESET ALL")
        plant.ask("SELECT pg_reload_conf()")


def _kill_thrice(plant):
    for _ in range(3):
        time.sleep(4)
        plant.kill_postgresql()
    time.sleep(3)


@pytest.mark.slow
def test_broker_silent_and_emptied(plant, writers):
    """For a minute; whoever is signed in stays so, and pages of the exam answer."""
    server = plant.serve()
    hands, pages = writers(server), []

    def faults():
        plant.pause_broker(60)
        plant.empty_broker()
        pages.append(page(server.port, "/exams/", plant.session))

    while_writing(hands, faults)
    assert lost(plant, hands) == 0
    assert refusals(hands) == set()
    assert pages == [200]


def page(port: int, address: str, cookie: str) -> int:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("GET", address, headers={"Host": "localhost", "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
    return line.getresponse().status


@pytest.mark.slow
def test_every_third_answer_unheard(plant, writers):
    hands = writers(plant.serve(), deaf_every=3)
    while_writing(hands, lambda: None, most=63)
    assert written(hands) == 63 * WRITERS
    assert lost(plant, hands) == 0


def test_clocks_of_two_servers_four_minutes_apart(plant, writers, attempts):
    """The database says what is late: both servers take what comes before the deadline and refuse what comes after."""
    servers = plant.serve(CLOCK_SHIFT="120"), plant.serve(CLOCK_SHIFT="-120")
    hands = writers(*servers)
    plant.ask("UPDATE sittings_attempt SET deadline_at = now() + interval '3 seconds', grace_seconds = 0")
    begun = time.monotonic()
    verdicts = {True: set(), False: set()}
    while (passed := time.monotonic() - begun) < 5:
        for number, one in enumerate(hands):
            status, told = one._ask(one_answer(int(passed * 1000) + 1 + number))
            if told["now"] != told["deadline"]:  # told in whole milliseconds: within that one, either is right
                verdicts[told["now"] > told["deadline"]].add((number % 2, status, told["code"]))
    assert verdicts[False] == {(0, 200, "stored"), (1, 200, "stored")}
    assert verdicts[True] == {(0, 409, "late"), (1, 409, "late")}


def one_answer(rev: int) -> str:
    return f'{{"answers": [{{"slot": 1, "rev": {rev}, "answer": {{"1": "a"}}}}]}}'
