"""What a page may run and whom it may call: itself."""

import re

import pytest
from django.core.cache import cache

from lms.people.access import Role
from tests import factory
from tests.lms.people.door import sign_in

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"https?://([^/\"'\s<>)]+)")
# The site's own address, names of XML dialects, and a hyperlink of Wagtail's for browsers without scripts are no calls.
NO_CALLS = {"testserver", "localhost:8000", "www.w3.org", "www.enable-javascript.com"}
OFFICER_PAGES = [
    "/accounts/login/",
    "/",
    "/learn/",
    "/ledger/",
    "/me/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/nosuch/",
]
CONSOLE_PAGES = ["/admin/", "/admin/officer/"]


@pytest.fixture
def staff(client, officer, rules, access):
    cache.clear()
    factory.grant(officer.user, Role.CITY_OFFICE, officer.unit.get_root())
    return client


def policy(answer) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.mark.parametrize("path", OFFICER_PAGES)
def test_our_own_pages_run_nothing_inline(staff, path):
    if path != "/accounts/login/":
        sign_in(staff, "T-XH-0173")
    answer = staff.get(path)
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert policy(answer)["frame-ancestors"] == "'none'"
    assert policy(answer)["default-src"] == "'none'"
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)


@pytest.mark.parametrize("path", CONSOLE_PAGES)
def test_the_console_may_start_its_widgets_but_not_evaluate_text(staff, path):
    sign_in(staff, "T-XH-0173")
    answer = staff.get(path)
    assert answer.status_code == 200
    assert policy(answer)["script-src"] == "'self' 'unsafe-inline'"
    assert "unsafe-eval" not in answer["Content-Security-Policy"]
    assert policy(answer)["frame-ancestors"] == "'self'"


@pytest.mark.parametrize("path", [*OFFICER_PAGES, *CONSOLE_PAGES])
def test_no_page_names_another_host(staff, path):
    if path != "/accounts/login/":
        sign_in(staff, "T-XH-0173")
    assert set(ADDRESS.findall(staff.get(path).text)) <= NO_CALLS


def test_other_protections_are_set(client):
    answer = client.get("/accounts/login/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"]
    assert answer.cookies["csrftoken"]["samesite"] == "Lax"
