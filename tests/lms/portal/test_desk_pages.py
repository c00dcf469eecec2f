from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.ledger.models import Entry
from lms.people.models import OrgUnit
from lms.portal.links import broken_links
from tests import factory
from tests.lms.portal.test_desk_numbers import post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access", "plain_sign_in")]
HOME = reverse("wagtailadmin_home")


@pytest.fixture
def plain_sign_in(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def staff(client, city, districts):
    """Sign a holder of a role for a unit in."""

    def sign_in(role, code):
        user = factory.make_staff(role, OrgUnit.objects.get(code=code))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def people(rules, districts):
    officers = {code: factory.make_officer(districts[code], f"T-{code}") for code in ("PD-01", "PD-02", "XH-01")}
    for code, officer in officers.items():
        post(officer, code, minutes=45)
    return officers


def unit_url(code):
    return reverse("portal_desk:unit", args=[code])


def person_url(officer):
    return reverse("portal_desk:person", args=[officer.staff_no])


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("role", "place", "seen", "unseen"),
    [
        ("CITY_OFFICE", "SJ", ["SJ", "PD", "XH", "PD-01"], []),
        ("DISTRICT_OFFICE", "PD", ["PD", "PD-01", "PD-02"], ["SJ", "XH", "XH-01", "none"]),
        ("TEAM_CLERK", "PD-01", ["PD-01"], ["SJ", "PD", "PD-02", "XH"]),
        ("STREET_MANAGER", "PD-01", ["PD-01"], ["PD-02"]),
    ],
)
def test_units_out_of_scope_are_not_there(client, staff, role, place, seen, unseen):
    staff(role, place)
    for suffix in ("", "export/"):
        assert [client.get(unit_url(code) + suffix).status_code for code in seen] == [200] * len(seen)
        assert [client.get(unit_url(code) + suffix).status_code for code in unseen] == [404] * len(unseen)


@pytest.mark.parametrize(
    ("role", "place", "answers"),
    [
        ("CITY_OFFICE", "SJ", (200, 200, 200)),
        ("DISTRICT_OFFICE", "PD", (200, 200, 404)),
        ("TEAM_CLERK", "PD-01", (200, 404, 404)),
        ("AUDITOR", "PD", (200, 200, 404)),
        ("STREET_MANAGER", "PD", (403, 403, 403)),
        ("HR", "SJ", (403, 403, 403)),
        ("SECURITY_ADMIN", "SJ", (403, 403, 403)),
    ],
)
def test_whose_ledger_opens(client, staff, people, role, place, answers):
    staff(role, place)
    got = tuple(client.get(person_url(people[code])).status_code for code in ("PD-01", "PD-02", "XH-01"))
    assert got == answers


@pytest.mark.parametrize("role", ["SECURITY_ADMIN", "EXAM_SETTER", "COURSE_EDITOR", "RULE_APPROVER"])
def test_short_desk_where_no_duty_may_be_seen(client, staff, people, role):
    staff(role, "SJ")
    page = client.get(HOME)
    assert page.status_code == 200
    assert b"T-PD-01" not in page.content
    assert client.get(unit_url("SJ")).status_code == 403
    assert client.get(reverse("portal_desk:export")).status_code == 403


def test_home_names_only_ones_own_people(client, staff, people):
    staff("DISTRICT_OFFICE", "PD")
    text = client.get(HOME).content.decode()
    assert "T-PD-01" in text
    assert "T-XH-01" not in text
    assert "style=" not in text.partition('class="desk"')[2].partition("</main>")[0]


def test_street_manager_sees_names_without_a_way_to_their_lines(client, staff, people):
    staff("STREET_MANAGER", "PD-01")
    text = client.get(HOME).content.decode()
    assert "T-PD-01" in text
    assert person_url(people["PD-01"]) not in text


def test_one_click_from_home_to_a_ledger_with_evidence(client, staff, people):
    staff("CITY_OFFICE", "SJ")
    address = person_url(people["PD-01"])
    assert address in client.get(HOME).content.decode()
    page = client.get(address).content.decode()
    entry = Entry.objects.get(officer=people["PD-01"])
    assert entry.evidence in page
    assert entry.row_hash[:16] in page


def test_a_line_changed_behind_the_chain_is_seen(people):
    entries = list(Entry.objects.all())
    assert broken_links(entries) == []
    entries[1].hours += 1
    assert broken_links(entries) == [entries[1]]


def test_search_filter_and_export_agree(client, staff, people):
    staff("CITY_OFFICE", "SJ")
    page = client.get(HOME, {"q": "t-pd", "lack": "modules"}).content.decode()
    table = page.partition('class="miss"')[2]
    assert "T-PD-01" in table
    assert "T-XH-01" not in table
    answer = client.get(reverse("portal_desk:export"), {"q": "t-pd", "lack": "modules"})
    (sheet, _) = openpyxl.load_workbook(BytesIO(answer.content)).worksheets
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["T-PD-01", "T-PD-02"]
    assert AuditEvent.objects.get(action="portal.export_gaps").detail["rows"] == 2


@pytest.mark.parametrize("query", ["page=99&lack=nonsense&year=1&q=%00", "page=x&year=²&q=" + "长" * 300])
def test_odd_addresses_still_answer(client, staff, people, query):
    staff("CITY_OFFICE", "SJ")
    assert client.get(f"{HOME}?{query}").status_code == 200


def test_home_costs_the_same_for_any_number_of_teams(client, staff, city):
    district = factory.make_district(city, "QP")
    staff("DISTRICT_OFFICE", "QP")
    client.get(HOME)
    costs = []
    for number in range(11):
        post(factory.make_officer(factory.make_unit(district, f"QP-{number:02d}")), f"q{number}", minutes=45)
        if number in (0, 10):
            with CaptureQueriesContext(connection) as queries:
                client.get(HOME)
            costs.append(len(queries))
    assert costs[0] == costs[1]
