"""Units that claim the last place of a crowd call in the same moment, while another claim lapses."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from courses.development.invariants import calls_within_target
from courses.development.models import Claim, CrowdCall
from courses.development.services.authors import adopt
from courses.development.services.calls import claim_place, lapse_overdue
from lms.ledger.models import Entry
from tests import factory
from tests.concurrency.race import race
from tests.courses.development.factory import make_call, make_claim, make_office, make_question, name

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 12


@pytest.fixture
def units(city, access):
    call_command("load_rules", verbosity=0)
    return [factory.make_district(city, f"D{number:02d}") for number in range(WIDTH)]


def claim_all(call, units) -> list:
    clerks = [make_office(unit) for unit in units]
    return race(WIDTH, lambda number: claim_place(call, units[number], f"选题{number}", actor=clerks[number]))


def test_the_last_place_is_taken_once(city, units):
    call = make_call(city, target=1)
    results = claim_all(call, units)
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert (len(refused), {one.code for one in refused}) == (WIDTH - 1, {"full"})
    assert call.claims.holding().count() == 1


def test_a_lapsing_claim_frees_exactly_one(city, units):
    call = make_call(city, target=3)
    late = make_claim(city, call=call, due_on=timezone.localdate() - timedelta(days=1))
    for number in (0, 1):
        make_claim(city, call=call, title=f"在做{number}")
    clerks = [make_office(unit) for unit in units]

    def act(number):
        if number % 3 == 0:
            return lapse_overdue(call)
        return claim_place(call, units[number], f"选题{number}", actor=clerks[number])

    results = race(WIDTH, act)
    assert sum(isinstance(result, Claim) for result in results) == 1
    assert Claim.objects.get(pk=late.pk).state == "LAPSED"
    assert call.claims.holding().count() == 3
    assert calls_within_target() is None


def test_power_without_the_lock_there_are_too_many(city, units, monkeypatch):
    monkeypatch.setattr(
        "courses.development.services.calls._locked",
        lambda call: CrowdCall.objects.select_related("unit").get(pk=call.pk),
    )
    for _ in range(10):
        call = make_call(city, target=1)
        claim_all(call, units)
        if call.claims.holding().count() > 1:
            break
    assert call.claims.holding().count() > 1
    assert calls_within_target() == f"development.crowdcall:{call.pk}"


def test_two_deciders_credit_once(city, units):
    output = make_question(city)
    name(output, factory.make_officer(units[0]))
    offices = [make_office(city) for _ in range(4)]
    results = race(4, lambda number: adopt(output, actor=offices[number]))
    refused = [one.code for one in results if isinstance(one, ValidationError)]
    assert refused == ["already_checked"] * 3
    assert Entry.objects.count() == 1
