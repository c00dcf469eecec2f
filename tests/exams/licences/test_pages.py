"""The phone page and the console's desks: what they show, to whom, and at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exams.licences.models import Application, ApplicationBatch, EnforcementCertificate
from exams.licences.services.applying import Wish, apply, apply_many
from exams.licences.services.eligibility import assess_all, open_rows
from exams.licences.services.reviewing import review
from lms.people.access import Role
from lms.people.models import OrgUnit
from tests import factory
from tests.exams.licences.factory import make_application, make_fit, make_held

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city_rules(settings, access, rules, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def team(districts):
    return districts["PD-01"]


def sign_in(client, role, unit):
    user = factory.make_staff(role, unit)
    client.force_login(user)
    return user


def phone(client, officer):
    client.force_login(officer.user)
    return client.get(reverse("licences:mine"))


def test_the_phone_says_what_is_missing(client, team):
    page = phone(client, factory.make_officer(team))
    assert page.status_code == 200
    assert [one.code for one in page.context["findings"] if not one.is_met] == ["hours", "general_law", "special_law"]
    assert not page.context["may_apply"]


def test_applying_and_taking_back_by_phone(client, team):
    [officer] = make_fit(team)
    assert phone(client, officer).context["may_apply"]
    assert client.post(reverse("licences:apply"), {"area": ""}).status_code == 422
    client.post(reverse("licences:apply"), {"area": "测试区"})
    page = client.get(reverse("licences:mine"))
    application = Application.objects.get()
    assert (page.context["application"], page.context["may_withdraw"]) == (application, True)
    assert [one["is_now"] for one in page.context["steps"]] == [False, True, False, False, False]
    client.post(reverse("licences:withdraw", args=[application.pk]))
    application.refresh_from_db()
    assert application.state == "WITHDRAWN"


def test_nobody_elses_application(client, team):
    application = make_application(team)
    client.force_login(factory.make_officer(team).user)
    assert client.post(reverse("licences:withdraw", args=[application.pk])).status_code == 404


def test_losing_it_by_phone(client, team):
    row = make_held(team)
    assert phone(client, row.officer).context["may_report"]
    assert client.get(reverse("licences:lost")).status_code == 200
    client.post(reverse("licences:lost"), {"reason": "地铁上遗失"})
    row.refresh_from_db()
    assert row.state == "LOST"


@pytest.mark.parametrize("state", EnforcementCertificate.State.values)
def test_the_phone_page_in_every_state(client, team, state):
    row = make_held(team, state)
    assert phone(client, row.officer).status_code == 200


def test_who_is_no_officer_has_none(client, team):
    client.force_login(factory.make_user())
    assert client.get(reverse("licences:mine")).status_code == 403


def post_board(client, name, **verdicts):
    return client.post(reverse(f"licences_office:{name}"), verdicts)


def test_a_board_passes_and_returns(client, team, districts):
    _, rows = apply_many(team, make_fit(team, 3), Wish("测试区"), actor=factory.make_user())
    first, second, third = [row.application.pk for row in rows]
    sign_in(client, Role.DISTRICT_OFFICE, districts["PD"])
    page = client.get(reverse("licences_office:review"))
    assert [line.application.pk for line in page.context["lines"]] == [first, second, third]
    page = post_board(client, "review", **{
        f"verdict-{first}": "pass", f"verdict-{second}": "return-DATA", f"note-{second}": "姓名有误", f"verdict-{third}": "",
    })  # fmt: skip
    answers = page.context["answers"]
    assert (answers["passed"], len(answers["returned"]), answers["refused"]) == (1, 1, [])
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == [
        "UNIT_REVIEWED",
        "RETURNED",
        "APPLIED",
    ]


def test_a_board_of_another_district_is_empty_and_decides_nothing(client, team, districts):
    application = make_application(team)
    sign_in(client, Role.DISTRICT_OFFICE, districts["XH"])
    assert client.get(reverse("licences_office:review")).context["lines"] == []
    post_board(client, "review", **{f"verdict-{application.pk}": "pass"})
    application.refresh_from_db()
    assert application.state == "APPLIED"


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        (Role.TEAM_CLERK, "review", 403), (Role.TEAM_CLERK, "apply", 200), (Role.DISTRICT_OFFICE, "approve", 403),
        (Role.CITY_OFFICE, "approve", 200), (Role.AUDITOR, "review", 403), (Role.HR, "apply", 403),
        (Role.STREET_MANAGER, "apply", 403),
    ],
)  # fmt: skip
def test_who_may_open_which_desk(client, city, role, name, status):
    sign_in(client, role, city)
    assert client.get(reverse(f"licences_office:{name}")).status_code == status


def test_an_office_applies_for_those_it_has_ticked(client, team, districts):
    fit, unfit = make_fit(team, 2), factory.make_officer(team)
    open_rows([*fit, unfit])
    assess_all(timezone.localdate())
    sign_in(client, Role.DISTRICT_OFFICE, districts["PD"])
    url = reverse("licences_office:apply") + f"?unit={districts['PD'].pk}&kind=FIRST&numbers="
    page = client.get(url)
    assert (len(page.context["ready"]), len(page.context["unready"])) == (2, 1)
    page = client.post(url, {"pk": [fit[0].pk, unfit.pk], "area": "测试区"})
    assert (page.context["taken"], [row.code for row in page.context["refused"]]) == (1, ["not_eligible"])
    batch = ApplicationBatch.objects.get()
    page = client.get(reverse("applicationbatch:inspect", args=[batch.pk]))
    assert (page.context["batch"].people, page.context["waiting"]) == (1, 1)


def test_numbers_out_of_reach_are_named(client, team, districts):
    stranger = factory.make_officer(districts["XH-01"])
    open_rows([stranger])
    sign_in(client, Role.DISTRICT_OFFICE, districts["PD"])
    url = reverse("licences_office:apply") + f"?unit={districts['PD'].pk}&kind=FIRST&numbers={stranger.staff_no}"
    page = client.get(url)
    assert page.context["refusal"]
    assert page.context["ready"] == []


def cost(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["review", "approve", "apply"])
def test_a_desk_costs_the_same_for_many(client, team, city, name):
    sign_in(client, Role.CITY_OFFICE, city)
    url = reverse(f"licences_office:{name}") + f"?unit={OrgUnit.objects.get(code='PD').pk}&kind=FIRST"
    costs = []
    for more in (1, 10):
        officers = make_fit(team, more)
        open_rows(officers)
        assess_all(timezone.localdate())
        if name != "apply":
            for one in officers:
                application = apply(one, Wish("测试区"), actor=factory.make_user())
                if name == "approve":
                    review(application, actor=factory.make_user())
        costs.append(cost(client, url))
    assert costs[0] == costs[1]


def test_lists_find_filter_and_count(client, team, city):
    sign_in(client, Role.CITY_OFFICE, city)
    today = timezone.localdate()
    rows = [make_held(team, valid_until=today + timedelta(days=days)) for days in (10, 100, 400)]
    make_held(team, "SUSPENDED")
    url = reverse("enforcementcertificate:index")

    def found(**query) -> set[int]:
        return {one.pk for one in client.get(url, query).context["object_list"]}

    assert found(ends="due") == {rows[0].pk, rows[1].pk}
    assert found(ends="30") == {rows[0].pk}
    assert found(deployable="true") == {one.pk for one in rows}
    assert found(q=rows[2].number) == {rows[2].pk}
    assert len(found(state="SUSPENDED")) == 1


def test_what_is_done_by_hand_in_the_console(client, team, city):
    sign_in(client, Role.CITY_OFFICE, city)
    row = make_held(team)
    today = f"{timezone.localdate():%Y-%m-%d}"
    for name, data, state in (
        ("suspend", {"until_on": ""}, "SUSPENDED"), ("resume", {}, "ISSUED"), ("lose", {}, "LOST"), ("revoke", {}, "REVOKED"),
    ):  # fmt: skip
        url = reverse(f"enforcementcertificate:{name}", args=[row.pk])
        assert client.get(url).status_code == 200
        assert client.post(url, {"reason": "依文件办理", "on": today, **data}).status_code == 302
        row.refresh_from_db()
        assert row.state == state
    assert client.get(reverse("enforcementcertificate:inspect", args=[row.pk])).status_code == 200


def test_an_office_of_a_district_suspends_nobody(client, team, districts):
    sign_in(client, Role.DISTRICT_OFFICE, districts["PD"])
    row = make_held(team)
    url = reverse("enforcementcertificate:suspend", args=[row.pk])
    assert client.post(url, {"reason": "x", "on": "2026-01-01"}).status_code in (302, 403)
    row.refresh_from_db()
    assert row.state == "ISSUED"
