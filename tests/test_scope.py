"""No page of the console shows or touches a row of somebody else's district.

Generated over every viewset registered in Wagtail: a new one is covered the day it is registered, fails when its
model has no `visible_to` or no maker in tests/rows.py, and the power checks take the scope away to see the test go red.
"""

import csv
from functools import partial
from io import BytesIO, StringIO
from types import SimpleNamespace

import pytest
import wagtail.admin.urls  # noqa: F401 - fills the registry
from django.apps import apps
from django.contrib.admin.utils import quote
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.admin.viewsets import viewsets as registry
from wagtail.coreutils import resolve_model_string
from wagtail.snippets.models import get_snippet_models

from lms.kit.viewsets import ScopedViewSet
from lms.people.access import CONSOLE, ROLES, Role
from lms.people.models import OrgUnit
from lms.sheets.export import write_csv, write_xlsx
from tests import factory
from tests.rows import MAKERS

pytestmark = pytest.mark.django_db
HOUSES = ("lms", "courses", "exams", "instructors")
CLOSED = {"people.User"}  # the chooser Wagtail brings along


def is_ours(model) -> bool:
    return apps.get_app_config(model._meta.app_label).name.split(".")[0] in HOUSES


def model_of(viewset):
    return resolve_model_string(getattr(viewset, "model", None) or "auth.Group")


VIEWSETS = [
    viewset for viewset in registry.viewsets if is_ours(model_of(viewset)) and isinstance(viewset, ScopedViewSet)
]
CHOOSERS = [
    viewset for viewset in registry.viewsets if is_ours(model_of(viewset)) and viewset.name == "courseware_chooser"
]
OF_DISTRICTS = [
    viewset for viewset in VIEWSETS if getattr(viewset.model.objects.all(), "unit_lookup", "own") is not None
]
OF_NOBODY = [viewset for viewset in VIEWSETS if viewset not in OF_DISTRICTS]
each = partial(pytest.mark.parametrize, "viewset", ids=lambda viewset: viewset.model._meta.label)


def view_permission(model) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


@pytest.mark.parametrize("chooser", CHOOSERS, ids=lambda chooser: chooser.name)
def test_a_chooser_offers_what_its_user_may_see(chooser, console):
    c = console(chooser, Role.MARKER)
    for name, *args in (("choose",), ("choose_results",), ("chosen", c.ours.pk), ("chosen_multiple",)):
        assert is_refused(c.client.get(c.url(name, *args)))


def test_every_viewset_of_our_models_is_scoped():
    plain = {model_of(v)._meta.label for v in registry.viewsets if is_ours(model_of(v)) and v not in VIEWSETS}
    assert plain == CLOSED | {model_of(chooser)._meta.label for chooser in CHOOSERS}
    assert [model for model in get_snippet_models() if is_ours(model)] == []


@each(VIEWSETS)
def test_every_model_has_a_scope_and_a_maker(viewset):
    assert callable(getattr(viewset.model.objects, "visible_to", None))
    assert viewset.model in MAKERS


@each(VIEWSETS)
def test_a_row_of_a_list_leads_to_its_page(viewset, console):
    c = console(viewset, keeper(viewset))
    page = c.client.get(c.url("index"))
    first = page.context["object_list"][0]
    assert f'/{quote(first.pk)}/"' in page.content.decode()


def keeper(viewset) -> str:
    """The district's office, or for what it is not shown (questions) the first role that sees the model."""
    permission = view_permission(viewset.model)
    holders = [role for role in ROLES if permission in ROLES[role].permissions]
    return Role.DISTRICT_OFFICE if Role.DISTRICT_OFFICE in holders else holders[0]


def is_refused(response) -> bool:
    """Wagtail answers a missing permission by leading back to the console's first page."""
    to_home = response.status_code == 302 and response.url == reverse("wagtailadmin_home")
    return response.status_code == 403 or to_home


@pytest.fixture
def console(settings, access, rules, districts, client):
    """Two rows of a model, ours (PD) and theirs (XH), and somebody of PD signed in."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def open_for(viewset, role) -> SimpleNamespace:
        user = factory.make_staff(role, districts["PD"])
        client.force_login(user)
        make, url = MAKERS[viewset.model], partial(url_of, viewset)
        ours, theirs = make(districts["PD-01"]), make(districts["XH-01"])
        return SimpleNamespace(
            viewset=viewset, model=viewset.model, client=client, url=url, ours=ours, theirs=theirs,
            may_view=user.has_perm(view_permission(viewset.model)), foreign_unit=districts["XH-01"], user=user,
        )  # fmt: skip

    return open_for


def url_of(viewset, name: str, *args) -> str:
    return reverse(viewset.get_url_name(name), args=args)


def listed(response) -> set:
    return {row.pk for row in response.context["object_list"]}


def check_lists(c):
    for name in ("index", "index_results"):
        page = c.client.get(c.url(name))
        if not c.may_view:
            assert is_refused(page)
            continue
        assert c.ours.pk in listed(page)
        assert c.theirs.pk not in listed(page)
        for lookup in c.viewset.search_fields:
            found = c.client.get(c.url(name), {"q": text_at(c.theirs, lookup)})
            assert c.theirs.pk not in listed(found)
        found = c.client.get(c.url(name), {"unit": c.foreign_unit.pk})
        assert c.theirs.pk not in listed(found)


def text_at(row, lookup: str) -> str:
    for name in lookup.split("__"):
        row = getattr(row, name)
    return str(row)


def check_exports(c):
    page = c.client.get(c.url("index"))
    for suffix, one_line in (("csv", csv_rows), ("xlsx", xlsx_rows)):
        response = c.client.get(c.url("index"), {"export": suffix})
        if not c.may_view:
            assert is_refused(response)
            continue
        lines = one_line(b"".join(response.streaming_content))
        columns = page.context["view"].columns
        values = {
            row.pk: [column.get_value(row) for column in columns]
            for row in c.viewset.read(c.model.objects.filter(pk__in=[c.ours.pk, c.theirs.pk]))
        }
        as_sheet = partial(write_csv, []) if suffix == "csv" else partial(write_xlsx, "x", [])
        ours, theirs = (one_line(as_sheet([values[row.pk]]))[-1] for row in (c.ours, c.theirs))
        assert ours in lines
        assert theirs not in lines
        assert len(lines) == 1 + len(listed(page))


def csv_rows(content: bytes) -> list[tuple]:
    return [tuple(row) for row in csv.reader(StringIO(content.decode("utf-8-sig")))]


def xlsx_rows(content: bytes) -> list[tuple]:
    """Without the empty cells at the end of a row, which a sheet of one row does not have."""
    rows = load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return [tuple(row[: max((at for at, value in enumerate(row, 1) if value is not None), default=0)]) for row in rows]


def check_objects(c):
    seen = 0
    for pattern in c.viewset.get_urlpatterns():
        if "pk" not in pattern.pattern.converters:
            continue
        for method in ("get", "post"):
            before = stored(c.theirs)
            answer = getattr(c.client, method)(c.url(pattern.name, c.theirs.pk), {})
            own = c.client.get(c.url(pattern.name, c.ours.pk))
            assert answer.status_code == 404 or (is_refused(answer) and is_refused(own)), (pattern.name, method)
            assert stored(c.theirs) == before
            seen += own.status_code == 200
    assert seen or not c.may_view, "not even the own row can be opened"


def stored(row) -> dict:
    return type(row)._base_manager.filter(pk=row.pk).values().get()


def check_choices(c):
    """Filters and forms, of the own row too, offer nothing of theirs."""
    urls = [c.url("index")]
    for pattern in c.viewset.get_urlpatterns():
        args = [c.ours.pk] if "pk" in pattern.pattern.converters else []
        urls.append(c.url(pattern.name, *args))
    for url in urls:
        page = c.client.get(url)
        context = page.context or {}
        forms = [context.get("form"), getattr(context.get("filters"), "form", None)]
        for form in filter(None, forms):
            for field in form.fields.values():
                assert not offers_theirs(field, c), (url, field.label)


def offers_theirs(field, c) -> bool:
    queryset = getattr(field, "queryset", None)
    foreign = {OrgUnit: c.foreign_unit.pk, c.model: c.theirs.pk}
    return queryset is not None and queryset.filter(pk=foreign.get(queryset.model)).exists()


def check_side_doors(c):
    """Doors of Wagtail's that take a model and a row by name."""
    names = (c.model._meta.app_label, c.model._meta.model_name)
    deletion = c.client.post(f"/admin/bulk/{'/'.join(names)}/delete/", query_params={"id": c.theirs.pk})
    assert deletion.status_code == 404
    ping = c.client.post(reverse("wagtailadmin_editing_sessions:ping", args=(*names, c.theirs.pk, 1)))
    assert ping.status_code == 404 or is_refused(ping)
    assert c.client.get("/admin/reports/site-history/").status_code == 404


CHECKS = [check_lists, check_exports, check_objects, check_choices, check_side_doors]


@each(OF_DISTRICTS)
@pytest.mark.parametrize("who", ["keeper", Role.TEAM_CLERK])
def test_rows_of_another_district(viewset, who, console):
    c = console(viewset, keeper(viewset) if who == "keeper" else who)
    assert c.may_view or who != "keeper"
    for check in CHECKS:
        check(c)


@each(OF_DISTRICTS)
def test_power_without_the_scope_it_goes_red(viewset, console, monkeypatch):
    monkeypatch.setattr(type(viewset.model.objects.all()), "visible_to", lambda rows, user: rows.all())
    c = console(viewset, keeper(viewset))
    for check in (check_lists, check_exports, check_objects):
        with pytest.raises(AssertionError):
            check(c)


@each(OF_NOBODY)
def test_rows_of_no_district_need_the_permission(viewset, console):
    permission = view_permission(viewset.model)
    holder = next(role for role in ROLES if permission in ROLES[role].permissions)
    c = console(viewset, holder)
    assert listed(c.client.get(c.url("index")))
    assert c.client.get(c.url("inspect", c.ours.pk)).status_code == 200
    stranger = next(role for role in ROLES if CONSOLE in (held := ROLES[role].permissions) and permission not in held)
    c = console(viewset, stranger)
    for name, args in (("index", []), ("index_results", []), ("inspect", [c.ours.pk])):
        answer = c.client.get(c.url(name, *args))
        assert is_refused(answer) or answer.status_code == 404, name


@each(VIEWSETS)
def test_lists_cost_the_same_with_more_rows(viewset, console, districts):
    c = console(viewset, keeper(viewset))
    c.client.get(c.url("index"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        c.client.get(c.url("index"))
    for _ in range(10):
        MAKERS[viewset.model](districts["PD-01"])
    with CaptureQueriesContext(connection) as many:
        c.client.get(c.url("index"))
    assert len(many) == len(few)
    assert len(few) < 30


def test_accounts_and_groups_are_closed_to_every_role(console, districts, client):
    for role in ROLES:
        client.force_login(factory.make_staff(role, districts["PD"]))
        for door in ("users/", "users/new/", "groups/", "groups/new/", "bulk/people/user/delete/", "sites/"):
            for method in (client.get, client.post):
                assert method(f"/admin/{door}").status_code in {403, 404}, (role, door)
