"""The board, the public pages and the pages on which is assigned and decided."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from instructors.bases.models import BaseDecision, ScoreSheet
from instructors.bases.terms import target_of, version_on
from lms.people.access import Role
from tests import factory
from tests.instructors.bases.factory import make_base, make_review, make_reviewer, make_sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(access, rules, districts, city, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def signed_in(client, role, unit=None):
        user = factory.make_staff(role, unit or city)
        client.force_login(user)
        return user

    return signed_in


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_targets_are_the_rules(rules):
    version = version_on(timezone.localdate())
    assert (target_of(version, "CM"), target_of(version, "PD")) == (5, 2)


def test_the_board_counts_own_districts(staff, client, districts):
    for code in ("PD-01", "PD-02", "PD", "XH-01"):
        make_base(districts[code])
    make_review(districts["PD-01"], state="CITY")
    staff(client, Role.DISTRICT_OFFICE, districts["PD"])
    (line,) = client.get(reverse("bases_console:board")).context["lines"]
    assert (line.unit, line.named, line.target, line.active, line.under_way, line.is_met) == (
        districts["PD"], 3, 2, 3, 1, True,
    )  # fmt: skip
    staff(client, Role.CITY_OFFICE)
    page = client.get(reverse("bases_console:board"))
    assert page.context["total"] | {} == page.context["total"]
    assert (page.context["total"]["named"], page.context["met"], len(page.context["lines"])) == (4, 1, 2)
    assert client.get(reverse("bases_console:board"), {"export": "xlsx"}).status_code == 200
    staff(client, Role.MARKER)
    assert client.get(reverse("bases_console:board")).status_code in (302, 403)


def test_lists_cost_the_same_with_more_rows(staff, client, districts):
    staff(client, Role.CITY_OFFICE)
    pages = [reverse("bases_console:board"), reverse("bases:bases")]
    make_base(districts["PD-01"])
    client.get(pages[0])  # the first request of a session notes the device
    few = [queries(client, page) for page in pages]
    for _ in range(10):
        make_base(districts["PD-01"])
    assert [queries(client, page) for page in pages] == few


def test_the_public_list_needs_no_account(rules, districts, client):
    base, removed = (
        make_base(districts["PD-01"]),
        make_base(districts["XH-01"], state="REMOVED", removed_on="2026-01-01"),
    )
    page = client.get(reverse("bases:bases")).content.decode()
    assert str(base) in page
    assert str(removed) not in page
    assert str(base) not in client.get(reverse("bases:bases"), {"q": "没有这个"}).content.decode()
    assert str(base) in client.get(reverse("bases:bases"), {"q": base.theme}).content.decode()
    assert base.theme in client.get(reverse("bases:base", args=[base.pk])).content.decode()
    assert client.get(reverse("bases:base", args=[removed.pk])).status_code == 404


def test_assigning_by_the_page(staff, client, districts):
    review = make_review(districts["PD-01"], state="SCORING")
    people = [make_reviewer(districts["XH-01"]) for _ in range(3)]
    local = make_reviewer(districts["PD-01"])
    url = reverse("bases_console:assign", args=[review.pk])
    staff(client, Role.CITY_OFFICE)
    assert local.username not in client.get(url).content.decode()
    for chosen in ((people[0], people[0]), (people[0], local)):
        answer = client.post(url, {"reviewer_1": chosen[0].pk, "reviewer_2": chosen[1].pk})
        assert answer.status_code == 422
    assert client.post(url, {"reviewer_1": people[0].pk, "reviewer_2": people[1].pk}).status_code == 302
    assert set(review.sheets.values_list("reviewer", flat=True)) == {people[0].pk, people[1].pk}
    assert client.get(url).status_code == 302  # nobody else is needed
    sheet = review.sheets.first()
    assert client.post(reverse("bases_console:take_back", args=[review.pk, sheet.pk])).status_code == 302
    assert review.sheets.count() == 1
    staff(client, Role.DISTRICT_OFFICE, districts["PD"])
    assert client.get(url).status_code in (302, 403)
    staff(client, Role.CITY_OFFICE, districts["XH"])
    assert client.get(url).status_code == 404


def test_deciding_by_the_page(staff, client, districts):
    review = make_review(districts["PD-01"], state="SCORED")
    for total in (76, 76):
        make_sheet(review, total)
    url = reverse("bases_console:decide", args=[review.pk])
    staff(client, Role.CITY_OFFICE)
    assert client.post(url, {"outcome": "NAME"}).status_code == 422
    assert client.post(url, {"outcome": "RECTIFY", "reason": " "}).status_code == 422
    assert client.post(url, {"outcome": "RECTIFY", "reason": "补演练"}).status_code == 302
    decision = BaseDecision.objects.get()
    approve = reverse("basedecision:approve", args=[decision.pk])
    assert client.post(approve).status_code == 200  # refused: the same person
    staff(client, Role.CITY_OFFICE)
    assert client.post(approve).status_code == 302
    review.refresh_from_db()
    assert review.state == "RECTIFYING"


def test_scoring_by_the_page(staff, client, districts):
    review = make_review(districts["PD-01"], state="SCORING")
    user = make_reviewer(districts["XH-01"])
    sheet = make_sheet(review, reviewer=user, remarks="")
    client.force_login(user)
    url = reverse("bases_scoring:sheet", args=[sheet.pk])
    assert client.post(url, {"T1": "7", "keep": ""}).status_code == 302
    assert client.post(url, {"T1": "99", "keep": ""}).status_code == 422
    assert client.post(url, {"T1": "7", "submit": ""}).status_code == 422
    assert ScoreSheet.objects.get(pk=sheet.pk).points == {"T1": 7}
    full = {key: str(most) for key, most in review.checklist.points.items()}
    assert client.post(url, {**full, "remarks": "好", "submit": ""}).status_code == 302
    assert ScoreSheet.objects.get(pk=sheet.pk).total == 100
    assert "合计100分" in client.get(url).content.decode()
    assert client.post(url, {**full, "keep": ""}).status_code == 422
    # Whoever only decides has no desk of a reviewer.
    staff(client, Role.CITY_OFFICE)
    assert client.get(url).status_code in (302, 403)


@pytest.mark.parametrize("state", ["DRAFT", "DISTRICT", "CITY", "SCORING", "SCORED", "RECTIFYING", "NAMED", "REFUSED"])
def test_the_page_of_an_application_at_every_stop(staff, client, districts, state):
    review = make_review(districts["PD-01"], state=state, due_on=timezone.localdate())
    for role, unit in ((Role.CITY_OFFICE, None), (Role.DISTRICT_OFFICE, districts["PD"]), (Role.AUDITOR, None)):
        staff(client, role, unit)
        assert client.get(reverse("basereview:inspect", args=[review.pk])).status_code == 200


@pytest.mark.parametrize("state", ["ACTIVE", "INCOMPLETE", "OVERDUE", "REMOVED"])
def test_the_page_of_a_base_in_every_state(staff, client, districts, state):
    base = make_base(districts["PD-01"], state=state, removed_on="2026-01-01" if state == "REMOVED" else None)
    staff(client, Role.AUDITOR)
    assert client.get(reverse("practicebase:inspect", args=[base.pk])).status_code == 200
