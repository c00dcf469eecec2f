"""What the two see on their phones, what the office sees, and what nobody else does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from instructors.mentorship.models import Mentorship, Rating
from instructors.mentorship.services.board import build_board
from lms.people.access import Role
from tests import factory
from tests.instructors.mentorship.factory import make_log, make_mentorship, make_observation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
CANARY = "师傅从不在场CANARY"


@pytest.fixture
def row(districts):
    return make_mentorship(districts["PD-01"], state="ACTIVE")


def rated(row) -> Rating:
    return Rating.objects.create(phase=row.phases.first(), score=1, comment=CANARY)


def test_strangers_get_404(client, row, districts):
    sheet, log = make_observation(row), make_log(row, state="WRITTEN")
    client.force_login(factory.make_officer(districts["PD-01"]).user)
    for name, *args in (("one", row.pk), ("log", row.pk), ("observe", row.pk), ("sheet", row.pk, sheet.pk),
                        ("rate", row.phases.first().pk), ("phase", row.phases.first().pk)):  # fmt: skip
        assert client.get(reverse(f"mentoring:{name}", args=args)).status_code == 404, name
    for name, pk in (("sign", row.pk), ("begin", row.pk), ("decide_log", log.pk)):
        assert client.post(reverse(f"mentoring:{name}", args=[pk])).status_code == 404, name


def test_each_does_only_his_own_part(client, row):
    phase = row.phases.first()
    client.force_login(row.apprentice.user)
    assert client.get(reverse("mentoring:observe", args=[row.pk])).status_code == 404
    log = make_log(row, state="WRITTEN")
    assert client.post(reverse("mentoring:decide_log", args=[log.pk]), {"confirm": "1"}).status_code == 403
    client.force_login(row.mentor.user)
    assert client.get(reverse("mentoring:rate", args=[phase.pk])).status_code == 404


def test_the_mentor_never_reads_a_single_rating(client, access, settings, row, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    rated(row)
    factory.grant(row.mentor.user, Role.DISTRICT_OFFICE, districts["PD"])
    client.force_login(row.mentor.user)
    pages = [reverse("mentoring:mine"), reverse("mentoring:one", args=[row.pk])]
    pages += [reverse("mentorship:inspect", args=[row.pk]), reverse("mentorship:index")]
    for page in pages:
        assert CANARY not in client.get(page).content.decode(), page
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert CANARY in client.get(reverse("mentorship:inspect", args=[row.pk])).content.decode()
    client.force_login(factory.make_staff(Role.TEAM_CLERK, districts["PD-01"]))
    assert CANARY not in client.get(reverse("mentorship:inspect", args=[row.pk])).content.decode()


def test_the_mean_shows_from_five_people_on(client, districts):
    mentor = factory.make_officer(districts["PD-01"])
    client.force_login(mentor.user)
    for number in range(5):
        row = make_mentorship(districts["PD-01"], mentor=mentor, state="COMPLETED")
        for phase in row.phases.all():
            Rating.objects.create(phase=phase, score=number % 2 + 3)
        praise = client.get(reverse("mentoring:mine")).context["praise"]
        assert praise["is_open"] == (number == 4)
    assert (praise["people"], praise["ratings"], praise["mean"]) == (5, 15, 3.4)


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_phone_pages_cost_the_same_with_more_rows(client, districts):
    mentor = factory.make_officer(districts["PD-01"])
    row = make_mentorship(districts["PD-01"], mentor=mentor, state="ACTIVE")
    make_log(row)
    client.force_login(mentor.user)
    pages = [reverse("mentoring:mine"), reverse("mentoring:one", args=[row.pk])]
    few = [queries(client, page) for page in [*pages, *pages]][2:]
    for number in range(1, 11):
        make_mentorship(districts["PD-01"], mentor=mentor, state="COMPLETED")
        make_log(row, timezone.localdate() - timedelta(days=number))
        make_observation(row)
    assert [queries(client, page) for page in pages] == few
    assert max(few) < 30


def test_the_board_counts_teams_and_pairs(client, access, settings, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    for state in ("ACTIVE", "COMPLETED", "TERMINATED", "PROPOSED"):
        make_mentorship(districts["PD-01"], state=state)
    make_mentorship(districts["XH-02"], state="TERMINATED")
    office = factory.make_staff(Role.CITY_OFFICE, city)
    client.force_login(office)
    board = client.get(reverse("mentorship_board:board")).context["board"]
    lines = {line.unit.code: line for line in board.lines}
    assert (lines["PD"].running, lines["PD"].completed, lines["PD"].terminated, lines["PD"].waiting) == (1, 1, 1, 1)
    assert (len(lines["PD"].covered), lines["PD"].teams, len(lines["XH"].covered)) == (1, 2, 0)
    assert (len(board.total.covered), board.total.teams) == (1, 4)
    few = queries(client, reverse("mentorship_board:board"))
    for _ in range(10):
        make_mentorship(districts["XH-01"], state="ACTIVE")
    assert queries(client, reverse("mentorship_board:board")) == few
    assert client.get(reverse("mentorship_board:export")).status_code == 200

    own = build_board(factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]), timezone.localdate().year)
    assert {line.unit.code for line in own.lines} <= {"XH", "XH-01", "XH-02"}
    assert own.total.running == 10
    client.force_login(factory.make_staff(Role.MARKER, city))
    assert client.get(reverse("mentorship_board:board")).status_code in (302, 403)


def test_an_earlier_year_does_not_count_what_came_later(districts, access):
    office, year = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]), timezone.localdate().year
    make_mentorship(districts["PD-01"], state="ACTIVE")
    assert Mentorship.objects.count() == 1
    assert build_board(office, year - 3).total.running == 0
