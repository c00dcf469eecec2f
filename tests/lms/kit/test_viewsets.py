"""What ScopedViewSet does beyond hiding rows; tests/test_scope.py covers the hiding."""

from io import BytesIO

import pytest
from django.template import Context, Template
from django.urls import reverse
from openpyxl import load_workbook

from lms.audit.models import AuditEvent
from lms.ledger.models import Correction, Entry
from lms.people.access import Role
from lms.people.models import Officer, OrgUnit, RoleGrant
from tests import factory, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings, access, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    client.force_login(user)
    return user


@pytest.fixture
def member(districts):
    return factory.make_officer(districts["PD-01"], "T-PD-0007", name="张三")


def errors_of(response) -> set:
    return {error.code for error in response.context["form"].non_field_errors().as_data()}


def transfer(client, officer, unit, **fields):
    fields = {"unit": unit.pk, "on": "", "reason": "工作需要", **fields}
    return client.post(reverse("officer:transfer", args=[officer.pk]), fields)


def test_an_action_calls_its_service_and_is_audited(office, member, districts, client):
    assert transfer(client, member, districts["PD-02"]).url == reverse("officer:index")
    member.refresh_from_db()
    assert member.unit == districts["PD-02"]
    assert AuditEvent.objects.get(action="people.transfer").actor == str(office)


def test_an_action_shows_a_refusal_as_a_form_error(office, member, districts, client):
    refused = transfer(client, member, districts["PD-01"])
    assert (refused.status_code, errors_of(refused)) == (200, {"same_unit"})


def test_an_action_offers_no_unit_of_another_district(office, member, districts, client):
    refused = transfer(client, member, districts["XH-01"])
    assert refused.context["form"].errors.as_data()["unit"][0].code == "invalid_choice"
    member.refresh_from_db()
    assert member.unit == districts["PD-01"]


def test_sight_from_one_role_does_not_carry_the_right_of_another(office, districts, client):
    """An office of PD who is a clerk in XH sees XH's people and may neither move nor edit them."""
    factory.grant(office, Role.TEAM_CLERK, districts["XH-01"])
    theirs = factory.make_officer(districts["XH-01"])
    assert client.get(reverse("officer:inspect", args=[theirs.pk])).status_code == 200
    for name in ("officer:transfer", "officer:edit"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_an_edit_is_audited_with_what_changed(office, member, client):
    values = {"rank": "CHIEF_1", "status": "SERVING", "sex": "M", "source": "RECRUITED", "entered_on": "2015-07-01"}
    assert client.post(reverse("officer:edit", args=[member.pk]), values).status_code == 302
    event = AuditEvent.objects.get(action="people.change_officer")
    assert event.detail == {"changed": {"rank": ["", "CHIEF_1"]}}


def test_an_edit_whose_audit_cannot_be_written_fails(office, member, client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("lms.kit.viewsets.record", broken)
    values = {"rank": "CHIEF_1", "status": "SERVING", "sex": "M", "source": "RECRUITED"}
    with pytest.raises(RuntimeError):
        client.post(reverse("officer:edit", args=[member.pk]), values)
    assert Officer.objects.get(pk=member.pk).rank == ""


def test_a_role_is_proposed_by_one_and_granted_by_another(office, member, districts, city, client):
    form = {"username": "T-PD-0007", "role": "TEAM_CLERK", "unit": districts["PD-01"].pk, "reason": "新任"}
    assert client.post(reverse("rolegrant:add"), form).status_code == 302
    proposed = RoleGrant.objects.get(user=member.user)
    approve = reverse("rolegrant:approve", args=[proposed.pk])
    client.post(approve)
    assert not RoleGrant.objects.get(pk=proposed.pk).is_checked
    client.force_login(factory.make_staff(Role.SECURITY_ADMIN, city))
    client.post(approve)
    assert RoleGrant.objects.get(pk=proposed.pk).is_checked
    client.post(reverse("rolegrant:end", args=[proposed.pk]), {"reason": "离任"})
    assert RoleGrant.objects.get(pk=proposed.pk).ended_at


def test_a_service_that_refuses_while_saving_is_no_server_error(office, member, districts, client, monkeypatch):
    form = {"username": "T-PD-0007", "role": "TEAM_CLERK", "unit": districts["PD-01"].pk, "reason": "新任"}
    client.post(reverse("rolegrant:add"), form)
    again = client.post(reverse("rolegrant:add"), form)
    assert (again.status_code, RoleGrant.objects.filter(user=member.user).count()) == (200, 1)
    assert errors_of(again)


def test_a_correction_takes_two(office, rules, districts, client):
    entry = rows.make_entry(districts["PD-01"])
    client.post(reverse("entry:correct", args=[entry.pk]), {"reason": "重复", "evidence_note": "签到表"})
    correction = Correction.objects.get(entry=entry)
    carry_out = reverse("correction:carry-out", args=[correction.pk])
    assert errors_of(client.post(carry_out)) == {"same_person"}
    assert not Entry.objects.filter(reverses=entry).exists()
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert client.post(carry_out).status_code == 302
    assert Entry.objects.get(reverses=entry).hours == -entry.hours


def test_facts_have_no_page_that_changes_them(office, rules, districts, client):
    entry = rows.make_entry(districts["PD-01"])
    for view in ("edit", "delete", "copy", "usage"):
        for method in (client.get, client.post):
            assert method(f"/admin/entry/{view}/{entry.pk}/").status_code == 404
    assert client.get("/admin/entry/new/").status_code == 404


def test_an_export_is_what_the_list_shows(office, member, districts, client):
    factory.make_officer(districts["PD-02"], "T-PD-0008", name="李四")
    query = {"q": "张三", "unit": districts["PD-01"].pk, "export": "xlsx"}
    response = client.get(reverse("officer:index"), query)
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    table = list(sheet.iter_rows(values_only=True))
    assert [len(table), table[0][:3], table[1][:2]] == [2, ("姓名", "人员编号", "单位"), ("张三", "T-PD-0007")]


def test_an_export_too_long_is_refused(office, member, client, monkeypatch):
    monkeypatch.setattr("lms.kit.viewsets.EXPORT_ROWS", 0)
    assert client.get(reverse("officer:index"), {"export": "csv"}).status_code == 302


def test_a_unit_is_added_under_a_chosen_parent(office, districts, city, client):
    form = {"parent": districts["PD"].pk, "code": "PD-09", "name": "浦东第九中队", "kind": "TEAM"}
    client.post(reverse("orgunit:add"), form)
    assert not OrgUnit.objects.filter(code="PD-09").exists()
    client.force_login(factory.make_staff(Role.CITY_OFFICE, city))
    client.post(reverse("orgunit:add"), form)
    assert OrgUnit.objects.get(code="PD-09").get_parent() == districts["PD"]


@pytest.mark.parametrize(("role", "sees"), [(Role.MARKER, False), (Role.EXAM_SETTER, False), (Role.HR, True)])
def test_the_menu_shows_what_a_role_may_open(role, sees, office, districts, client):
    client.force_login(factory.make_staff(role, districts["PD"]))
    page = client.get(reverse("wagtailadmin_home"), follow=True).content.decode()
    assert ("/admin/officer/" in page) is sees
    assert "/admin/users/" not in page


def test_numbers_are_grouped_by_thousands():
    assert Template("{% load humanize %}{{ count|intcomma }}人").render(Context({"count": 8159})) == "8,159人"
