"""One way in: right credentials, posted to every address there is, are heard at one."""

import uuid

import pytest
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db
# The last two are the console's icons and words, the same for everybody.
PUBLIC = {
    "/accounts/login/",
    "/healthz",
    "/verify/",
    "/verify/1/",
    "/sw.js",
    "/bases/",
    "/studios/",
    "/exams/receipts/",
    "/learn/offline/",
    "/classes/sign/offline/",
    "/admin/sprite/",
    "/admin/jsi18n/",
}
# Said to whoever asks, in a status of its own: the monitor has no account.
READINESS = "/readyz"
SAMPLES = ["1", "a", "SJ", "2026", str(uuid.UUID(int=1)), "MQ", "people", "officer", "0-a", "a/b", "a/"]


def patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern.regex.pattern).removeprefix("^").replace("^", "")
        if isinstance(entry, URLResolver):
            yield from patterns(entry, pattern)
        else:
            yield pattern, entry


def sample(pattern: str) -> str | None:
    """An address that leads to the pattern or to one that comes before it."""
    for template, names in normalize(pattern):
        for value in SAMPLES:
            path = "/" + template % dict.fromkeys(names, value)
            try:
                resolve(path)
            except Resolver404:
                continue
            return path
    return None


ADDRESSES = {pattern: sample(pattern) for pattern, _ in patterns(get_resolver())}
EXTRA = {"/django-admin/", "/django-admin/login/", "/admin/login/", "/_util/login/", "/_util/authenticate_with_password/1/1/",
         "/admin/password_reset/", "/admin/password_reset/confirm/MQ/a/", "/accounts/password/reset/"}  # fmt: skip
PATHS = sorted({path for path in ADDRESSES.values() if path} | EXTRA)


def test_every_address_has_a_sample():
    assert [pattern for pattern, path in ADDRESSES.items() if path is None] == []
    assert len(PATHS) > 100


def test_right_credentials_are_heard_at_one_door_only(officer, access):
    factory.grant(officer.user, Role.CITY_OFFICE, officer.unit)
    names = ("login", "username", "email", "user", "account")
    credentials = dict.fromkeys(names, "T-XH-0173") | {"password": factory.PASSWORD, "password1": factory.PASSWORD}
    heard = []
    for path in PATHS:
        cache.clear()
        client = Client(raise_request_exception=False)
        client.post(path, credentials)
        if get_user(client).is_authenticated:
            heard.append(path)
    assert heard == ["/accounts/login/"]


def test_nobody_unknown_reads_anything_that_is_not_public(officer, access):
    read = {path for path in PATHS if Client(raise_request_exception=False).get(path).status_code == 200}
    assert read - {READINESS} == PUBLIC


def test_a_page_with_a_password_field_is_seen_by_nobody_unknown_but_at_the_door(officer, access):
    pages = {path: Client(raise_request_exception=False).get(path) for path in PATHS}
    assert [path for path, page in pages.items() if b'type="password"' in page.content] == ["/accounts/login/"]
