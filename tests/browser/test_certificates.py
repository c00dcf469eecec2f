"""Certificates as people meet them: taken on a phone, verified by a stranger, designed at a desk."""

import pytest

from lms.certificates.models import Certificate, CertificateDesign
from lms.certificates.services.issuing import document_of, issue
from lms.people.access import Role
from tests import factory
from tests.browser.conftest import DESK
from tests.concurrency.race import race
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def certificate(access, rules, design, officer):
    certificate = issue(merit_of(officer), actor="甲")
    # Signing starts an event loop, and Playwright's runs in this thread.
    assert race(1, lambda number: document_of(certificate).pk)[0]
    return certificate


def test_a_stranger_verifies_on_a_phone(visit, certificate, officer):
    for viewport in (NARROW, None):
        visitor = visit(viewport, bypass_csp=True) if viewport else visit(bypass_csp=True)
        faults = {}
        for state in ("VALID", "SUSPENDED", "REVOKED", "SUPERSEDED"):
            Certificate.objects.update(state=state)
            visitor.go(certificate.get_verify_url())
            faults[state] = visitor.serious_faults()
            if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults[state].append("scrolls sideways")
            visitor.shot(f"verify-{state}-{visitor.page.viewport_size['width']}")
        visitor.go("/verify/UNKNOWN/")
        faults["unknown"] = visitor.serious_faults()
        visitor.shot(f"verify-unknown-{visitor.page.viewport_size['width']}")
        assert {name: found for name, found in faults.items() if found} == {}
    Certificate.objects.update(state="VALID")
    visitor.page.fill("#number", certificate.number)
    visitor.page.fill("#holder", officer.name)
    visitor.page.click("main button[type=submit]")
    assert visitor.page.inner_text("#answer") == "证书有效"
    assert visitor.complaints == []


def test_an_officer_downloads_and_shares(visit, certificate, officer):
    visitor = visit(NARROW)
    visitor.sign_in(officer.staff_no, factory.PASSWORD)
    visitor.go("/certificates/")
    visitor.page.click("main .rows a")
    visitor.page.wait_for_selector("[data-share]:not([hidden])")
    with visitor.page.expect_download() as download:
        visitor.page.click("a[download]")
    assert download.value.path().read_bytes() == bytes(document_of(certificate).content)
    assert visitor.complaints == []


def test_the_pages_of_an_officer_are_accessible(visit, certificate, officer):
    visitor = visit(NARROW, bypass_csp=True)
    visitor.sign_in(officer.staff_no, factory.PASSWORD)
    for path in ("/certificates/", certificate.get_absolute_url()):
        visitor.go(path)
        assert visitor.serious_faults() == []
        assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_design_is_previewed_while_it_is_written(visit, certificate, districts):
    factory.make_staff(Role.CITY_OFFICE, districts["XH"].get_root(), "OFFICE", password=factory.PASSWORD)
    visitor = visit(DESK)
    visitor.sign_in("OFFICE", factory.PASSWORD)
    visitor.go("/admin/certificates/designs/COMPLETION/")
    visitor.page.fill("#id_issuer", "另一单位")
    sheet = visitor.page.frame_locator("iframe[name=sheet]")
    sheet.locator("text=另一单位").wait_for()
    visitor.shot("certificate-design")
    assert CertificateDesign.objects.count() == 1
    assert visitor.complaints == []
