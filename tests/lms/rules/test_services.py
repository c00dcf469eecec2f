from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from lms.audit.models import AuditEvent
from lms.rules.models import Rule, RuleVersion
from lms.rules.services import approve_version, discard_draft, draft_version
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(access, city):
    return factory.make_staff("CITY_OFFICE", city)


@pytest.fixture
def approver(access, city):
    return factory.make_staff("RULE_APPROVER", city)


def draft(actor, *, days=1, **fields):
    values = {"formula": {"hours_per_credit": "2"}, "source_note": "测试", **fields}
    day = timezone.localdate() + timedelta(days=days)
    return draft_version(Rule.objects.get(code="R02"), actor=actor, effective_from=day, **values)


def refused(code, service, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        service(*args, **kwargs)
    assert refusal.value.code == code


def test_a_draft_counts_nothing_until_approved(rules, drafter, approver):
    version = draft(drafter)
    day = version.effective_from
    assert RuleVersion.objects.in_force("R02", day).number == 1
    approve_version(version, actor=approver)
    assert RuleVersion.objects.in_force("R02", day).number == 2
    assert RuleVersion.objects.in_force("R02", day - timedelta(days=1)).number == 1
    actions = AuditEvent.objects.filter(action__startswith="rules.").order_by("pk").values_list("action", "actor")
    assert list(actions) == [("rules.draft", str(drafter)), ("rules.approve", str(approver))]


def test_the_drafter_cannot_approve(rules, drafter, city):
    factory.grant(drafter, "RULE_APPROVER", city)
    version = draft(drafter)
    refused("same_person", approve_version, version, actor=type(drafter).objects.get(pk=drafter.pk))


def test_the_database_refuses_the_drafter_too(rules, drafter):
    version = draft(drafter)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(checked_by=drafter, checked_at=timezone.now())


def test_only_an_approver_approves(rules, drafter):
    with pytest.raises(PermissionDenied):
        approve_version(draft(drafter), actor=factory.make_user())


def test_no_approval_for_a_day_gone(rules, drafter, approver):
    refused("retroactive", approve_version, draft(drafter, days=-1), actor=approver)


def test_one_version_a_day(rules, drafter, approver):
    first, second = draft(drafter), draft(drafter)
    approve_version(first, actor=approver)
    refused("same_day", approve_version, second, actor=approver)


def test_approved_versions_stay(rules, drafter, approver):
    version = approve_version(draft(drafter), actor=approver)
    refused("approved", discard_draft, version, actor=drafter)
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.filter(pk=version.pk).update(formula={"hours_per_credit": "1"})


def test_a_discarded_draft_leaves_its_trace(rules, drafter):
    version = draft(drafter)
    discard_draft(version, actor=drafter)
    assert not RuleVersion.objects.drafts().exists()
    assert AuditEvent.objects.get(action="rules.discard").detail["formula"] == {"hours_per_credit": "2"}
