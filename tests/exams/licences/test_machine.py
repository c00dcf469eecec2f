"""Every verb from every state: it leads where the table says, or is refused by code and changes nothing."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.licences.machine import APPLICATION, CERTIFICATE, ENDS, HELD, STARTS, VERBS, after
from exams.licences.models import Application, EnforcementCertificate
from exams.licences.services.applying import Wish, apply, withdraw
from exams.licences.services.ending import cancel, revoke
from exams.licences.services.issuing import Grant, issue, reissue, renew, submit
from exams.licences.services.renewing import mark_renewal_due
from exams.licences.services.reviewing import approve, return_application, review
from exams.licences.services.steps import VERBS as LABELS
from exams.licences.services.steps import Why, advance, lock, lock_application, step
from exams.licences.services.suspending import report_lost, resume, suspend
from tests import factory
from tests.exams.licences.factory import add_application, at_state, make_fit

State = EnforcementCertificate.State
STATES = tuple(State.values)


class UndoError(Exception):
    """Puts everything back between two states of one test."""


@pytest.fixture
def officer(rules, districts):
    return make_fit(districts["PD-01"])[0]


@pytest.fixture
def certificate(officer):
    return EnforcementCertificate.objects.create(officer=officer)


def test_the_table_speaks_of_the_states_there_are():
    named = {state for state, _ in CERTIFICATE} | set(CERTIFICATE.values())
    assert named == set(STATES)
    named = {state for state, _ in APPLICATION} | set(APPLICATION.values())
    assert named == set(Application.State.values)
    assert set(VERBS) | {verb for _, verb in APPLICATION} == set(LABELS)
    assert set(STARTS) == set(ENDS) == set(Application.Kind.values)


def test_what_has_ended_stays_ended():
    assert [after(CERTIFICATE, state, verb) for state in ("CANCELLED", "REVOKED") for verb in VERBS] == [
        None
    ] * 2 * len(VERBS)


def tried(act) -> tuple[str, object]:
    """The code of its refusal, or what it made."""
    try:
        with transaction.atomic():
            return "", act()
    except ValidationError as refusal:
        return refusal.code, None


def test_a_step_from_every_state(certificate):
    for verb, state in product(VERBS, STATES):
        expected = after(CERTIFICATE, state, verb)
        ended = {"ended_on": timezone.localdate()} if expected in ("CANCELLED", "REVOKED") else {}
        with pytest.raises(UndoError), transaction.atomic():
            row, _ = at_state(certificate, state)
            about = numbered(expected) | ended
            code, trace = tried(lambda: step(lock(row), verb, Why("系统", "理由"), **about))  # noqa: B023 - called at once
            now = EnforcementCertificate.objects.get(pk=row.pk).state
            assert (code, now) == (("", expected) if expected else ("not_allowed", state)), (verb, state)
            assert not trace or (trace.from_state, trace.to_state, trace.verb) == (state, expected, verb)
            raise UndoError


def numbered(state) -> dict:
    today = timezone.localdate()
    dates = {"issued_on": today, "valid_from": today, "valid_until": today + timedelta(days=9)}
    return {"number": "测执999", **dates} if state in HELD else {}


def grant() -> Grant:
    today = timezone.localdate()
    return Grant("测执000777", today, today)


WHY = Why("系统", "依据文件")
# By hand: what is called, and with which application (None: the one the certificate came with).
BY_HAND = {
    "apply": (lambda row, one: apply(row.officer, Wish("测试区", kind="FIRST"), actor=one.made_by), ""),
    "withdraw": (lambda row, one: withdraw(one, actor=one.made_by), ""),
    "review": (lambda row, one: review(one, actor=factory.make_user()), ""),
    "approve": (lambda row, one: approve(one, actor=factory.make_user()), ""),
    "return": (lambda row, one: return_application(one, actor="系统", fault="DATA"), ""),
    "submit": (lambda row, one: submit(one, actor="系统"), ""),
    "issue": (lambda row, one: issue(one, grant(), WHY), ""),
    "renew": (lambda row, one: renew(one, grant(), WHY), "RENEWAL"),
    "reissue": (lambda row, one: reissue(one, grant(), WHY), "REISSUE"),
    "fall_due": (lambda row, one: mark_renewal_due(row, timezone.localdate()), ""),
    "suspend": (lambda row, one: suspend(row, WHY), ""),
    "resume": (lambda row, one: resume(row, WHY), ""),
    "report_lost": (lambda row, one: report_lost(row, WHY), ""),
    "cancel": (lambda row, one: cancel(row, WHY), ""),
    "revoke": (lambda row, one: revoke(row, WHY), ""),
}


def test_a_service_from_every_state(certificate):
    for (verb, (act, kind)), state in product(BY_HAND.items(), STATES):
        expected = after(CERTIFICATE, state, verb)
        if verb == "apply" and state in ("NOT_HELD", "CANCELLED", "REVOKED"):
            continue  # assessed first, or of a new certificate: test_applying
        with pytest.raises(UndoError), transaction.atomic():
            row, application = at_state(certificate, state)
            if kind:
                Application.objects.filter(pk=application.pk).update(state="DONE")
                application = add_application(row, kind, "SUBMITTED")
            before = (row.transitions.count(), Application.objects.get(pk=application.pk).state)
            code, _ = tried(lambda: act(row, application))  # noqa: B023 - called at once
            now, trace = EnforcementCertificate.objects.get(pk=row.pk).state, row.transitions.first()
            if expected:
                assert (code, now) == ("", expected), (verb, state)
                assert (trace.from_state, trace.to_state, trace.effective_on) == (state, expected, timezone.localdate())
            else:
                assert code in ("not_allowed", "under_way"), (verb, state)
                after_it = (row.transitions.count(), Application.objects.get(pk=application.pk).state)
                assert (now, after_it) == (state, before), (verb, state)
            raise UndoError


@pytest.mark.parametrize("kind", ["RENEWAL", "REISSUE"])
def test_an_application_of_a_held_certificate_goes_by_itself(certificate, kind):
    """The certificate stays what it is until the new one is there."""
    row, _ = at_state(certificate, STARTS[kind])
    application = add_application(row, kind, "APPLIED")
    for verb, to in (("review", "UNIT_REVIEWED"), ("approve", "BUREAU_REVIEWED"), ("submit", "SUBMITTED")):
        advance(lock_application(application), verb, Why("系统"))
        application.refresh_from_db()
        assert application.state == to
        assert EnforcementCertificate.objects.get(pk=row.pk).state == STARTS[kind]


def test_nobody_handles_his_own(certificate, officer):
    row, _ = at_state(certificate, "ISSUED")
    for act in (suspend, cancel, revoke):
        with pytest.raises(ValidationError) as refusal:
            act(row, Why(officer.user, "理由"))
        assert refusal.value.code == "oneself"
    report_lost(row, Why(officer.user, "遗失"))


def test_a_step_still_to_come_is_refused(certificate):
    row, _ = at_state(certificate, "ISSUED")
    tomorrow = timezone.localdate() + timedelta(days=1)
    for act in (suspend, report_lost, cancel, revoke):
        with pytest.raises(ValidationError) as refusal:
            act(row, Why("系统", "理由", on=tomorrow))
        assert refusal.value.code == "future"
