"""Appointments: by two persons, renewed and ended with a reason; bars that keep somebody from teaching."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from instructors.pool.models import Bar
from instructors.pool.services.appointments import (
    Offer,
    approve_appointment,
    end_appointment,
    instructor_of,
    propose_appointment,
    refuse_appointment,
    renew,
)
from instructors.pool.services.bars import Days, deposit_bar, resume, suspend, why_not
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.pool.factory import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def office(rules, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


def test_one_row_a_person_whatever_his_levels(office, districts, today):
    officer = factory.make_officer(districts["PD-01"])
    row = instructor_of(officer)
    for level in ("TEAM", "LEGAL"):
        propose_appointment(instructor_of(officer), Offer(level, districts["PD-01"], today), actor=office)
    assert row.appointments.count() == 2
    again = Offer("TEAM", districts["PD-01"], today + timedelta(days=30))
    assert refused(propose_appointment, row, again, actor=office) == "overlaps"


def test_what_may_not_be_proposed(office, districts, today):
    row, outsider = make_instructor(districts["PD"], level="TEAM"), make_instructor(districts["PD"])
    assert (
        refused(propose_appointment, row, Offer("EXTERNAL", districts["PD"], today), actor=office) == "level_of_person"
    )
    assert (
        refused(propose_appointment, outsider, Offer("CITY", districts["PD"], today), actor=office) == "level_of_person"
    )
    assert refused(propose_appointment, row, Offer("CITY", districts["PD"], today), actor=office) == "city_only"
    backwards = Offer("DISTRICT", districts["PD"], today, today - timedelta(days=1))
    assert refused(propose_appointment, row, backwards, actor=office) == "dates"


def test_a_proposal_sent_back_leaves_room_for_another(office, districts, today):
    row = instructor_of(factory.make_officer(districts["PD"]))
    offer = Offer("DISTRICT", districts["PD"], today)
    first = propose_appointment(row, offer, actor=office)
    refuse_appointment(first, actor=factory.make_user(), reason="材料不全")
    assert refused(approve_appointment, first, actor=factory.make_user()) == "refused"
    second = approve_appointment(propose_appointment(row, offer, actor=office), actor=factory.make_user())
    assert row.is_active_on(today)
    assert refused(refuse_appointment, second, actor=office, reason="") == "answered"


def test_the_end_is_the_last_day_and_has_a_reason(office, districts, today):
    row = make_instructor(districts["PD"], level="DISTRICT")
    held = row.appointments.get()
    assert refused(end_appointment, held, actor=row.officer.user, on=today, end_reason="OTHER") == "oneself"
    assert refused(end_appointment, held, actor=office, on=date(2019, 1, 1), end_reason="OTHER") == "outside_term"
    end_appointment(held, actor=office, on=today, end_reason="MOVED", note="调往外省")
    assert [row.is_active_on(today + timedelta(days=step)) for step in (0, 1)] == [True, False]
    assert refused(end_appointment, held, actor=office, on=today, end_reason="OTHER") == "not_in_force"
    assert AuditEvent.objects.filter(action="pool.end_appointment", detail__reason="MOVED").exists()


def test_a_renewal_follows_the_day_after_and_needs_the_second_person(office, districts, today):
    row = make_instructor(districts["PD"], level="DISTRICT", until_on=today)
    following = renew(row.appointments.get(), actor=office)
    assert (following.from_on, following.is_checked) == (today + timedelta(days=1), False)
    assert not row.is_active_on(today + timedelta(days=1))
    approve_appointment(following, actor=factory.make_user())
    assert row.is_active_on(today + timedelta(days=1))
    assert refused(renew, following.renews, actor=office) == "renewed"


def test_suspended_and_back(office, districts, today):
    row, outsider = make_instructor(districts["PD"], level="DISTRICT"), make_instructor(districts["PD"])
    for one in (row, outsider):
        suspend(one, actor=office, from_on=today, reason="核查")
        assert refused(suspend, one, actor=office, from_on=today, reason="核查") == "already_suspended"
        assert "核查" in why_not(one, today)
        resume(one, actor=office, on=today + timedelta(days=2))
        found = [one.is_active_on(today + timedelta(days=step)) for step in (-1, 0, 1, 2)]
        assert found == [True, False, False, True]
    assert refused(suspend, row, actor=row.officer.user, from_on=today, reason="") == "oneself"
    assert refused(resume, row, actor=office, on=today + timedelta(days=9)) == "not_suspended"


def test_a_certificates_bar_is_deposited_once_and_put_right(districts, today):
    officer = factory.make_officer(districts["PD"])
    for end in (None, today):
        deposit_bar(officer, "CERTIFICATE", "licence:7", Days(today, end), reason="暂扣")
    bar = Bar.objects.get()
    assert (bar.from_on, bar.until_on) == (today, today)
    row = make_instructor(districts["PD"], level="TEAM", officer=officer)
    assert not row.is_active_on(today)
