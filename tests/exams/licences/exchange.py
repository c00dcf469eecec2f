"""What the exchange of files needs: people who have passed, applications that lie ready, and the other side's answers."""

import json
from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from exams.licences.envelope import FORMAT
from exams.licences.exchange import MANIFEST, application_number, digest, zipped
from exams.licences.models import (
    Application,
    EnforcementCertificate,
    ExamProof,
    LevelResult,
    ResultFile,
    ResultLine,
    Submission,
)
from exams.licences.result_file import OPTIONAL, REQUIRED
from exams.sittings.models import Attempt, Candidate, Outcome
from exams.sittings.services.preparing import prepare
from lms.rules.models import RuleVersion
from lms.sheets.export import write_csv
from tests import factory
from tests.exams.sittings.factory import make_candidate, make_exam, make_sitting

HEADINGS = [*REQUIRED, *OPTIONAL]
_codes = count(1)


def make_results(officers, *, passed=True, marks=80, days_ago=30, **exam) -> list[Outcome]:
    """Everybody's released result at an exam of its own."""
    unit = officers[0].unit
    exam = make_exam(unit, code=f"X{next(_codes)}", kinds=("single",), each=1, forms=1, **exam)
    sitting = make_sitting(exam, opens=-60 * 24 * days_ago)
    first = make_candidate(sitting, officers[0])
    prepare(exam, [first])
    paper = Attempt.objects.get(candidate=first).paper
    at = sitting.opens_at + timedelta(hours=1)
    written = {"state": "SUBMITTED", "started_at": sitting.opens_at, "finished_at": at, "submitted_at": at}
    Attempt.objects.filter(candidate=first).update(**written)
    Attempt.objects.bulk_create(
        Attempt(candidate=one, paper=paper, grace_seconds=60, **written) for one in _candidates(sitting, officers[1:])
    )
    attempts = Attempt.objects.filter(candidate__sitting=sitting).order_by("pk")
    return Outcome.objects.bulk_create(
        Outcome(attempt=one, objective=marks, by_hand=0, full=100, pass_marks=60, is_passed=passed, cause="RELEASE")
        for one in attempts
    )


def _candidates(sitting, officers) -> list[Candidate]:
    return Candidate.objects.bulk_create(
        Candidate(exam=sitting.exam, sitting=sitting, officer=one, unit=one.unit, number=f"{sitting.pk}-{one.pk}")
        for one in officers
    )


def make_ready(unit, how_many=1, kind="FIRST") -> list[Application]:
    """Applications that the bureau has passed, of officers who have passed both exams."""
    officers = [factory.make_officer(unit) for _ in range(how_many)]
    for subject in ("GENERAL_LAW", "SPECIAL_LAW"):
        make_results(officers, kind="QUALIFICATION", subject=subject)
    certificates = EnforcementCertificate.objects.bulk_create(
        EnforcementCertificate(officer=one, state="BUREAU_REVIEWED", area="测试区") for one in officers
    )
    maker, rule = factory.make_user(), RuleVersion.objects.filter(rule__code="R54").first()
    return Application.objects.bulk_create(
        Application(
            certificate=one, kind=kind, state="BUREAU_REVIEWED", area="测试区", made_by=maker, rule_version=rule
        )
        for one in certificates
    )


def make_held(unit, number: str, **fields) -> EnforcementCertificate:
    """Issued a year ago, with the passes it rests on."""
    officer = fields.pop("officer", None) or factory.make_officer(unit)
    today = timezone.localdate()
    fields = {"state": "ISSUED", "issued_on": today - timedelta(days=365), "valid_from": today - timedelta(days=365),
              "valid_until": today + timedelta(days=365), "area": "测试区"} | fields  # fmt: skip
    certificate = EnforcementCertificate.objects.create(officer=officer, number=number, **fields)
    ExamProof.objects.create(certificate=certificate, subject="GENERAL_LAW", note="2025年考试", passed_on=today)
    return certificate


def line(officer, result: str, **cells) -> list[str]:
    """A row as the other side writes it; cells by heading."""
    values = {"人员编号": officer.staff_no, "姓名": officer.name, "结果": result} | cells
    return [str(values.get(heading, "")) for heading in HEADINGS]


def issued(application: Application, number: str, **cells) -> list[str]:
    today = timezone.localdate()
    values = {
        "申请编号": application_number(application.pk), "证件编号": number, "发证日期": today, "有效期起": today,
        "有效期至": date(today.year + 5, today.month, 1),
    }  # fmt: skip
    return line(application.certificate.officer, "核发", **values | cells)


def refused(application: Application, reason="照片不清") -> list[str]:
    return line(application.certificate.officer, "不予核发", 申请编号=application_number(application.pk), 原因=reason)


def table(*rows) -> bytes:
    return write_csv(HEADINGS, rows)


def package(data: bytes, lines: int, batch: str = "", **changed) -> bytes:
    """What comes back as a .zip; `changed` spoils its manifest."""
    manifest = {
        "format": FORMAT,
        "batch": batch,
        "rows": lines,
        "name": "results.csv",
        "sha256": digest(data),
    } | changed
    return zipped({MANIFEST: json.dumps(manifest).encode(), "results.csv": data}, timezone.now())


def make_level_result(unit) -> LevelResult:
    [outcome] = make_results([factory.make_officer(unit)], level="BASIC")
    return LevelResult.objects.get(pk=outcome.pk)


def make_submission(unit) -> Submission:
    content = f"{next(_codes)}".encode()
    return Submission.objects.create(
        number=f"BS3000-{next(_codes):04d}", unit=unit, rows=0, content=content, sha256=digest(content),
        made_by=factory.make_user(), made_at=timezone.now(),
    )  # fmt: skip


def make_result_file(unit) -> ResultFile:
    number = next(_codes)
    return ResultFile.objects.create(
        unit=unit,
        filename=f"结果{number}.csv",
        sha256=digest(f"{number}".encode()),
        rows=1,
        content=b"x",
        made_by=factory.make_user(),
    )


def make_result_line(unit) -> ResultLine:
    number = next(_codes)
    return make_result_file(unit).lines.create(
        number=2, staff_no=f"T-X{number}", name=f"某人{number}", result="核发", finding="ORPHAN", note=f"对不上{number}"
    )
