"""可上岗: one question, asked of a queryset and of a row in words; and the levels of 等级能力考试."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from exams.licences.models import EnforcementCertificate, LevelResult, OfficerStanding
from exams.licences.services.ending import cancel
from exams.licences.services.levels import HEADINGS, held_levels, results_file
from exams.licences.services.steps import Why
from exams.licences.services.suspending import report_lost, resume, suspend
from exams.sittings.models import Outcome
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.exams.licences.exchange import make_held, make_results

pytestmark = pytest.mark.django_db
State = EnforcementCertificate.State


def able(day=None) -> set[int]:
    return set(OfficerStanding.objects.deployable(day or timezone.localdate()).values_list("pk", flat=True))


def in_words(officer):
    return OfficerStanding.objects.with_licence().get(pk=officer.pk).standing


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("status", ["SERVING", "OFF_POST", "RETIRED"])
def test_words_and_count_agree_in_every_state(districts, state, status):
    ended = timezone.localdate() if state in ("CANCELLED", "REVOKED") else None
    officer = factory.make_officer(districts["PD-01"], status=status)
    make_held(districts["PD-01"], "测试B0001", state=state, ended_on=ended, officer=officer)
    is_able = state in ("ISSUED", "RENEWAL_DUE") and status == "SERVING"
    assert (officer.pk in able()) == in_words(officer).is_deployable == is_able


@pytest.mark.parametrize(("begins", "ends", "expected"), [(0, 0, True), (-9, -1, False), (1, 9, False), (-9, 0, True)])
def test_only_within_its_validity(districts, begins, ends, expected):
    today = timezone.localdate()
    days = {"valid_from": today + timedelta(days=begins), "valid_until": today + timedelta(days=ends)}
    if begins == ends:
        days["valid_from"] -= timedelta(days=1)
    held = make_held(districts["PD-01"], "测试B0001", **days)
    assert (held.officer_id in able()) == in_words(held.officer).is_deployable == expected


def test_it_changes_the_same_day(rules, districts):
    held, why = make_held(districts["PD-01"], "测试B0001"), Why("测试", "调查")
    for verb, expected in ((suspend, False), (resume, True), (report_lost, False), (cancel, False)):
        verb(held, why)
        assert (held.officer_id in able()) == in_words(held.officer).is_deployable == expected


def test_who_has_none_is_not_sent_out(districts):
    """D3: of 359 new entrants 355 pass at first; the other four show as not deployable."""
    officers = [factory.make_officer(districts["PD-01"]) for _ in range(6)]
    for one in officers[:2]:
        make_held(districts["PD-01"], f"测试B{one.pk:04d}", officer=one)
    rest = OfficerStanding.objects.not_deployable(timezone.localdate())
    assert {one.pk for one in officers[2:]} == set(rest.values_list("pk", flat=True))


def test_a_later_certificate_counts_for_more_than_one_that_ended(districts):
    officer = factory.make_officer(districts["PD-01"])
    make_held(districts["PD-01"], "测试B0001", officer=officer, state="CANCELLED", ended_on=timezone.localdate())
    make_held(districts["PD-01"], "测试B0002", officer=officer)
    assert in_words(officer).is_deployable
    assert officer.pk in able()


@pytest.fixture
def console(settings, access, rules, city, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def signed_in(role, unit=None):
        user = factory.make_staff(role, unit or city)
        client.force_login(user)
        return user

    return signed_in


def test_the_list_and_its_export_change_with_it(console, districts, client):
    console(Role.CITY_OFFICE)
    held = make_held(districts["PD-01"], "测试B0001")
    other = factory.make_officer(districts["PD-01"])
    url = reverse("officerstanding:index")

    def listed(value):
        return {row.pk for row in client.get(url, {"deployable": value}).context["object_list"]}

    assert (listed("true"), listed("false")) == ({held.officer_id}, {other.pk})
    suspend(held, Why("测试", "调查"))
    assert (listed("true"), listed("false")) == (set(), {held.officer_id, other.pk})
    sheet = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert sheet.count("不可上岗") == 2


def test_the_list_costs_the_same_for_many(console, districts, client, django_assert_max_num_queries):
    console(Role.CITY_OFFICE)
    for number in range(11):
        make_held(districts["PD-01"], f"测试B{number:04d}")
    client.get(reverse("officerstanding:index"))
    with django_assert_max_num_queries(16):
        client.get(reverse("officerstanding:index"))


def test_a_level_is_what_counts_now(console, districts):
    hr = console(Role.HR)
    passer, failer = (factory.make_officer(districts["PD-01"]) for _ in range(2))
    basic = make_results([passer], level="BASIC", days_ago=300)
    make_results([failer], level="BASIC", passed=False, marks=40)
    make_results([passer], level="INTERMEDIATE", days_ago=10)
    make_results([passer], kind="QUALIFICATION", subject="GENERAL_LAW")
    assert LevelResult.objects.visible_to(hr).count() == 3
    assert {one.pk: list(levels) for one, levels in held_levels(hr).items()} == {passer.pk: ["BASIC", "INTERMEDIATE"]}
    Outcome.objects.create(
        attempt=basic[0].attempt, number=2, objective=80, by_hand=0, full=100, pass_marks=60, is_passed=False,
        cause="VOID", reason="作废",
    )  # fmt: skip
    assert {one.pk: list(levels) for one, levels in held_levels(hr).items()} == {passer.pk: ["INTERMEDIATE"]}


def test_the_file_for_personnel(console, districts, client):
    hr = console(Role.HR)
    officer = factory.make_officer(districts["PD-01"])
    make_results([officer], level="ADVANCED")
    make_results([officer], level="BASIC", days_ago=300)
    name, content = results_file(hr)
    book = load_workbook(BytesIO(content))
    rows = list(book["等级结果"].iter_rows(values_only=True))
    assert name.endswith(".xlsx")
    assert rows[0] == tuple(HEADINGS)
    assert (rows[1][0], rows[1][4]) == (officer.staff_no, "高级")
    assert "高级1人" in book["说明"]["A1"].value
    assert AuditEvent.objects.filter(action="licences.export_levels").count() == 1
    assert client.get(reverse("licences_files:levels")).status_code == 200
    console(Role.TEAM_CLERK, districts["PD-01"])
    assert client.get(reverse("licences_files:levels")).status_code == 403


def test_an_officer_s_own_level_history(console, districts, client):
    officer = factory.make_officer(districts["PD-01"])
    [result] = make_results([officer], level="BASIC")
    make_results([officer], level="INTERMEDIATE", passed=False, marks=10)
    console(Role.DISTRICT_OFFICE, districts["PD"])
    page = client.get(reverse("levelresult:inspect", args=[result.pk]))
    assert len(page.context["history"]) == 2
    console(Role.DISTRICT_OFFICE, districts["XH"])
    assert client.get(reverse("levelresult:inspect", args=[result.pk])).status_code == 404
