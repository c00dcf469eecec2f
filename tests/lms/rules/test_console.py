"""Rules in the console: read by every duty, drafted field by field by the city office, approved by somebody else."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from lms.audit.models import AuditEvent
from lms.ledger.models import Obligation
from lms.ledger.services.posting import Claim, post_entry
from lms.rules.forms import DraftForm
from lms.rules.models import Regulation, Rule, RuleVersion, YearLabel
from tests import factory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 6, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def console(settings, access, rules):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def drafter(city):
    return factory.make_staff("CITY_OFFICE", city)


@pytest.fixture
def approver(city):
    return factory.make_staff("RULE_APPROVER", city)


def rule(code) -> Rule:
    return Rule.objects.get(code=code)


def fields(code, **changes) -> dict:
    """What the browser sends when the form is left as it was filled in, but for some fields."""
    base = RuleVersion.objects.in_force(code, date(2026, 6, 20))
    form = DraftForm(rule(code), base)
    parts = [form.about, *form.caps]
    if hasattr(form.formula, "steps"):
        parts += [*form.formula.steps, *(form.formula.bonus or [])]
    else:
        parts.append(form.formula)
    sent = {}
    for part in parts:
        for bound in part:
            value = bound.value()
            if value not in (None, "", False):
                sent[bound.html_name] = "on" if value is True else str(getattr(value, "pk", value))
    return sent | {"source_note": "市局2026年会议纪要"} | changes


def post_draft(client, code, **changes):
    return client.post(reverse("rule:draft", args=[rule(code).pk]), fields(code, **changes))


def test_an_unchanged_form_drafts_the_same_rule(client, drafter):
    client.force_login(drafter)
    for one in Rule.objects.all():
        assert client.get(reverse("rule:draft", args=[one.pk])).status_code == 200
        assert post_draft(client, one.code).status_code == 302, one
        old, new = one.versions.order_by("number")
        for name in ("formula", "caps", "population", "activities", "counts_hours", "counts_credits"):
            assert getattr(new, name) == getattr(old, name), (one, name)
        assert (new.made_by, new.effective_from) == (drafter, date(2026, 6, 21))


@pytest.mark.parametrize(
    ("code", "sent", "formula"),
    [
        ("R02", {"formula-hours_per_credit": "2"}, {"hours_per_credit": "2"}),
        ("R01", {"formula-hours": "70"}, {"hours": "70", "credits": "24"}),
        ("R22", {"formula-quiet_from": "21:30"}, "21:30"),
        ("R21", {"formula-enabled": "1"}, "1"),
    ],
)
def test_each_shape_can_be_changed(client, drafter, code, sent, formula):
    client.force_login(drafter)
    assert post_draft(client, code, **sent).status_code == 302
    found = rule(code).versions.get(number=2).formula
    assert (found["items"][0]["value"] if "items" in found else found) == formula


def test_a_step_is_added_and_put_in_order(client, drafter):
    client.force_login(drafter)
    post_draft(client, "R05", **{"step-3-above": "60", "step-3-inclusive": "on", "step-3-hours": "1.5"})
    steps = rule("R05").versions.get(number=2).formula["steps"]
    assert [step["above"] for step in steps] == ["60", "30", "15", "0"]


def test_a_blank_row_is_gone(client, drafter):
    client.force_login(drafter)
    post_draft(client, "R22", **{"cap-1-per": "", "cap-1-layer": "", "cap-1-hours": ""})
    assert rule("R22").versions.get(number=2).caps == [{"per": "day", "hours": "8"}]


@pytest.mark.parametrize(
    ("code", "sent", "part", "field"),
    [
        ("R02", {"formula-hours_per_credit": "two"}, "formula", "hours_per_credit"),
        ("R02", {"source_note": ""}, "about", "source_note"),
        ("R02", {"effective_from": "tomorrow"}, "about", "effective_from"),
        ("R01", {"formula-hours": ""}, "formula", "hours"),
        ("R26", {"formula-basic": "-1"}, "formula", "basic"),
        ("R22", {"formula-quiet_from": "25:00"}, "formula", "quiet_from"),
    ],
)
def test_errors_name_the_field(client, drafter, code, sent, part, field):
    client.force_login(drafter)
    answer = post_draft(client, code, **sent)
    assert answer.status_code == 200
    assert list(getattr(answer.context["form"], part).errors) == [field]
    assert not RuleVersion.objects.drafts().exists()


def test_errors_in_a_table_name_the_cell(client, drafter):
    client.force_login(drafter)
    answer = post_draft(client, "R05", **{"step-0-hours": "", "cap-0-hours": "3"})
    form = answer.context["form"]
    assert (list(form.formula.steps.forms[0].errors), list(form.caps.forms[0].errors)) == (["hours"], ["per"])


def test_what_no_field_can_refuse_is_refused_on_the_page(client, drafter):
    client.force_login(drafter)
    answer = post_draft(client, "R05", **{"cap-0-per": "event", "cap-0-credits": "3"})
    assert answer.context["refusals"]
    assert not RuleVersion.objects.drafts().exists()


def lesson(officer, number, day):
    at = datetime(2026, 6, day, 8, tzinfo=SHANGHAI)
    return post_entry(officer, Claim("R05", f"lesson:{number}", "课程", "ONLINE", at, {"minutes": 45}))


def test_a_value_changed_in_the_console_changes_the_next_posting_only(client, drafter, approver, officer):
    before = lesson(officer, 1, 19)
    client.force_login(drafter)
    post_draft(client, "R02", **{"formula-hours_per_credit": "2", "effective_from": "2026-06-21"})
    draft = RuleVersion.objects.drafts().get()
    waiting = lesson(officer, 2, 22)
    client.force_login(approver)
    assert client.post(reverse("ruleversion:approve", args=[draft.pk])).status_code == 302
    same_day, after = lesson(officer, 3, 20), lesson(officer, 4, 23)
    assert [row.credits for row in (before, waiting, same_day, after)] == [
        Decimal(x) for x in ("0.4", "0.4", "0.4", "0.5")
    ]
    before.refresh_from_db()
    assert before.credits == Decimal("0.4")


def test_the_drafter_cannot_approve_in_the_console(client, drafter, city):
    factory.grant(drafter, "RULE_APPROVER", city)
    client.force_login(drafter)
    post_draft(client, "R02", **{"formula-hours_per_credit": "2"})
    draft = RuleVersion.objects.drafts().get()
    answer = client.post(reverse("ruleversion:approve", args=[draft.pk]))
    assert answer.status_code == 200
    assert [error.code for error in answer.context["form"].non_field_errors().as_data()] == ["same_person"]
    assert RuleVersion.objects.drafts().exists()


@pytest.mark.parametrize("role", ["DISTRICT_OFFICE", "RULE_APPROVER", "FINANCE", "AUDITOR"])
def test_only_the_city_office_drafts(client, city, role):
    client.force_login(factory.make_staff(role, city))
    assert client.get(reverse("rule:inspect", args=[rule("R02").pk])).status_code == 200
    post_draft(client, "R02", **{"formula-hours_per_credit": "2"})
    assert not RuleVersion.objects.drafts().exists()


@pytest.mark.parametrize("role", ["DISTRICT_OFFICE", "CITY_OFFICE", "AUDITOR"])
def test_only_the_approver_approves(client, drafter, city, role):
    client.force_login(drafter)
    post_draft(client, "R02", **{"formula-hours_per_credit": "2"})
    draft = RuleVersion.objects.drafts().get()
    client.force_login(factory.make_staff(role, city))
    client.post(reverse("ruleversion:approve", args=[draft.pk]))
    assert RuleVersion.objects.drafts().exists()


def test_rules_are_hidden_from_who_holds_no_such_duty(client, city):
    client.force_login(factory.make_staff("SECURITY_ADMIN", city))
    for name, args in (("rule:index", []), ("rule:inspect", [rule("R02").pk]), ("ruleversion:index", [])):
        assert client.get(reverse(name, args=args)).status_code != 200


def test_list_filters_and_export(client, drafter):
    client.force_login(drafter)
    for query, codes in (
        ("q=折算学分", {"R02"}),
        ("shape=linear", {"R02"}),
        ("source=SEED&is_confirmed=False", {"R37", "R42"}),
    ):
        page = client.get(reverse("rule:index") + f"?{query}")
        assert {row.code for row in page.context["object_list"]} == codes, query
    exported = client.get(reverse("rule:index") + "?export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(exported.streaming_content))).active
    assert sheet.max_row == Rule.objects.count() + 1
    assert "60.00学时 24.0学分" in [cell.value for cell in sheet[3]]


def test_the_list_costs_the_same_with_more_rules(client, drafter):
    client.force_login(drafter)
    client.get(reverse("rule:index"))
    costs = []
    for query in ("q=R02", ""):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("rule:index") + f"?{query}")
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 1


def test_a_rules_page_costs_the_same_with_more_versions(client, drafter):
    client.force_login(drafter)
    client.get(reverse("rule:inspect", args=[rule("R02").pk]))
    costs = []
    for drafts in (1, 10):
        for number in range(drafts):
            day = NOW.date() + timedelta(days=len(costs) * 20 + number + 1)
            post_draft(client, "R02", effective_from=str(day))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("rule:inspect", args=[rule("R02").pk]))
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.fixture
def draft(client, drafter, officer, districts):
    lesson(officer, 1, 19)
    lesson(factory.make_officer(districts["PD-01"]), 2, 19)
    client.force_login(drafter)
    post_draft(client, "R02", **{"formula-hours_per_credit": "2"})
    return RuleVersion.objects.drafts().get()


def look(client, draft, user, query=""):
    client.force_login(user)
    return client.get(reverse("ruleversion:inspect", args=[draft.pk]) + query)


def test_the_drafts_page_shows_who_changes(client, draft, drafter, districts):
    assert len(look(client, draft, drafter).context["rows"]) == 2
    office = factory.make_staff("DISTRICT_OFFICE", districts["XH"])
    assert [row.staff_no for row in look(client, draft, office).context["rows"]] == ["T-XH-0173"]
    assert look(client, draft, drafter, "?span=effective").context["preview"].changes == []


def test_the_approver_sees_numbers_without_names(client, draft, approver):
    page = look(client, draft, approver)
    assert (len(page.context["preview"].changes), page.context["rows"]) == (2, [])
    assert "T-XH-0173" not in page.content.decode()
    assert look(client, draft, approver, "?export=xlsx")["Content-Type"].startswith("text/html")


def test_who_sees_no_ledger_sees_no_preview(client, draft, city):
    page = look(client, draft, factory.make_staff("FINANCE", city))
    assert page.context["preview"].seen == 0


def test_preview_is_sorted(client, draft, drafter):
    for order in ("officer", "unit", "-hours", "-credits", "met", "size", "nonsense", "-"):
        assert len(look(client, draft, drafter, f"?order={order}").context["rows"]) == 2


def test_preview_is_exported(client, draft, drafter):
    answer = look(client, draft, drafter, "?export=xlsx")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    assert sheet.max_row == 3
    assert [cell.value for cell in sheet[2]][8] == 0.1


def test_an_approved_version_has_no_preview(client, drafter):
    client.force_login(drafter)
    page = client.get(reverse("ruleversion:inspect", args=[RuleVersion.objects.get(rule__code="R05").pk]))
    assert "preview" not in page.context
    assert Obligation.objects.count() == 0


def test_discarding_a_draft(client, draft, drafter):
    client.force_login(drafter)
    client.post(reverse("ruleversion:discard", args=[draft.pk]))
    assert not RuleVersion.objects.drafts().exists()


@pytest.mark.parametrize("model", [RuleVersion, Rule])
def test_no_version_is_edited_or_deleted_by_wagtails_own_pages(client, drafter, model):
    client.force_login(drafter)
    before = RuleVersion.objects.count()
    row = model.objects.first()
    for name in ("edit", "delete"):
        answer = client.post(f"/admin/{model._meta.model_name}/{name}/{row.pk}/", {"source_note": "x"})
        assert answer.status_code == 404
    assert RuleVersion.objects.count() == before


def test_registers_are_edited_and_audited(client, drafter):
    client.force_login(drafter)
    client.post(reverse("regulation:add"), {"title": "测试办法", "number": "2026年第1号"})
    regulation = Regulation.objects.get(title="测试办法")
    label = {"code_list": "LAYER", "code": "TEAM", "from_year": "2027", "label": "中队训练"}
    client.post(reverse("yearlabel:add"), label)
    assert YearLabel.objects.filter(label="中队训练").exists()
    client.post(reverse("regulation:edit", args=[regulation.pk]), {"title": "测试办法（修订）"})
    actions = AuditEvent.objects.filter(target__startswith="rules.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["rules.add_regulation", "rules.add_yearlabel", "rules.change_regulation"]


def test_a_label_belongs_to_its_list(client, drafter):
    client.force_login(drafter)
    wrong = {"code_list": "KIND", "code": "TEAM", "from_year": "2027", "label": "中队训练"}
    assert client.post(reverse("yearlabel:add"), wrong).status_code == 200
    assert not YearLabel.objects.filter(label="中队训练").exists()
