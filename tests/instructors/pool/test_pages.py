"""Pages of the pool: what each person sees, what stays blind, and that more rows cost no more queries."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from courses.catalogue.models import ItemCode
from instructors.pool.models import Bar, Nomination, SelectionRound
from instructors.pool.services.coverage import coverage, teams_without
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.pool.factory import RUBRIC, make_member, make_nomination, make_round, make_trial, term

pytestmark = pytest.mark.django_db
OVERVIEW = "/admin/pool/"


@pytest.fixture
def office(settings, access, rules, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    client.force_login(user)
    return user


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)


def test_teams_and_items_with_their_numerators(rules, city, districts):
    today = timezone.localdate()
    items = [ItemCode.objects.create(code=f"事项-{number}", name="某事项") for number in range(4)]
    trainer = make_instructor(districts["PD-01"], level="TEAM")
    make_instructor(districts["PD-02"], level="LEGAL")
    barred = make_instructor(districts["XH-01"], level="TEAM")
    Bar.objects.create(
        officer=barred.officer, kind="CERTIFICATE", during=term(today, None), reason="暂扣", evidence="x"
    )
    trainer.appointments.get().items.set(items[:2])
    make_instructor(city, level="CITY").appointments.get().items.set(items[1:3])
    user = factory.make_staff("CITY_OFFICE", city)
    found = {one.unit.code: ((one.teams.count, one.teams.total), (one.items.count, one.items.total), one.active)
             for one in coverage(user, today)}  # fmt: skip
    assert found == {"SJ": ((1, 4), (3, 4), 3), "PD": ((1, 2), (2, 4), 2), "XH": ((0, 2), (0, 4), 0)}
    assert [unit.code for unit in teams_without(user, today)] == ["PD-02", "XH-01", "XH-02"]


def test_the_overview_of_a_district_names_no_other(office, districts, client):
    foreign = districts["XH"]
    foreign.name = "某某区局"
    foreign.save()
    make_member(foreign)
    page = client.get(OVERVIEW)
    assert page.status_code == 200
    assert "某某区局" not in page.content.decode()
    assert client.get(OVERVIEW + "export/")["Content-Type"].endswith("sheet")
    client.force_login(factory.make_staff("MARKER", districts["PD"]))
    assert client.get(OVERVIEW).status_code in (302, 403)


def test_the_overview_costs_the_same_with_more_rows(office, districts, client):
    make_instructor(districts["PD-01"], level="TEAM")
    few = queries(client, OVERVIEW)
    for number in range(10):
        factory.make_unit(districts["PD"], f"PD-1{number}")
        make_instructor(districts["PD"], level="PRACTICE", from_on=timezone.localdate())
    assert queries(client, OVERVIEW) == few < 45


def test_a_round_and_a_nomination_from_the_console(office, districts, client):
    officer = factory.make_officer(districts["PD-01"])
    fields = {"title": "选聘", "unit": districts["PD"].pk, "year": 2026, "level": "DISTRICT", "closes_on": "2099-01-01"}
    client.post(reverse("selectionround:add"), fields)
    row = SelectionRound.objects.get()
    assert (row.target, row.made_by) == (5, office)
    named = {"round": row.pk, "staff_no": officer.staff_no, "statement": "多年办案", "items": "没有的代码"}
    answer = client.post(reverse("nomination:add"), named)
    assert answer.context["form"].has_error("items", "unknown_item")
    client.post(reverse("nomination:add"), named | {"items": ""})
    nomination = row.nominations.get()
    assert nomination.source == "OFFICE"
    judges = "、".join(factory.make_officer(districts["PD-02"]).staff_no for _ in range(2))
    trial = {"at": "2099-01-02 09:00", "title": "执法文书", "place": "教室", "reviewers": judges}
    client.post(reverse("nomination:trial", args=[nomination.pk]), trial)
    assert nomination.reviews.count() == 2
    for name, pk in (("selectionround:inspect", row.pk), ("nomination:inspect", nomination.pk)):
        assert officer.name in client.get(reverse(name, args=[pk])).content.decode()


def test_a_round_costs_the_same_with_more_names(office, districts, client):
    row = make_round(districts["PD"], made_by=office)
    make_trial(make_nomination(row), 80, 90)
    url = reverse("selectionround:inspect", args=[row.pk])
    few = queries(client, url)
    for _ in range(10):
        make_trial(make_nomination(row), 80, 90)
    assert queries(client, url) == few


def test_marks_stay_closed_until_all_are_in(office, districts, client):
    nomination = make_nomination(make_round(districts["PD"], made_by=office))
    _, second = make_trial(nomination, 87, None)
    url = reverse("nomination:inspect", args=[nomination.pk])
    assert '<td class="r">87</td>' not in client.get(url).content.decode()
    second.total, second.scored_at = 91, timezone.now()
    second.save()
    assert '<td class="r">87</td>' in client.get(url).content.decode()


def test_a_reviewers_sheet_is_blind_and_his_own(rules, districts, client):
    nomination = make_nomination(make_round(districts["PD"]))
    first, second = make_trial(nomination, 87, None)
    first.comment = "别人的评语"
    first.save()
    client.force_login(second.reviewer)
    page = client.get(reverse("pool:trial", args=[second.pk])).content.decode()
    assert "别人的评语" not in page
    assert not re.search(r"(?<!\d)87(?!\d)", strip_tags(page))  # tokens and keys hold any digits
    assert client.get(reverse("pool:trial", args=[first.pk])).status_code == 404
    answer = client.post(reverse("pool:trial", args=[second.pk]), RUBRIC | {"rubric_content": 31})
    assert answer.context["form"].has_error("rubric_content")
    assert client.post(reverse("pool:trial", args=[second.pk]), RUBRIC).url == reverse("pool:trials")
    second.refresh_from_db()
    assert second.total == 88


def test_an_officer_puts_himself_forward_and_withdraws(rules, districts, client):
    officer = factory.make_officer(districts["PD-01"])
    row, foreign = make_round(districts["PD"]), make_round(districts["XH"])
    client.force_login(officer.user)
    page = client.get(reverse("pool:rounds")).content.decode()
    assert row.title in page
    assert foreign.title not in page
    assert client.get(reverse("pool:nominate", args=[foreign.pk])).status_code == 404
    assert client.get(reverse("pool:nominate", args=[row.pk])).status_code == 200
    client.post(reverse("pool:nominate", args=[row.pk]), {"statement": "讲过十次"})
    nomination = Nomination.objects.get()
    assert (nomination.source, nomination.officer) == ("SELF", officer)
    client.post(reverse("pool:withdraw", args=[nomination.pk]))
    nomination.refresh_from_db()
    assert nomination.state == "WITHDRAWN"


def test_my_teaching_with_and_without_an_appointment(rules, districts, client):
    teacher = make_instructor(districts["PD"], level="DISTRICT", until_on=date(2099, 1, 1))
    client.force_login(teacher.officer.user)
    assert "区级师资" in client.get(reverse("training:teaching")).content.decode()
    client.force_login(factory.make_officer(districts["PD"]).user)
    assert "还没有聘任" in client.get(reverse("training:teaching")).content.decode()


def test_a_district_names_its_people_in_the_citys_round_and_decides_nothing(office, city, districts, client):
    row = make_round(city, level="CITY")
    own = factory.make_officer(districts["PD-01"])
    fields = {"round": row.pk, "staff_no": own.staff_no, "statement": "多年办案"}
    assert client.post(reverse("nomination:add"), fields).status_code == 302
    nomination = row.nominations.get()
    make_trial(nomination, 90, 90)
    foreign = make_nomination(row, factory.make_officer(districts["XH-01"]))
    page = client.get(reverse("selectionround:inspect", args=[row.pk])).content.decode()
    assert own.name in page
    assert foreign.officer.name not in page
    for name in ("trial", "pass", "fail"):
        assert client.post(reverse(f"nomination:{name}", args=[nomination.pk]), {}).status_code == 404
    assert client.post(reverse("selectionround:close", args=[row.pk])).status_code == 404
