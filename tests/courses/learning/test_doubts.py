"""Many stretches decided at once, by whoever may decide one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from courses.learning.models import WatchSpan
from courses.learning.services.review import reject_span
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.courses.learning.films import Player, make_film_course

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
PAGE = "/admin/learning/doubts/"


@pytest.fixture
def film(access, rules):
    return make_film_course(seconds=(720,) * 12)


@pytest.fixture
def spans(film, officer):
    with time_machine.travel(MORNING, tick=False):
        player = Player(officer, film)
        for position in (1, 2, 3):
            player.send((0, 720), position=position)
    return list(WatchSpan.objects.quarantined().order_by("pk"))


@pytest.fixture
def office(districts, access, client):
    staff = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    client.force_login(staff)
    return staff


def send(client, spans, decision="release", reason="当面核实"):
    return client.post(PAGE, {"span": [span.pk for span in spans], "decision": decision, "reason": reason}, follow=True)


@pytest.mark.parametrize(("decision", "state"), [("release", "RELEASED"), ("reject", "REJECTED")])
def test_one_reason_and_a_row_of_audit_each(spans, office, client, decision, state):
    page = send(client, spans[:2], decision).content.decode()
    assert "2段。" in page
    assert [WatchSpan.objects.get(pk=span.pk).state for span in spans] == [state, state, "QUARANTINED"]
    assert AuditEvent.objects.filter(action=f"learning.{state.lower()}", actor=str(office)).count() == 2


def test_what_somebody_else_decided_meanwhile_stays(spans, office, client):
    reject_span(spans[0], actor=office, reason="无法核实")
    page = send(client, spans).content.decode()
    assert "计入2段" in page
    assert "另有1段" in page
    assert WatchSpan.objects.get(pk=spans[0].pk).state == "REJECTED"


@pytest.mark.parametrize(("chosen", "reason"), [(0, "当面核实"), (2, " ")])
def test_nothing_without_a_choice_and_a_reason(spans, office, client, chosen, reason):
    assert send(client, spans[:chosen], reason=reason).status_code == 200
    assert WatchSpan.objects.quarantined().count() == 3


def test_one_stretch_of_another_district_and_none_is_decided(spans, film, office, districts, client):
    other = factory.make_officer(districts["PD-01"])
    with time_machine.travel(MORNING, tick=False):
        Player(other, film).send((0, 720))
    assert other.name not in client.get(PAGE).content.decode()
    foreign = WatchSpan.objects.quarantined().get(progress__officer=other)
    assert send(client, [*spans, foreign]).status_code == 404
    assert WatchSpan.objects.quarantined().count() == 4


@pytest.mark.parametrize(("role", "unit"), [(Role.AUDITOR, "XH"), (Role.TEAM_CLERK, "XH-01")])
def test_nobody_else_has_the_page(spans, districts, client, role, unit):
    client.force_login(factory.make_staff(role, districts[unit]))
    assert client.get(PAGE).status_code == 302, "Wagtail's refusal"
    send(client, spans)
    assert WatchSpan.objects.quarantined().count() == 3
    assert reverse("learning_doubts:list") not in client.get(reverse("watchspan:index")).content.decode()


def test_filters_narrow_what_is_shown(spans, office, client):
    shown = [client.get(PAGE, query).content.decode().count('name="span"') for query in
             ({}, {"reason": "AHEAD"}, {"reason": "SPEED"}, {"q": "检查码"}, {"q": "没有这门课"})]  # fmt: skip
    assert shown == [3, 3, 0, 3, 0]


def test_more_rows_cost_no_more_queries(film, officer, office, client, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(60) as found:
            client.get(PAGE)
        return len(found)

    with time_machine.travel(MORNING, tick=False):
        player = Player(officer, film)
        player.send((0, 720))
    client.get(PAGE)
    one = cost()
    with time_machine.travel(MORNING, tick=False):
        for position in range(2, 12):
            player.send((0, 720), position=position)
    assert (cost(), WatchSpan.objects.quarantined().count()) == (one, 11)
