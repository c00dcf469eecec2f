from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.services.posting import Claim, post_entry, reverse_entry
from lms.people.models import OrgUnit
from lms.portal.desk import OWN_STAFF, build_desk, top_units
from lms.rules.models import RuleVersion
from tests import factory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
YEAR = 2026
NOW = datetime(YEAR, 11, 21, 20, 50, tzinfo=ZoneInfo("Asia/Shanghai"))


def post(officer, name, *, minutes, month=3, layer="UNIT", **fields) -> Entry:
    at = datetime(YEAR, month, 10, 10, tzinfo=NOW.tzinfo)
    values = {"rule": "R05", "title": "课程", "quantity": {"minutes": minutes}, **fields}
    return post_entry(officer, Claim(evidence=f"test:{name}", occurred_at=at, layer=layer, **values))


def desk_of(user, *units):
    return build_desk(user, list(units) or top_units(user), YEAR, NOW, "")


@pytest.fixture
def people(districts):
    """One officer in each team, one who serves in a district's own office, one in the city's; 1.00 to 6.00 hours."""
    places = [*(districts[code] for code in ("PD-01", "PD-02", "XH-01", "XH-02", "PD")), OrgUnit.objects.get(code="SJ")]
    officers = [factory.make_officer(unit, f"T-{number:04d}") for number, unit in enumerate(places, 1)]
    for number, officer in enumerate(officers, 1):
        for part in range(number):
            post(officer, f"{number}:{part}", minutes=45, month=1 + part)
    return officers


@pytest.fixture
def office(city):
    return factory.make_staff("CITY_OFFICE", city)


def test_city_is_the_sum_of_districts_and_they_of_teams(office, districts, people):
    city, district = desk_of(office), desk_of(office, districts["PD"])
    by_name = {row.label: row for row in city.rows}
    assert {label: row.people for label, row in by_name.items()} == {"PD": 3, "XH": 2, OWN_STAFF: 1}
    assert [row.people for row in district.rows] == [1, 1, 1]
    for desk in (city, district):
        assert sum(row.hours for row in desk.rows) == desk.total.hours
        for month in range(11):
            assert desk.total.months[month].hours == sum(row.months[month].hours for row in desk.rows)
    assert city.total.hours == Decimal(21)
    assert by_name["PD"].hours == district.total.hours == Decimal(1 + 2 + 5)


def test_months_add_up_to_the_year(office, people):
    for row in desk_of(office).rows:
        assert sum(cell.hours for cell in row.months if cell) == row.hours
        assert row.months[11] is None


def test_what_was_reversed_is_gone_from_every_block(office, people):
    entry = Entry.objects.filter(officer=people[5]).first()
    reverse_entry(entry, posted_by="测试", reason="记错")
    assert desk_of(office).total.hours == Decimal(20)
    assert next(row for row in desk_of(office).rows if row.label == OWN_STAFF).mean == Decimal(5)


def test_bands_follow_the_rule_in_force(office, people):
    version = RuleVersion.objects.in_force("R01", NOW.date())
    RuleVersion.objects.create(
        rule=version.rule, number=2, effective_from="2026-06-01", formula={"hours": "8", "credits": "3"},
        source_note="测试", made_by=office, checked_by=factory.make_user(), checked_at=NOW,
    )  # fmt: skip
    found = [(band.label, band.people) for band in desk_of(office).bands]
    assert found == [("8学时及以上", 0), ("6至不足8", 1), ("4至不足6", 2), ("不足4", 3)]


def test_four_tests_are_separate(office, officer, districts):
    duty = ensure_obligation(officer, YEAR)
    layers = {"UNIT": {"hours": "1", "credits": "0"}, "TEAM": {"hours": "1", "credits": "0"}}
    Obligation.objects.filter(pk=duty.pk).update(hours=1, credits=9, layers=layers)
    post(officer, "one", minutes=45)
    found = {check.code: check.people for check in desk_of(office).checks}
    assert found == {"hours": 1, "credits": 0, "UNIT": 1, "TEAM": 0, "modules": 0}
    assert desk_of(office).all_met.people == 0


def test_modules_done_are_not_missing(office, officer):
    ensure_obligation(officer, YEAR)
    (before,) = desk_of(office).people
    code = before.standing.missing_modules[0][0]
    post(officer, "module", minutes=45, module=code)
    (after,) = desk_of(office).people
    assert [module for module, _ in after.standing.missing_modules] == [
        module for module, _ in before.standing.missing_modules if module != code
    ]


def test_largest_gap_first(office, people):
    assert [person.standing.total.hours for person in desk_of(office).people] == [Decimal(n) for n in range(1, 7)]


def test_who_has_no_duty_yet_is_named_and_not_counted(office, officer, people):
    desk = desk_of(office)
    assert (len(desk.people), desk.without_duty) == (6, 1)


def test_who_left_is_not_counted(office, people):
    type(people[0]).objects.filter(pk=people[0].pk).update(status="RETIRED")
    assert desk_of(office).total.people == 5


def test_a_team_shows_its_people_by_name(office, districts, people):
    desk = desk_of(office, districts["PD-01"])
    assert desk.by_person
    assert [row.label for row in desk.rows] == [people[0].name]
    assert desk.rows[0].mean == desk.total.mean == Decimal(1)


def test_a_street_shows_the_teams_it_manages_day_by_day(city, districts, people):
    street = factory.make_unit(city, "ST-1", kind="STREET")
    OrgUnit.objects.filter(code="PD-02").update(daily_parent=street)
    desk = desk_of(factory.make_staff("STREET_MANAGER", street))
    assert [(row.label, row.people) for row in desk.rows] == [("PD-02", 1)]


def test_a_unit_inside_another_is_not_counted_twice(districts, people):
    user = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    factory.grant(user, "TEAM_CLERK", districts["PD-01"])
    assert [unit.code for unit in top_units(user)] == ["PD"]
    assert desk_of(user).total.people == 3


def test_query_count_is_flat(office, city):
    district = factory.make_district(city, "QP")
    assert top_units(office) == [city]  # what the user may see is asked once a request
    costs = []
    for number in range(11):
        post(factory.make_officer(factory.make_unit(district, f"QP-{number:02d}")), f"q{number}", minutes=45)
        if number in (0, 10):
            with CaptureQueriesContext(connection) as queries:
                desk_of(office, district)
            costs.append(len(queries))
    assert costs[0] == costs[1]
