import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection
from wagtail.models import Collection, Locale, Page, Site

from lms.certificates.seal import make_key
from lms.certificates.services.designs import install_first_design
from tests import factory

SHARED = Path(os.environ.get("SHARED_FIXTURES", Path(__file__).resolve().parents[2] / "shared" / "fixtures"))


# What migrations leave behind and every test finds again.
KEPT = {"auth_permission", "django_content_type"}


@pytest.fixture(scope="session", autouse=True)
def flush_only_what_was_written():
    """Tests that commit are cleaned up table by table where there are rows: TRUNCATE of all, and making every
    permission again, took a second and more each. As a replica, past the triggers that refuse it to everybody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


def sql_flush(operations, style, tables, **options):
    tables = [operations.quote_name(one) for one in tables if one not in KEPT]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{one}' FROM {one} LIMIT 1)" for one in tables))
        written = [one for (one,) in cursor.fetchall()]
    return (
        ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {one}" for one in written)] if written else []
    )


@pytest.fixture
def shared():
    """Third-party files by path; a clone without them skips, and says so."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared fixtures at {SHARED}")
    return SHARED


@pytest.fixture
def rules(db):
    """The default rules in force."""
    call_command("load_rules", verbosity=0)


@pytest.fixture
def design(db, settings):
    """What certificates are printed by, and the key they are signed with."""
    make_key(Path(settings.SEAL_FOLDER))
    return install_first_design(factory.make_user(), factory.make_user())


@pytest.fixture
def access(db):
    """Groups and permissions of every role, on a site that has a root page and collection."""
    if not Page.objects.exists():
        locale, _ = Locale.objects.get_or_create(language_code="zh-hans")
        root = Page.add_root(title="Root", slug="root", locale=locale)
        Site.objects.get_or_create(hostname="localhost", defaults={"root_page": root, "is_default_site": True})
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    call_command("sync_access", verbosity=0)


@pytest.fixture
def city(db):
    return factory.make_city()


@pytest.fixture
def districts(city):
    """Two districts with two teams each, as {code: unit}."""
    units = {}
    for code in ("PD", "XH"):
        units[code] = factory.make_district(city, code)
        for number in (1, 2):
            units[f"{code}-0{number}"] = factory.make_unit(units[code], f"{code}-0{number}")
    return units


@pytest.fixture
def officer(districts):
    return factory.make_officer(districts["XH-01"], "T-XH-0173", name="测试员·徐汇·0173", password=factory.PASSWORD)
