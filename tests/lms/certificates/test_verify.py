from datetime import timedelta
from io import StringIO
from random import Random
from statistics import median
from time import perf_counter

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lms.certificates.models import Certificate, Questioner
from lms.certificates.services.issuing import document_of, issue, new_code
from lms.certificates.services.verification import masked
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.fixture
def certificate(design, officer):
    certificate = issue(merit_of(officer), actor=officer.user)
    document_of(certificate)
    return certificate


@pytest.fixture
def patience(settings):
    settings.VERIFY_PER_ADDRESS = settings.VERIFY_TOGETHER = 10**9


def test_anybody_learns_the_least_that_is_needed(certificate, officer, client):
    answer = client.get(certificate.get_verify_url())
    page = answer.content.decode()
    assert answer.context["standing"] == "VALID"
    assert masked(officer.name) in page
    for secret in (officer.name, officer.staff_no, officer.unit.name, officer.user.username):
        assert secret not in page
    assert certificate.number in page


def test_the_page_is_kept_by_nobody(certificate, client):
    for url in (certificate.get_verify_url(), reverse("verify:form"), reverse("verify:code", args=["x"])):
        answer = client.get(url)
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies


def test_a_code_is_read_whatever_its_case(certificate, client):
    found = client.get(reverse("verify:code", args=[certificate.code.lower()])).context["found"]
    assert found == certificate


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("张小三", "张**"), ("测试员·徐汇·0173", "测**"), ("张", "张*")]
)
def test_masked(name, shown):
    assert masked(name) == shown


def test_number_and_full_name_together_find_it(certificate, officer, client):
    url = reverse("verify:form")
    assert client.post(url, {"number": certificate.number, "name": f" {officer.name} "}).context["found"] == certificate
    wrong = [
        (certificate.number, "张三"),
        (certificate.number, ""),
        ("无此号", officer.name),
        ("\x00", "\x00"),
        ("", ""),
    ]
    answers = {client.post(url, {"number": number, "name": name}).content for number, name in wrong}
    assert answers == {client.get(reverse("verify:code", args=["x"])).content}


def guesses(certificate, random: Random, width: int):
    """Codes nobody has, near the real one and far from it, and texts that are no code."""
    near = certificate.code[:-1]
    for number in range(width):
        unknown = new_code() if number % 4 else near + random.choice(ALPHABET.replace(certificate.code[-1], ""))
        yield unknown
        length = random.choice([1, 5, 25, 27, 60])
        yield "".join(random.choice("0189abc张'%;<") for _ in range(length))


@pytest.mark.slow
def test_ten_thousand_guesses_have_one_answer(certificate, client, patience):
    answers = set()
    for guess in guesses(certificate, Random(7), 5000):
        answer = client.get(reverse("verify:code", args=[guess]))
        answers.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    assert len(answers) == 1


def test_some_guesses_have_one_answer(certificate, client, patience):
    answers = set()
    for guess in guesses(certificate, Random(7), 100):
        answer = client.get(reverse("verify:code", args=[guess]))
        answers.add((answer.status_code, answer.content, tuple(sorted(answer.headers.items()))))
    assert len(answers) == 1


def test_the_time_of_the_answer_tells_nothing(certificate, client, patience):
    """Medians of interleaved questions: an unknown code takes as long as one that is none."""
    taken = [[], []]
    for place, guess in enumerate(guesses(certificate, Random(11), 300)):
        url = reverse("verify:code", args=[guess])
        begun = perf_counter()
        client.get(url)
        taken[place % 2].append(perf_counter() - begun)
    unknown, malformed = (median(part[20:]) for part in taken)
    assert abs(unknown - malformed) < 0.25 * max(unknown, malformed)


def test_every_wrong_question_costs_the_same_queries(certificate, client, patience):
    client.get(reverse("verify:code", args=["warm"]))
    costs = set()
    for guess in (new_code(), "x", "'; --", "A" * 300, "\x00"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("verify:code", args=[guess]))
        costs.add(len(queries))
    assert len(costs) == 1


def test_a_question_by_number_costs_little(certificate, officer, client, patience):
    url, costs = reverse("verify:form"), []
    for number, name in (
        (certificate.number, officer.name),
        (certificate.number, "张三"),
        ("无此号", "张三"),
        ("", ""),
    ):
        with CaptureQueriesContext(connection) as queries:
            client.post(url, {"number": number, "name": name})
        costs.append(len(queries))
    assert costs[0] <= 8
    assert len(set(costs[1:])) == 1


def test_a_minute_ends_and_is_forgotten(certificate, settings, client):
    settings.VERIFY_PER_ADDRESS = 1
    url = certificate.get_verify_url()
    assert [client.get(url).status_code for _ in range(2)] == [200, 429]
    assert Questioner.objects.get(key="everybody").asked == 1
    Questioner.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert client.get(url).status_code == 200
    Questioner.objects.update(until=timezone.now() - timedelta(seconds=1))
    call_command("forget_questions", stdout=StringIO())
    assert not Questioner.objects.exists()


def test_an_address_asks_thirty_times_a_minute(certificate, settings):
    first, other = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")
    url = certificate.get_verify_url()
    statuses = [first.get(url).status_code for _ in range(settings.VERIFY_PER_ADDRESS + 2)]
    assert statuses == [200] * settings.VERIFY_PER_ADDRESS + [429] * 2
    assert first.post(reverse("verify:form"), {"number": "1", "name": "2"}).status_code == 429
    assert other.get(url).status_code == 200


def test_all_addresses_together_have_a_limit(certificate, settings):
    settings.VERIFY_TOGETHER = 5
    statuses = [Client(REMOTE_ADDR=f"10.0.1.{n}").get(certificate.get_verify_url()).status_code for n in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_a_state_that_changed_shows_at_once(certificate, client):
    for state in ("SUSPENDED", "REVOKED", "SUPERSEDED"):
        Certificate.objects.update(state=state)
        assert client.get(certificate.get_verify_url()).context["standing"] == state
