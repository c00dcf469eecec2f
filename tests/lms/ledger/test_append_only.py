from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from lms.audit.models import AuditEvent
from lms.audit.services import record
from lms.ledger.models import Entry, ImportedRecord
from lms.ledger.services.corrections import carry_out, propose_correction
from lms.ledger.services.posting import post_entry, reverse_entry
from lms.rules.models import RuleVersion
from tests import factory
from tests.lms.ledger.test_posting import claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(rules, officer):
    record("test.made", actor="测试", target=officer)
    return post_entry(officer, claim())


@pytest.mark.parametrize("table", ["ledger_entry", "audit_auditevent", "ledger_importedrecord"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_the_database_refuses_change(entry, table, statement):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no deferred check
        cursor.execute(statement.format(table))


def test_an_approved_rule_version_stays(entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(pk=entry.rule_version_id).update(source_note="改写")


@pytest.mark.parametrize("model", [Entry, AuditEvent, ImportedRecord])
def test_orm_delete_is_refused_too(entry, model):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)


def test_reversing_twice_or_a_reversal_is_refused(entry):
    reversal = reverse_entry(entry, posted_by="测试", reason="记错")
    for row, code in ((entry, "already_reversed"), (reversal, "is_reversal")):
        with pytest.raises(ValidationError) as refusal:
            reverse_entry(row, posted_by="测试", reason="再来")
        assert refusal.value.code == code


def test_a_correction_by_hand_needs_two_people(access, entry, districts):
    maker, checker = (factory.make_staff("DISTRICT_OFFICE", districts["XH"]) for _ in range(2))
    correction = propose_correction(entry, actor=maker, reason="层级记错", evidence_note="签到表")
    assert Entry.objects.count() == 1
    with pytest.raises(ValidationError) as refusal:
        carry_out(correction, actor=maker)
    assert refusal.value.code == "same_person"
    assert Entry.objects.count() == 1
    with pytest.raises(PermissionDenied):
        carry_out(correction, actor=factory.make_staff("TEAM_CLERK", districts["XH-01"]))
    assert carry_out(correction, actor=checker).hours == Decimal("-1.00")


def test_a_reversal_frees_the_day_again(rules, officer):
    first = post_entry(officer, claim("a", rule="R07", layer="UNIT", quantity={"half_days": "2"}))
    assert post_entry(officer, claim("b", rule="R07", layer="UNIT", quantity={"half_days": "1"})).hours == 0
    reverse_entry(first, posted_by="测试", reason="记错")
    assert post_entry(officer, claim("c", rule="R07", layer="UNIT", quantity={"half_days": "1"})).hours == 4
