"""The phone and the board: who sees what, what each step answers, and that longer lists cost no more."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from courses.development.models import Claim
from courses.development.services.reviews import assign
from lms.people.access import Role
from tests import factory
from tests.courses.development.factory import (
    make_call,
    make_claim,
    make_film,
    make_group,
    make_office,
    make_project,
    make_review,
    make_work,
    name,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rights(settings, access, rules):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def clerk(districts):
    officer = factory.make_officer(districts["PD-01"])
    factory.grant(officer.user, Role.TEAM_CLERK, districts["PD-01"])
    return officer.user


def pdf() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (200, 200), "white").save(content, "PDF")
    return SimpleUploadedFile("课件.pdf", content.getvalue(), "application/pdf")


def test_claimed_named_and_handed_in_on_the_phone(client, city, clerk, districts):
    call = make_call(city, target=2)
    client.force_login(clerk)
    assert call.title in client.get(reverse("development:home")).content.decode()
    url = reverse("development:call", args=[call.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"unit": districts["PD-01"].pk, "title": " 占道  经营 "})
    claim = Claim.objects.get()
    assert (claim.title, claim.unit, claim.host, claim.made_by) == ("占道 经营", districts["PD-01"], city, clerk)
    again = client.post(url, {"unit": districts["PD-01"].pk, "title": "再来一个"})
    assert again.status_code == 200
    assert Claim.objects.count() == 1
    foreign = client.post(url, {"unit": districts["XH-01"].pk, "title": "别区的"})
    assert foreign.context["form"].errors
    page = reverse("development:output", args=[claim.pk])
    client.post(reverse("development:upload", args=[claim.pk]), {"kind": "PDF", "file": pdf()})
    assert Claim.objects.get().state == "CLAIMED"
    client.post(reverse("development:authors", args=[claim.pk]), {"authors": clerk.officer.staff_no})
    client.post(reverse("development:upload", args=[claim.pk]), {"kind": "PDF", "file": pdf()})
    claim.refresh_from_db()
    assert (claim.state, claim.submissions.get().courseware.pages) == ("SUBMITTED", 1)
    assert client.get(page).status_code == 200
    client.post(reverse("development:step", args=[claim.pk, "give_up"]))
    assert Claim.objects.get().state == "SUBMITTED"


def test_a_place_is_given_up(client, city, clerk, districts):
    claim = make_claim(districts["PD-01"], call=make_call(city, target=1), made_by=clerk)
    client.force_login(clerk)
    client.post(reverse("development:step", args=[claim.pk, "give_up"]))
    assert Claim.objects.get().state == "GIVEN_UP"
    assert client.post(reverse("development:step", args=[claim.pk, "approve"])).status_code == 404


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        ("T-NOBODY", "unknown_officer"),
        ("{0} 60\n{1}", "share"),
        ("{0} x", "share"),
        ("{0} 1 2", "format"),
    ],
)
def test_authors_as_they_are_written(client, clerk, districts, text, code):
    claim = make_claim(districts["PD-01"], made_by=clerk)
    numbers = [clerk.officer.staff_no, factory.make_officer(districts["PD-01"]).staff_no]
    client.force_login(clerk)
    page = client.post(reverse("development:authors", args=[claim.pk]), {"authors": text.format(*numbers)})
    assert page.context["form"].errors.as_data()["authors"][0].code == code
    assert not claim.contributors.exists()


def test_authors_share_as_written(client, clerk, districts):
    claim = make_claim(districts["PD-01"], made_by=clerk)
    numbers = [clerk.officer.staff_no, *(factory.make_officer(districts["PD-01"]).staff_no for _ in range(2))]
    client.force_login(clerk)
    url, lines = reverse("development:authors", args=[claim.pk]), "\n".join(numbers)
    client.post(url, {"authors": lines})
    assert [str(one.share) for one in claim.contributors.all()] == ["60.00", "20.00", "20.00"]
    client.post(url, {"authors": "{} 60%\n{}，25\n{} 15".format(*numbers)})
    assert [str(one.share) for one in claim.contributors.all()] == ["60.00", "25.00", "15.00"]


def test_others_pages_are_not_there(client, districts, city):
    outsider = factory.make_officer(districts["XH-01"])
    claim, project, work = make_claim(districts["PD-01"]), make_project(districts["PD"]), make_work(districts["PD"])
    client.force_login(outsider.user)
    for output in (claim, project, work):
        assert client.get(reverse("development:output", args=[output.pk])).status_code == 404
        assert client.post(reverse("development:upload", args=[output.pk])).status_code == 404
    assert client.get(reverse("development:call", args=[make_call(city).pk])).status_code == 404
    review = make_review(districts["PD-01"])
    assert client.get(reverse("development:review", args=[review.pk])).status_code == 404
    empty = client.get(reverse("development:home"))
    assert not any(empty.context[key] for key in ("reviews", "calls", "claims", "projects", "works", "groups"))


def test_a_call_of_another_district_is_not_offered(client, clerk, districts):
    call = make_call(districts["XH"])
    client.force_login(clerk)
    assert client.get(reverse("development:call", args=[call.pk])).status_code == 404
    assert call.title not in client.get(reverse("development:home")).content.decode()


def fill(city, districts, officer, office, judge):
    """One more of everything the pages show."""
    group = make_group(districts["PD"])
    group.members.create(officer=officer, since=timezone.localdate())
    group.milestones.create(title="样课", due_on=timezone.localdate() - timedelta(days=1))
    make_project(districts["PD"], group=group)
    call = make_call(city)
    claim = make_claim(districts["PD-01"], call=call, made_by=officer.user, state="SUBMITTED")
    name(claim, officer)
    claim.submissions.create(number=1, courseware=make_film(), digest="0" * 64, submitted_by=officer.user)
    for row in assign(claim, [judge.user], actor=office):
        type(row).objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    make_work(districts["PD-01"], made_by=officer.user)


def test_pages_cost_the_same_with_more_rows(client, city, districts):
    officer, office = factory.make_officer(districts["PD-01"]), make_office(city)
    factory.grant(officer.user, Role.TEAM_CLERK, districts["PD-01"])
    judge = factory.make_officer(districts["XH-01"])
    costs = {}
    for count in (1, 10):
        for _ in range(count):
            fill(city, districts, officer, office, judge)
        for user, url in (
            (officer.user, reverse("development:home")), (judge.user, reverse("development:home")),
            (judge.user, reverse("development:reviews")), (office, reverse("development_board:board")),
        ):  # fmt: skip
            client.force_login(user)
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            costs.setdefault((user.pk, url), []).append(len(queries))
    assert all(few == many for few, many in costs.values()), costs
    assert max(many for _, many in costs.values()) < 40


def test_a_call_with_all_its_claims_costs_the_same(client, city, districts):
    call, costs = make_call(city), []
    client.force_login(make_office(city))
    client.get("/admin/")  # the first request of a session notes the device
    for count in (1, 10):
        for _ in range(count):
            make_claim(districts["PD-01"], call=call)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("crowdcall:inspect", args=[call.pk]))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert (len(page.context["places"]), len(page.context["free"])) == (11, 5)


def test_the_board_shows_numbers_with_what_they_are_of(client, city, districts):
    make_group(districts["PD"])
    make_group(districts["XH"])
    make_claim(districts["PD-01"])
    client.force_login(make_office(districts["PD"]))
    page = client.get(reverse("development_board:board"))
    assert [(one.actual, one.wanted, one.coming) for one in page.context["targets"]] == [
        (1, 6, 0),
        (0, 10, 0),
        (0, 16, 1),
    ]
    client.force_login(make_office(city))
    page = client.get(reverse("development_board:board"))
    assert page.context["targets"][0].actual == 2
    assert [(line.unit, line.claimed) for line in page.context["lines"]] == [(districts["PD"], 1)]
    sheet = load_workbook(BytesIO(client.get(reverse("development_board:export")).content))
    text = "\n".join(str(cell) for page in sheet for row in page.iter_rows(values_only=True) for cell in row if cell)
    assert "课程开发教研组：2/6个（33.3%）" in text
    assert client.get(reverse("development_board:board"), {"year": "1066"}).status_code == 200


def test_the_board_is_not_for_everybody(client, districts):
    client.force_login(factory.make_staff(Role.TEAM_CLERK, districts["PD-01"]))
    assert client.get(reverse("development_board:board")).status_code in (302, 403)
    client.force_login(factory.make_officer(districts["PD-01"]).user)
    assert client.get(reverse("development_board:export")).status_code in (302, 403)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LEGAL_OFFICE, Role.COURSE_EDITOR, Role.DISTRICT_OFFICE])
def test_each_role_opens_every_page_of_its_own_unit(client, role, districts):
    unit, other = districts["PD-01"], districts["XH-01"]
    client.force_login(factory.make_staff(role, districts["PD"]))
    for name_, make in (
        ("coursedevelopmentgroup", make_group), ("developmentproject", make_project), ("crowdcall", make_call),
        ("claim", make_claim), ("work", make_work),
    ):  # fmt: skip
        assert client.get(reverse(f"{name_}:inspect", args=[make(unit).pk])).status_code == 200
        assert client.get(reverse(f"{name_}:inspect", args=[make(other).pk])).status_code == 404
