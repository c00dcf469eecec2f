"""Officers who may apply, and certificates as far along as a test wants them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from exams.licences.machine import ENDED, HELD, UNDER_WAY
from exams.licences.models import Application, CancellationProposal, EnforcementCertificate, ExamProof
from exams.licences.services.applying import Wish, apply
from exams.licences.services.eligibility import assess_eligibility, certificate_of
from exams.licences.services.steps import Why, lock, step
from lms.ledger.services.claims import post_entries
from lms.ledger.services.posting import Claim
from lms.rules.models import RuleVersion
from tests import factory
from tests.exams.licences.exchange import make_results

_numbers = count(1)
SUBJECTS = ("GENERAL_LAW", "SPECIAL_LAW")


def give_hours(officers, hours=66) -> None:
    at = timezone.now()
    quantity = {"hours": str(hours), "credits": "26"}
    pairs = [
        (one, Claim("R00", f"test.hours:{one.pk}:{next(_numbers)}", "年度学习", "UNIT", at, quantity))
        for one in officers
    ]
    post_entries(pairs)


def give_passes(officers, subjects=SUBJECTS, **result):
    return {subject: make_results(officers, kind="QUALIFICATION", subject=subject, **result) for subject in subjects}


def make_fit(unit, how_many=1, **fields) -> list:
    """Officers who meet every condition for a first certificate."""
    officers = [factory.make_officer(unit, **fields) for _ in range(how_many)]
    give_hours(officers)
    give_passes(officers)
    return officers


def make_application(unit, *, actor=None) -> Application:
    [officer] = make_fit(unit)
    return apply(officer, Wish("测试区"), actor=actor or factory.make_user())


def make_eligible(unit) -> EnforcementCertificate:
    [officer] = make_fit(unit)
    assess_eligibility(certificate_of(officer))
    return certificate_of(officer)


def put(certificate: EnforcementCertificate, state: str, **fields) -> EnforcementCertificate:
    """In a state as if it had come there, with what that state has to have."""
    today = timezone.localdate()
    dated = {"number": f"测执{next(_numbers):06d}", "issued_on": today, "valid_from": today - timedelta(days=200)}
    values = {"valid_until": today + timedelta(days=100), "area": "测试区", **dated} if state in (*HELD, *ENDED) else {}
    ended = {"ended_on": today} if state in ENDED else {}
    EnforcementCertificate.objects.filter(pk=certificate.pk).update(state=state, **values | ended | fields)
    return EnforcementCertificate.objects.select_related("officer__unit").get(pk=certificate.pk)


def make_held(unit, state="ISSUED", officer=None, **fields) -> EnforcementCertificate:
    """Rests on a record from before this house."""
    officer = officer or factory.make_officer(unit)
    row = EnforcementCertificate.objects.create(officer=officer)
    ExamProof.objects.create(certificate=row, subject="GENERAL_LAW", note="以往记录", passed_on=timezone.localdate())
    row.transitions.create(
        verb="issue", from_state="SUBMITTED", to_state=state, actor="系统", effective_on=timezone.localdate()
    )
    return put(row, state, **fields)


def add_application(certificate: EnforcementCertificate, kind: str, state: str, **fields) -> Application:
    maker = fields.pop("made_by", None) or factory.make_user()
    rule = RuleVersion.objects.filter(rule__code="R54").first()
    about = {"area": "测试区", "rule_version": rule, "made_by": maker, **fields}
    return Application.objects.create(certificate=certificate, kind=kind, state=state, **about)


def at_state(certificate: EnforcementCertificate, state: str) -> tuple[EnforcementCertificate, Application]:
    """A certificate in a state, with its first application as far along as that."""
    certificate.proofs.get_or_create(subject="GENERAL_LAW", note="以往记录", passed_on=timezone.localdate())
    row = put(certificate, state)
    where = state if state in UNDER_WAY else "WITHDRAWN" if state in ("NOT_HELD", "ELIGIBLE") else "DONE"
    return row, add_application(row, "FIRST", where)


def make_transition(unit):
    row = make_held(unit)
    return step(lock(row), "fall_due", Why("系统", "将到期"))


def make_proposal(unit, **fields) -> CancellationProposal:
    about = {"cause": "MOVED", "note": "调离", "made_by": "系统", "evidence": f"test:{next(_numbers)}", **fields}
    return CancellationProposal.objects.create(certificate=make_held(unit), **about)
