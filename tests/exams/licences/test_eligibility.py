"""Who may apply, and each reason why not, by the version of the rule in force."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from exams.licences.eligibility import Facts, is_met, judge, shortfall
from exams.licences.models import EnforcementCertificate
from exams.licences.services.eligibility import assess_all, assess_eligibility, certificate_of, findings_of, open_rows
from exams.licences.services.terms import terms_on
from exams.licences.terms import Terms, months_earlier, terms_of, years_later
from exams.sittings.models import Outcome
from lms.rules.models import RuleVersion
from tests import factory
from tests.exams.licences.factory import give_hours, give_passes, make_eligible, make_fit, make_held

DAY = date(2026, 11, 22)
TERMS = Terms(
    statuses=frozenset({"SERVING"}), min_hours=Decimal(60), subjects=("GENERAL_LAW", "SPECIAL_LAW"), pass_years=3,
    discipline_bars=True, revoked_years=5, renewal_exam=False, renewal_course="C05", due_days=180, years=5,
    renewal_months=6,
)  # fmt: skip
FIT = Facts(
    "SERVING", "在职", hours={2026: Decimal(61)}, passes={"GENERAL_LAW": date(2026, 1, 5), "SPECIAL_LAW": date(2024, 3, 1)}
)  # fmt: skip


def unmet(kind, terms=TERMS, **changed) -> list[str]:
    return [one.code for one in judge(kind, replace(FIT, **changed), terms, DAY) if not one.is_met]


def test_who_meets_everything():
    findings = judge("FIRST", FIT, TERMS, DAY)
    assert is_met(findings)
    assert [one.code for one in findings] == ["status", "discipline", "hours", "general_law", "special_law"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"status": "RETIRED"}, "status"),
        ({"discipline_until": DAY}, "discipline"),
        ({"hours": {2026: Decimal("59.99"), 2025: Decimal(59)}}, "hours"),
        ({"hours": {2024: Decimal(90)}}, "hours"),
        ({"passes": {"GENERAL_LAW": date(2026, 1, 5)}}, "special_law"),
        ({"passes": {"GENERAL_LAW": date(2023, 11, 21), "SPECIAL_LAW": DAY}}, "general_law"),
        ({"revoked_on": date(2021, 11, 23)}, "revoked"),
    ],
)
def test_each_condition_by_itself(changed, code):
    assert unmet("FIRST", **changed) == [code]
    assert shortfall(judge("FIRST", replace(FIT, **changed), TERMS, DAY))


@pytest.mark.parametrize(
    "changed",
    [
        {"discipline_until": date(2026, 11, 21)},
        {"hours": {2025: Decimal(60)}},
        {"passes": {"GENERAL_LAW": date(2023, 11, 22), "SPECIAL_LAW": DAY}},
        {"revoked_on": date(2021, 11, 22)},
    ],
)
def test_the_edge_is_met(changed):
    assert unmet("FIRST", **changed) == []


def test_a_renewal_asks_for_the_course_and_its_window():
    fit = {"passes": {}, "course": "条例", "course_done_on": DAY, "valid_until": date(2027, 5, 22)}
    assert unmet("RENEWAL", **fit) == []
    assert unmet("RENEWAL", **fit | {"course_done_on": None}) == ["course"]
    assert unmet("RENEWAL", **fit | {"valid_until": date(2027, 5, 23)}) == ["window"]
    assert unmet("RENEWAL", replace(TERMS, renewal_exam=True), **fit) == ["special_law"]
    assert unmet("REISSUE", **fit | {"hours": {}}) == []


def test_what_is_not_asked_for_is_not_shown():
    terms = replace(TERMS, subjects=("GENERAL_LAW",), discipline_bars=False)
    assert [one.code for one in judge("FIRST", FIT, terms, DAY)] == ["status", "hours", "general_law"]


def test_days_of_the_calendar():
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert TERMS.valid_until(date(2026, 3, 1)) == date(2031, 2, 28)
    assert months_earlier(date(2027, 8, 31), 6) == date(2027, 2, 28)
    assert months_earlier(date(2027, 3, 15), 6) == date(2026, 9, 15)


def test_the_default_rules_can_be_read(rules):
    terms = terms_on(timezone.localdate()).terms
    assert (terms.min_hours, terms.subjects, terms.due_days, terms.years) == (
        60,
        ("GENERAL_LAW", "SPECIAL_LAW"),
        180,
        5,
    )
    assert "SERVING" in terms.statuses
    assert "RETIRED" not in terms.statuses


def test_facts_come_from_the_ledger_and_the_released_results(rules, districts):
    officer = factory.make_officer(districts["PD-01"])
    row = certificate_of(officer)
    assert [one.code for one in assess_eligibility(row) if not one.is_met] == ["hours", "general_law", "special_law"]
    give_hours([officer])
    give_passes([officer])
    assert is_met(assess_eligibility(row))
    row.refresh_from_db()
    assert row.state == "ELIGIBLE"
    assert row.transitions.get().evidence["findings"][0]["code"] == "status"


def test_only_the_newest_version_of_a_result_counts(rules, districts):
    row = make_eligible(districts["PD-01"])
    old = Outcome.objects.filter(attempt__candidate__exam__subject="SPECIAL_LAW").get()
    Outcome.objects.create(
        attempt=old.attempt, number=2, objective=0, by_hand=0, full=100, pass_marks=60, is_passed=False, cause="VOID"
    )
    assert [one.code for one in assess_eligibility(row) if not one.is_met] == ["special_law"]
    row.refresh_from_db()
    assert row.state == "NOT_HELD"
    assert [one.verb for one in row.transitions.all()] == ["disqualify", "qualify"]


def test_another_version_of_the_rule_changes_who_may(rules, districts):
    row = certificate_of(make_fit(districts["PD-01"])[0])
    version = RuleVersion.objects.get(rule__code="R54")
    formula = {
        "items": [item | ({"value": "90"} if item["key"] == "min_hours" else {}) for item in version.formula["items"]]
    }
    RuleVersion.objects.create(
        rule=version.rule, number=2, effective_from=timezone.localdate(), formula=formula, source_note="测试",
        made_by=factory.make_user(), checked_by=factory.make_user(), checked_at=timezone.now(),
    )  # fmt: skip
    assert terms_of(formula, RuleVersion.objects.get(rule__code="R27").formula).min_hours == 90
    assert [one.code for one in assess_eligibility(row) if not one.is_met] == ["hours"]


def test_who_was_revoked_waits(rules, districts):
    [officer] = make_fit(districts["PD-01"])
    make_held(districts["PD-01"], "REVOKED", officer=officer)
    assert [one.code for one in assess_eligibility(certificate_of(officer)) if not one.is_met] == ["revoked"]


def test_the_night_looks_at_everybody_without_one(rules, districts):
    fit, unfit = make_fit(districts["PD-01"], 2), factory.make_officer(districts["XH-01"])
    assert open_rows([*fit, unfit]) == 3
    assert assess_all(timezone.localdate()) == 2
    assert assess_all(timezone.localdate()) == 0
    states = EnforcementCertificate.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["ELIGIBLE", "ELIGIBLE", "NOT_HELD"]


def test_the_night_costs_the_same_for_many(rules, districts, django_assert_max_num_queries):
    officers = make_fit(districts["PD-01"], 11)
    open_rows(officers)
    rows = list(EnforcementCertificate.objects.select_related("officer__unit"))
    for some in (rows[:1], rows):
        with django_assert_max_num_queries(6):
            findings_of(some, timezone.localdate())
