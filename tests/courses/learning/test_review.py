"""Time in doubt: who may decide, what follows, what is kept."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from courses.learning.models import WatchSpan
from courses.learning.services.review import reject_span, release_span
from lms.audit.models import AuditEvent
from lms.ledger.models import Entry
from lms.people.access import Role
from tests import factory
from tests.courses.learning.films import Player, make_film_course

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def span(access, rules, officer):
    """The second half of a film, sent after half its time."""
    with time_machine.travel(MORNING, tick=False) as clock:
        player = Player(officer, make_film_course())
        clock.shift(timedelta(minutes=6))
        player.send((0, 720))
    return WatchSpan.objects.quarantined().get()


@pytest.fixture
def office(districts, access):
    return factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])


def test_released_time_completes_as_of_when_it_was_received(span, office):
    with time_machine.travel(MORNING + timedelta(hours=14)):
        release_span(span, actor=office, reason="当面核实")
    span.refresh_from_db()
    assert (span.state, span.review_note) == ("RELEASED", "当面核实")
    assert span.progress.completed_at == MORNING + timedelta(minutes=6)
    assert Entry.objects.get().reasons == []
    event = AuditEvent.objects.get(action="learning.released")
    assert (event.detail["reason"], event.actor) == ("当面核实", str(office))


def test_rejected_time_can_be_watched_again(span, office, officer):
    reject_span(span, actor=office, reason="无法核实")
    assert Entry.objects.count() == 0
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False) as clock:
        player = Player(officer, span.progress.version)
        clock.shift(timedelta(minutes=6))
        player.send((360, 720))
    assert Entry.objects.count() == 1


def test_decided_once(span, office):
    reject_span(span, actor=office, reason="无法核实")
    with pytest.raises(ValidationError) as refusal:
        release_span(span, actor=office, reason="再想想")
    assert refusal.value.code == "already_reviewed"


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.AUDITOR, "XH"), (Role.TEAM_CLERK, "XH-01"), (Role.DISTRICT_OFFICE, "PD")]
)
def test_nobody_else_decides(span, districts, role, unit):
    with pytest.raises(PermissionDenied):
        release_span(span, actor=factory.make_staff(role, districts[unit]), reason="x")


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        (Role.DISTRICT_OFFICE, "XH", 200),
        (Role.DISTRICT_OFFICE, "PD", 404),
        (Role.AUDITOR, "XH", 302),
        (Role.TEAM_CLERK, "XH-01", 302),
    ],
)
def test_the_page_of_a_decision(span, districts, client, role, unit, status):
    client.force_login(factory.make_staff(role, districts[unit]))
    page = client.get(reverse("watchspan:release", args=[span.pk]))
    assert page.status_code == status
    if status == 200:
        client.post(reverse("watchspan:release", args=[span.pk]), {"reason": "当面核实"})
        assert Entry.objects.count() == 1


def test_the_officer_reads_why_and_what_was_decided(span, office, officer, client):
    client.force_login(officer.user)
    url = reverse("learning:lesson", args=[span.progress.version.course_id, 1])
    assert "比实际经过的时间长" in client.get(url).content.decode()
    reject_span(span, actor=office, reason="本人说明未看")
    assert "本人说明未看" in client.get(url).content.decode()
