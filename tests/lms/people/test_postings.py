from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from lms.audit.models import AuditEvent
from lms.ledger.models import Entry
from lms.ledger.services.posting import post_entry, unit_on
from lms.people.models import Officer
from lms.people.services.postings import transfer
from tests import factory
from tests.lms.ledger.test_posting import claim

pytestmark = pytest.mark.django_db


def test_a_transfer_moves_access_at_once_and_never_loses_hours(rules, access, districts, officer):
    entry = post_entry(officer, claim())
    old_office = factory.make_staff("DISTRICT_OFFICE", districts["XH"])
    new_office = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    transfer(officer, districts["PD-01"], actor=new_office, reason="交流")
    assert not Officer.objects.visible_to(old_office).filter(pk=officer.pk).exists()
    assert not Entry.objects.visible_to(old_office).exists()
    assert Entry.objects.visible_to(new_office).get() == entry
    assert entry.unit == districts["XH-01"]


def test_the_unit_of_a_past_day_stays(districts, officer):
    today = timezone.localdate()
    transfer(officer, districts["PD-01"], actor=officer.user, reason="交流")
    officer.refresh_from_db()
    assert unit_on(officer, today - timedelta(days=1)) == districts["XH-01"]
    assert unit_on(officer, today) == districts["PD-01"]
    assert AuditEvent.objects.get().detail["new"] == "PD-01"


@pytest.mark.parametrize(
    ("unit", "days", "code"),
    [("XH-01", 0, "same_unit"), ("PD-01", 1, "future"), ("PD-01", -20_000, "too_early")],
)
def test_refusals(districts, officer, unit, days, code):
    with pytest.raises(ValidationError) as refusal:
        transfer(
            officer, districts[unit], actor=officer.user, reason="交流", on=timezone.localdate() + timedelta(days=days)
        )
    assert refusal.value.code == code


def test_two_primary_postings_cannot_overlap(districts, officer):
    with pytest.raises(IntegrityError), transaction.atomic():
        officer.postings.create(unit=districts["PD-01"], during=DateRange(date(2026, 1, 1), None))


def test_when_the_audit_row_cannot_be_written_nothing_moves(districts, officer, monkeypatch):
    def refuse(*args, **kwargs):
        raise IntegrityError("audit")

    monkeypatch.setattr(AuditEvent, "save", refuse)
    with pytest.raises(IntegrityError), transaction.atomic():
        transfer(officer, districts["PD-01"], actor=officer.user, reason="交流")
    officer.refresh_from_db()
    assert officer.unit == districts["XH-01"]
    assert officer.postings.count() == 1


def test_a_street_sees_its_team_on_the_daily_line_only(access, city, districts, officer):
    street = factory.make_unit(city, "J-XH-01", kind="STREET")
    team = districts["XH-01"]
    team.daily_parent = street
    team.save()
    manager = factory.make_staff("STREET_MANAGER", street)
    factory.make_officer(districts["XH-02"])
    assert list(Officer.objects.visible_to(manager)) == [officer]
    assert not Entry.objects.visible_to(manager).exists()
