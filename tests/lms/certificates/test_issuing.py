from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from lms.audit.models import AuditEvent
from lms.certificates import paper, wording
from lms.certificates.models import Certificate, CertificateCounter, CertificateDocument
from lms.certificates.services.designs import approve_design, draft_design
from lms.certificates.services.issuing import document_of, issue, new_code
from lms.people.access import Role
from tests import factory
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db


def refusal(act) -> str:
    with pytest.raises(ValidationError) as refused:
        act()
    error = refused.value
    return error.code if hasattr(error, "code") else next(iter(error.error_dict.values()))[0].code


def test_an_entitlement_gives_one_certificate_however_often_it_is_asked_for(design, officer):
    first = issue(merit_of(officer), actor=officer.user)
    again = issue(merit_of(officer), actor=officer.user)
    assert first == again
    assert (first.serial, first.number.endswith("000001号"), first.state) == (1, True, "VALID")
    assert first.snapshot["name"] == officer.name
    assert AuditEvent.objects.filter(action="certificates.issue").count() == 1
    assert document_of(first) == document_of(again)


def test_nothing_but_a_checked_entitlement_is_certified(design, officer):
    officer.education = "未学完"
    officer.save()
    assert refusal(lambda: issue(merit_of(officer), actor=officer.user)) == "not_earned"
    assert refusal(lambda: issue("tests.nothing:1", actor=officer.user)) == "unknown_entitlement"
    assert not CertificateCounter.objects.filter(last__gt=0).exists()


def test_without_an_approved_design_nothing_is_issued(officer):
    assert refusal(lambda: issue(merit_of(officer), actor=officer.user)) == "no_design"


def test_numbers_run_on_within_a_year_and_begin_anew_with_the_next(design, districts):
    officers = [factory.make_officer(districts["XH-01"]) for _ in range(3)]
    with time_machine.travel("2026-12-31 23:59:30 +0800", tick=False):
        numbers = [issue(merit_of(one), actor="甲").number for one in officers[:2]]
    with time_machine.travel("2027-01-01 00:00:10 +0800", tick=False):
        numbers.append(issue(merit_of(officers[2]), actor="甲").number)
    assert [number[-13:] for number in numbers] == ["〔2026〕000001号", "〔2026〕000002号", "〔2027〕000001号"]


def test_a_name_the_fonts_lack_is_held_without_a_number(design, districts):
    officer = factory.make_officer(districts["XH-01"], name="张𠮷㛃")
    with pytest.raises(ValidationError) as held:
        issue(merit_of(officer), actor=officer.user)
    assert held.value.code == "missing_glyph"
    assert "𠮷" in held.value.message
    assert "U+20BB7" in held.value.message
    assert not CertificateCounter.objects.filter(last__gt=0).exists()
    printable = factory.make_officer(districts["XH-01"], name="张㛃")
    assert issue(merit_of(printable), actor="甲").serial == 1


def test_a_text_longer_than_the_sheet_is_held(design, officer, monkeypatch):
    monkeypatch.setattr(wording, "LONGEST", 40)
    assert refusal(lambda: issue(merit_of(officer), actor="甲")) == "too_long"


def test_a_code_has_128_bits_in_26_characters():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {26}


def test_validity_is_counted_in_months_to_the_last_day_of_a_shorter_one(access, design, officer):
    later = draft_design("COMPLETION", actor=factory.make_user(), **texts(design, valid_months=6))
    checker = factory.make_staff(Role.CITY_OFFICE, officer.unit.get_root())
    approve_design(later, actor=checker)
    with time_machine.travel("2026-08-31 12:00 +0800", tick=False):
        certificate = issue(merit_of(officer), actor="甲")
        assert (certificate.expires_on, certificate.standing) == (date(2027, 2, 28), "VALID")
    with time_machine.travel("2027-03-01 12:00 +0800", tick=False):
        assert certificate.standing == "LAPSED"
        assert list(Certificate.objects.lapsed()) == [certificate]
        assert not Certificate.objects.valid().exists()


def texts(design, **changed) -> dict:
    kept = {name: getattr(design, name) for name in (*design.TEXTS, "valid_months")}
    return kept | {"note": "修改"} | changed


def test_a_new_design_changes_no_issued_certificate(access, design, officer, districts):
    certificate = issue(merit_of(officer), actor="甲")
    before = document_of(certificate).sha256
    later = draft_design("COMPLETION", actor=factory.make_user(), **texts(design, issuer="另一单位", title="培训证书"))
    other = factory.make_officer(districts["XH-01"])
    assert issue(merit_of(other), actor="甲").design == design
    checker = factory.make_staff(Role.CITY_OFFICE, officer.unit.get_root())
    approve_design(later, actor=checker)
    third = factory.make_officer(districts["XH-01"])
    assert issue(merit_of(third), actor="甲").design == later
    certificate.refresh_from_db()
    document = document_of(certificate)
    assert (document.sha256, certificate.design) == (before, design)
    assert paper.digest(bytes(document.content)) == before


def test_a_design_needs_another_person_and_the_right(design):
    maker = factory.make_user()
    draft = draft_design("COMPLETION", actor=maker, **texts(design))
    with pytest.raises(Exception, match="审批"):
        approve_design(draft, actor=maker)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{name}{salary}", "unknown_field"),
        ("没有姓名", "no_name"),
        ("{name", "broken_field"),
        ("{name}𠮷", "missing_glyph"),
    ],
)
def test_a_design_that_cannot_be_printed_is_refused(design, body, code):
    with pytest.raises(ValidationError) as refused:
        draft_design("COMPLETION", actor=factory.make_user(), **texts(design, body=body))
    assert code in {error.code for errors in refused.value.error_dict.values() for error in errors}


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: Certificate.objects.update(snapshot={}),
        lambda row: Certificate.objects.update(number="改"),
        lambda row: Certificate.objects.all()._raw_delete("default"),
        lambda row: CertificateDocument.objects.update(sha256=""),
        lambda row: CertificateDocument.objects.all()._raw_delete("default"),
        lambda row: type(row.design).objects.update(issuer="改"),
    ],
)
def test_the_database_refuses_to_change_what_was_issued(design, officer, tamper):
    certificate = issue(merit_of(officer), actor="甲")
    document_of(certificate)
    with pytest.raises(IntegrityError), transaction.atomic():
        tamper(certificate)
