"""The card: what stands on it, that its bytes stay, and what the public page says of it."""

import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader

from exams.licences.card import density
from exams.licences.exchange import digest
from exams.licences.models import EnforcementCertificate
from exams.licences.services.cards import make_card
from exams.licences.services.ending import cancel, revoke
from exams.licences.services.steps import Why
from exams.licences.services.suspending import report_lost, resume, suspend
from lms.audit.models import AuditEvent
from lms.certificates.seal import make_key
from lms.people.access import Role
from tests import factory
from tests.exams.licences.exchange import make_held, make_results

pytestmark = pytest.mark.django_db
MM = 72 / 25.4


@pytest.fixture(autouse=True)
def key(settings):
    make_key(Path(settings.SEAL_FOLDER))


@pytest.fixture
def held(rules, districts):
    officer = factory.make_officer(districts["PD-01"], "T-PD-0042", name="测试员·浦东·0042")
    return make_held(districts["PD-01"], "测试执法00042", officer=officer)


def text_of(content: bytes, page: int) -> str:
    told = ["pdftotext", "-f", str(page), "-l", str(page), "-", "-"]
    return subprocess.run(told, input=content, capture_output=True, check=True).stdout.decode()


def standing(client, card):
    return client.get(reverse("verify:code", args=[card.code])).context.get("standing")


def test_a_card_has_two_sides_and_a_page(held):
    make_results([held.officer], level="BASIC")
    card = make_card(held, actor="测试")
    content = bytes(card.content)
    sizes = [
        tuple(round(float(side) / MM, 1) for side in list(kid.get_object()["/MediaBox"])[2:])
        for kid in PdfFileReader(BytesIO(content)).root["/Pages"]["/Kids"]
    ]
    assert sizes == [(85.6, 54.0), (85.6, 54.0), (210.0, 297.0)]
    front, back, page = ("".join(text_of(content, number).split()) for number in (1, 2, 3))
    assert all(word in front for word in (held.officer.name, held.number, "测试区"))
    assert card.code in back
    assert "基础" in page
    assert "2025年考试" in page
    assert digest(bytes(card.content)) == card.sha256


@pytest.mark.parametrize(("unit", "area", "expected"), [(14, 42, "plain"), (15, 60, "dense"), (60, 20, "dense")])
def test_long_words_get_small_type(unit, area, expected):
    assert density({"unit": "单" * unit, "area": "区" * area}) == expected


def test_what_has_no_room_is_not_cut_off(held):
    EnforcementCertificate.objects.update(area="区" * 60)
    held.officer.unit.name = "单" * 60
    held.officer.unit.save()
    with pytest.raises(ValidationError) as refusal:
        make_card(held, actor="测试")
    assert refusal.value.code == "too_long"


def test_the_bytes_are_made_once(held):
    first = make_card(held, actor="测试")
    held.officer.name = "改名"
    held.officer.save()
    assert make_card(held, actor="测试") == first
    assert AuditEvent.objects.filter(action="licences.make_card").count() == 1


@pytest.mark.parametrize("state", ["SUSPENDED", "LOST", "SUBMITTED", "CANCELLED"])
def test_no_card_of_what_is_not_in_force(held, state):
    ended = timezone.localdate() if state == "CANCELLED" else None
    EnforcementCertificate.objects.filter(pk=held.pk).update(state=state, ended_on=ended)
    with pytest.raises(ValidationError) as refusal:
        make_card(held, actor="测试")
    assert refusal.value.code == "not_in_force"


def test_a_name_that_cannot_be_printed_makes_no_card(held):
    held.officer.name = "\U0002ebf0"
    held.officer.save()
    with pytest.raises(ValidationError) as refusal:
        make_card(held, actor="测试")
    assert refusal.value.code == "missing_glyph"


def test_the_public_page_follows_every_verb_at_once(held, client):
    card, why = make_card(held, actor="测试"), Why("测试", "调查")
    assert standing(client, card) == "VALID"
    suspend(held, why)
    assert standing(client, card) == "SUSPENDED"
    resume(held, why)
    assert standing(client, card) == "VALID"
    report_lost(held, why)
    assert standing(client, card) == "SUSPENDED"
    cancel(held, why)
    assert standing(client, card) == "REVOKED"


def test_a_revoked_one_says_since_when(held, client):
    card = make_card(held, actor="测试")
    revoke(held, Why("测试", "违纪"))
    page = client.get(reverse("verify:code", args=[card.code]))
    assert page.context["ended_on"] == timezone.localdate()
    assert "已吊销" in page.content.decode()
    assert "违纪" not in page.content.decode()


def test_a_lapsed_and_a_superseded_card(held, client):
    card = make_card(held, actor="测试")
    EnforcementCertificate.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert standing(client, card) == "LAPSED"
    EnforcementCertificate.objects.update(valid_until=timezone.localdate() + timedelta(days=9))
    for verb in ("issue", "renew"):
        held.transitions.create(
            verb=verb, from_state="SUBMITTED", to_state="ISSUED", actor="x", effective_on="2026-01-01"
        )
    assert standing(client, card) == "SUPERSEDED"
    second = make_card(held, actor="测试")
    assert (second.edition, standing(client, second)) == (2, "VALID")


def test_by_number_and_full_name_only(held, client):
    url = reverse("verify:form")
    found = client.post(url, {"number": held.number, "name": held.officer.name}).context["answer"]
    assert found.standing == "VALID"
    unknown = client.get(reverse("verify:code", args=["x"])).content
    for number, name in ((held.number, "张三"), (held.number, ""), ("无此号", held.officer.name)):
        assert client.post(url, {"number": number, "name": name}).content == unknown


def test_the_public_page_tells_little(held, client):
    card = make_card(held, actor="测试")
    text = client.get(reverse("verify:code", args=[card.code])).content.decode()
    assert "测**" in text
    assert "0042" in text
    for secret in (held.officer.name, held.number, held.officer.staff_no, held.officer.unit.name):
        assert secret not in text


def test_a_hit_costs_no_more_questions_than_it_must(held, client):
    make_card(held, actor="测试")
    costs = set()
    for number, name in ((held.number, "张三"), ("无此号", "张三"), ("", "")):
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse("verify:form"), {"number": number, "name": name})
        costs.add(len(queries))
    assert len(costs) == 1


def test_the_office_prints_it_and_the_holder_has_it(held, settings, access, client, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    url = reverse("licences_files:card", args=[held.pk])
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]))
    assert client.post(url).status_code == 404
    client.force_login(factory.make_staff(Role.AUDITOR, districts["PD"]))
    assert client.post(url).status_code == 403
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert client.get(url).status_code == 405
    printed = client.post(url)
    assert printed["Content-Type"] == "application/pdf"
    client.force_login(held.officer.user)
    assert client.get(reverse("licences:card")).content == printed.content
