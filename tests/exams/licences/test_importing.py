"""Files out and in: what they change, what they refuse, and that a second time changes nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.licences.exchange import digest
from exams.licences.models import (
    Application,
    EnforcementCertificate,
    ResultFile,
    ResultLine,
    Submission,
    Transition,
)
from exams.licences.services.dispatching import dispatch, fingerprint, ready
from exams.licences.services.importing import look_at, take_in
from lms.audit.models import AuditEvent
from lms.people.access import Role
from lms.sheets.table import SheetRefused
from tests import factory
from tests.exams.licences.exchange import issued, line, make_held, make_ready, package, refused, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(access, rules, city, districts):
    return factory.make_staff(Role.CITY_OFFICE, city)


def send(office) -> Submission:
    return dispatch(office, expected=fingerprint(ready(office)))


def bring(data: bytes, office, name="results.csv") -> ResultFile:
    checksum = digest(data)
    plan = look_at(data, name, checksum, actor=office)
    return take_in(data, name, checksum, actor=office, expected=plan.fingerprint)


def problems(data: bytes, office) -> list[tuple]:
    plan = look_at(data, "results.csv", digest(data), actor=office)
    return [(one.row, one.column, one.code) for one in plan.problems]


def findings(file: ResultFile) -> list[str]:
    return list(file.lines.order_by("number").values_list("finding", flat=True))


def everything() -> list:
    """Whatever an import may change, apart from the record that there was one."""
    return [list(model.objects.order_by("pk").values()) for model in (EnforcementCertificate, Application, Transition)]


@pytest.mark.slow
def test_two_hundred_and_twenty_one_go_out_and_come_back(office, districts):
    applications = make_ready(districts["PD-01"], 221)
    submission = send(office)
    assert submission.rows == 221
    assert digest(bytes(submission.content)) == submission.sha256
    data = table(*(issued(one, f"测试A{one.pk:06d}") for one in applications))
    plan = look_at(data, "results.csv", digest(data), actor=office)
    assert plan.counts == {"matched": 221, "todo": 221, "unchanged": 0, "orphan": 0, "missing": 0}
    file = bring(data, office)
    assert (file.submission, file.rows) == (submission, 221)
    assert EnforcementCertificate.objects.deployable(timezone.localdate()).count() == 221
    before = everything()
    with pytest.raises(ValidationError) as refusal:
        bring(data, office)
    assert refusal.value.code == "already_taken_in"
    again = bring(data + b"\r\n", office)
    assert set(findings(again)) == {"UNCHANGED"}
    assert everything() == before


def test_applications_go_out_once(office, districts):
    make_ready(districts["PD-01"], 2)
    first = send(office)
    assert first.lines.count() == 2
    assert set(Application.objects.values_list("state", flat=True)) == {"SUBMITTED"}
    assert set(EnforcementCertificate.objects.values_list("state", flat=True)) == {"SUBMITTED"}
    with pytest.raises(ValidationError) as refusal:
        send(office)
    assert refusal.value.code == "nobody"
    make_ready(districts["XH-01"])
    second = send(office)
    assert [first.number[-4:], second.number[-4:]] == ["0001", "0002"]


def test_what_was_not_shown_is_not_sent(office, districts):
    make_ready(districts["PD-01"])
    shown = fingerprint(ready(office))
    make_ready(districts["PD-01"])
    with pytest.raises(ValidationError) as refusal:
        dispatch(office, expected=shown)
    assert refusal.value.code == "changed"


def test_some_are_issued_some_refused_some_still_missing(office, districts):
    given, back, silent = make_ready(districts["PD-01"], 3)
    send(office)
    stranger = factory.make_officer(districts["PD-02"])
    data = table(
        issued(given, "测试A0001"),
        refused(back),
        issued(given, "测试A0009", 申请编号="SQ99999999", 人员编号=stranger.staff_no, 姓名=stranger.name),
    )
    file = bring(data, office)
    assert findings(file) == ["DONE", "DONE", "ORPHAN", "MISSING"]
    assert file.lines.get(finding="MISSING").staff_no == silent.certificate.officer.staff_no
    given.certificate.refresh_from_db()
    assert (given.certificate.state, given.certificate.number) == ("ISSUED", "测试A0001")
    assert [one.subject for one in given.certificate.proofs.all()] == ["GENERAL_LAW", "SPECIAL_LAW"]
    back.refresh_from_db()
    assert (back.state, back.fault_note) == ("RETURNED", "照片不清")
    assert AuditEvent.objects.filter(action="licences.take_in").count() == 1


def test_suspended_resumed_cancelled_revoked_the_same_day(office, districts):
    unit, today = districts["PD-01"], timezone.localdate()
    rows, held = [], [make_held(unit, f"测试B{n}000") for n in range(4)]
    make_held(unit, "测试B9000")
    resumed = make_held(unit, "测试B8000", state="SUSPENDED", suspended_until=today + timedelta(days=9))
    cells = {"生效日期": today, "原因": "调查期间"}
    for one, result in zip(held, ("暂扣", "注销", "吊销", "暂扣"), strict=True):
        until = {"暂扣至": today + timedelta(days=30)} if one.number == "测试B0000" else {}
        rows.append(line(one.officer, result, 证件编号=one.number, **cells, **until))
    rows.append(line(resumed.officer, "恢复", 证件编号="测试B8000", **cells))
    assert EnforcementCertificate.objects.deployable(today).count() == 5
    file = bring(table(*rows), office)
    assert findings(file) == ["DONE"] * 5
    assert set(EnforcementCertificate.objects.deployable(today).values_list("number", flat=True)) == {
        "测试B9000",
        "测试B8000",
    }
    states = dict(EnforcementCertificate.objects.values_list("number", "state"))
    assert [states[one.number] for one in held] == ["SUSPENDED", "CANCELLED", "REVOKED", "SUSPENDED"]
    before = everything()
    assert findings(bring(table(*rows[::-1]), office)) == ["UNCHANGED"] * 5
    assert everything() == before


def one_of(office, districts):
    [application] = make_ready(districts["PD-01"])
    send(office)
    return application


def test_a_row_about_somebody_else_is_refused(office, districts):
    application = one_of(office, districts)
    other = factory.make_officer(districts["PD-02"])
    data = table(issued(application, "测试A0001", 人员编号=other.staff_no))
    assert problems(data, office) == [(2, "人员编号", "other_person")]
    assert problems(table(issued(application, "测试A0001", 姓名="某人")), office) == [(2, "姓名", "name_differs")]


def test_a_number_that_somebody_has_is_refused(office, districts):
    application = one_of(office, districts)
    make_held(districts["XH-01"], "测试A0001")
    assert problems(table(issued(application, "测试A0001")), office) == [(2, "证件编号", "number_taken")]


def test_what_was_not_sent_cannot_be_answered(office, districts):
    [application] = make_ready(districts["PD-01"])
    assert problems(table(issued(application, "测试A0001")), office) == [(2, "申请编号", "not_sent")]


def test_what_is_settled_otherwise_is_refused(office, districts):
    application = one_of(office, districts)
    bring(table(issued(application, "测试A0001")), office)
    assert problems(table(issued(application, "测试A0002")), office) == [(2, "结果", "not_submitted")]
    assert problems(table(refused(application)), office) == [(2, "结果", "not_submitted")]


def test_a_step_that_the_certificate_does_not_allow_is_refused(office, districts):
    held = make_held(districts["PD-01"], "测试B0001", state="CANCELLED", ended_on=timezone.localdate())
    data = table(line(held.officer, "暂扣", 证件编号="测试B0001", 生效日期=timezone.localdate(), 原因="调查"))
    assert problems(data, office) == [(2, "结果", "wrong_state")]


def test_a_package_that_answers_another_batch_is_refused(office, districts):
    application = one_of(office, districts)
    rows = table(issued(application, "测试A0001"))

    def told(batch):
        plan = look_at(package(rows, 1, batch), "a.zip", "", actor=office)
        return [(one.row, one.code) for one in plan.problems]

    assert told(Submission.objects.get().number) == []
    assert told("BS2020-0001") == [(None, "unknown_batch")]
    make_ready(districts["XH-01"])
    assert told(send(office).number) == [(2, "other_batch")]


def test_one_row_that_fails_takes_all_of_them_back(office, districts):
    first, second = make_ready(districts["PD-01"], 2)
    send(office)
    data = table(issued(first, "测试A0001"), issued(second, "测试A0002"))
    plan = look_at(data, "results.csv", digest(data), actor=office)
    EnforcementCertificate.objects.filter(pk=second.certificate_id).update(state="APPLIED")
    before = everything()
    with pytest.raises(SheetRefused) as refusal:
        take_in(data, "results.csv", digest(data), actor=office, expected=plan.fingerprint)
    assert [(one.row, one.code) for one in refusal.value.problems] == [(3, "not_allowed")]
    assert everything() == before
    assert not ResultFile.objects.exists()


def test_a_changed_consequence_is_shown_again(office, districts):
    application = one_of(office, districts)
    data = table(issued(application, "测试A0001"))
    with pytest.raises(ValidationError) as refusal:
        take_in(data, "results.csv", digest(data), actor=office, expected="0" * 64)
    assert refusal.value.code == "changed"


def test_an_office_settles_its_own_people_only(access, rules, city, districts):
    elsewhere = factory.make_staff(Role.CITY_OFFICE, districts["XH"])
    held = make_held(districts["PD-01"], "测试B0001")
    data = table(line(held.officer, "暂扣", 证件编号="测试B0001", 生效日期=timezone.localdate(), 原因="调查"))
    plan = look_at(data, "results.csv", digest(data), actor=elsewhere)
    assert [step.finding for step in plan.steps] == ["ORPHAN"]
    assert held.officer.name not in plan.steps[0].note


def test_the_preview_costs_the_same_for_many_rows(office, districts, django_assert_max_num_queries):
    applications = make_ready(districts["PD-01"], 11)
    send(office)
    for some in (applications[:1], applications):
        data = table(*(issued(one, f"测试A{one.pk:04d}") for one in some))
        with django_assert_max_num_queries(9):
            look_at(data, "results.csv", digest(data), actor=office)


def test_lines_say_which_row_they_are_of(office, districts):
    application = one_of(office, districts)
    file = bring(table(issued(application, "测试A0001")), office)
    [row] = ResultLine.objects.filter(file=file)
    assert (row.number, row.result, row.certificate_id) == (2, "核发", application.certificate_id)
    assert "测试A0001" in row.note
