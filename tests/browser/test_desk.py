"""The staff home and the pages under it: nothing serious for axe, no request abroad, fits a desk and a phone."""

import pytest

from lms.ledger.services.posting import post_entry
from tests import factory
from tests.browser.conftest import DESK, PHONE
from tests.lms.ledger.test_posting import claim

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "home": "/admin/",
    "unit": "/admin/units/XH/",
    "person": "/admin/people/T-XH-0173/ledger/",
    "rules": "/admin/rule/",
}


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_desk(visit, access, rules, officer, viewport):
    post_entry(officer, claim())
    factory.grant(officer.user, "CITY_OFFICE", officer.unit.get_root())
    visitor = visit(viewport, bypass_csp=True)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    faults = {}
    for name, path in PAGES.items():
        visitor.go(path)
        faults[name] = visitor.serious_faults()
        visitor.shot(f"desk-{viewport['width']}-{name}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert visitor.complaints == []
