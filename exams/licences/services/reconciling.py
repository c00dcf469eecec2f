"""A file of results against what the house knows: which row fits what, and what it would do. Writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import QuerySet

from exams.licences import machine
from exams.licences.exchange import APPLICATION, NAME, STAFF_NO, application_pk, digest
from exams.licences.models import Application, EnforcementCertificate, ResultLine, Submission
from exams.licences.result_file import ISSUE, NUMBER, REFUSE, RESULT, Line, Reading
from exams.licences.services.dispatching import TAKE_IN
from lms.people.models import User
from lms.sheets.table import Problem

Finding = ResultLine.Finding
# The state in which a certificate is once the verb has been carried out.
AFTER = {"suspend": "SUSPENDED", "resume": "ISSUED", "cancel": "CANCELLED", "revoke": "REVOKED"}


class Misfit(Exception):  # noqa: N818 - an answer, not a fault
    """The row contradicts what is known: nothing of the file is taken in."""

    def __init__(self, column: str, message: str, code: str):
        super().__init__(message)
        self.column, self.message, self.code = column, message, code


@dataclass(frozen=True)
class Step:
    """What becomes of a row. An orphan has no certificate."""

    line: Line
    finding: str
    certificate: EnforcementCertificate | None = None
    application: Application | None = None
    note: str = ""

    @property
    def number(self) -> int:
        return self.line.number

    @property
    def staff_no(self) -> str:
        return self.line.staff_no

    @property
    def name(self) -> str:
        return self.line.name


@dataclass
class Plan:
    """With problems nothing is written. `missing` are applications of the answered batches without a row."""

    reading: Reading
    steps: list[Step] = field(default_factory=list)
    missing: list[Application] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)

    def of(self, *findings: str) -> list[Step]:
        return [step for step in self.steps if step.finding in findings]

    @property
    def todo(self) -> list[Step]:
        return self.of(Finding.DONE)

    @property
    def orphans(self) -> list[Step]:
        return self.of(Finding.ORPHAN)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "matched": len(self.of(*ResultLine.MATCHED)), "todo": len(self.todo),
            "unchanged": len(self.of(Finding.UNCHANGED)), "orphan": len(self.orphans), "missing": len(self.missing),
        }  # fmt: skip

    @property
    def fingerprint(self) -> str:
        """The same for the same consequences: a confirmation is of what was shown."""
        said = [f"{step.line.key} {step.finding}" for step in self.steps] + [str(one.pk) for one in self.missing]
        return digest("\n".join([self.reading.sha256, *said]).encode())


class Known:
    """What the rows of a file are about, asked for once for all of them."""

    def __init__(self, lines: Sequence[Line], actor: User):
        self.lines = lines
        self.scope = actor.scope_filter(TAKE_IN, "officer__unit")
        self.applied = actor.scope_filter(TAKE_IN, "certificate__officer__unit")

    @cached_property
    def applications(self) -> dict[int, Application]:
        wanted = [pk for line in self.lines if (pk := application_pk(line.application))]
        return self._applications(Application.objects.filter(self.applied, pk__in=wanted)).in_bulk()

    @staticmethod
    def _applications(rows: QuerySet) -> QuerySet:
        return rows.select_related("certificate__officer__unit", "sent_in__submission")

    @cached_property
    def certificates(self) -> dict[str, EnforcementCertificate]:
        numbers = [line.certificate for line in self.lines if line.certificate]
        rows = EnforcementCertificate.objects.filter(number__in=numbers).select_related("officer__unit")
        return {row.number: row for row in rows}  # type: ignore[misc]

    @cached_property
    def in_scope(self) -> set[int]:
        pks = [one.pk for one in self.certificates.values()]
        return set(EnforcementCertificate.objects.filter(self.scope, pk__in=pks).values_list("pk", flat=True))

    @cached_property
    def written(self) -> set[str]:
        """Rows that earlier files have brought already."""
        keys = [line.key for line in self.lines]
        return set(
            ResultLine.objects.filter(key__in=keys, finding__in=ResultLine.MATCHED).values_list("key", flat=True)
        )

    def submissions(self, steps: Iterable[Step], batch: str) -> list[Submission]:
        found = {step.application.sent_in.submission for step in steps if step.application}
        found |= set(Submission.objects.filter(number=batch).defer("content")) if batch else set()
        return sorted(found, key=lambda one: one.pk)

    def unanswered(self, submissions: Sequence[Submission], steps: Iterable[Step]) -> list[Application]:
        answered = [step.application.pk for step in steps if step.application]
        rows = Application.objects.filter(sent_in__submission__in=submissions, state="SUBMITTED")
        return list(self._applications(rows.exclude(pk__in=answered)).order_by("certificate__officer__staff_no"))


def plan_of(reading: Reading, *, actor: User) -> Plan:
    """Every row, judged; with problems of reading the rows are not looked at."""
    plan = Plan(reading, problems=list(reading.problems))
    if plan.problems:
        return plan
    if reading.batch and not Submission.objects.filter(number=reading.batch).exists():
        plan.problems.append(Problem(None, "", f"没有批号为“{reading.batch}”的报送。", "unknown_batch"))
        return plan
    known = Known(reading.lines, actor)
    for line in reading.lines:
        try:
            plan.steps.append(judge(line, known, reading.batch))
        except Misfit as fault:
            plan.problems.append(Problem(line.number, fault.column, fault.message, fault.code))
    plan.submissions = known.submissions(plan.steps, reading.batch)
    plan.missing = known.unanswered(plan.submissions, plan.steps)
    return plan


def judge(line: Line, known: Known, batch: str) -> Step:
    if line.verb in (ISSUE, REFUSE):
        return _of_application(line, known, batch)
    return _of_certificate(line, known)


def _of_application(line: Line, known: Known, batch: str) -> Step:
    application = known.applications.get(application_pk(line.application) or 0)
    if application is None:
        return Step(line, Finding.ORPHAN, note="没有这份申请，或不在您的管理范围内")
    sent_in = getattr(application, "sent_in", None)
    if sent_in is None:
        raise Misfit(APPLICATION, "这份申请还没有报送。", "not_sent")
    if batch and sent_in.submission.number != batch:
        raise Misfit(APPLICATION, f"这份申请是{sent_in.submission.number}批报送的，不在{batch}批中。", "other_batch")
    certificate = application.certificate
    _require_same_person(line, certificate)
    if line.key in known.written or _is_as_said(line, application):
        return Step(line, Finding.UNCHANGED, certificate, application)
    if application.state != Application.State.SUBMITTED:
        message = f"这份申请{application.get_state_display()}，与文件不一致，请先查明。"
        raise Misfit(RESULT, message, "not_submitted")
    if line.verb == ISSUE:
        _require_free_number(line, certificate, known)
    return Step(line, Finding.DONE, certificate, application)


def _require_same_person(line: Line, certificate: EnforcementCertificate) -> None:
    officer = certificate.officer
    if officer.staff_no != line.staff_no:
        raise Misfit(STAFF_NO, "与申请或证件的人员编号不符。", "other_person")
    if officer.name != line.name:
        raise Misfit(NAME, f"与人员库不符，该编号是{officer.name}。", "name_differs")


def _is_as_said(line: Line, application: Application) -> bool:
    """By hand or by an earlier file, it is already so."""
    if line.verb == REFUSE:
        return application.state == Application.State.RETURNED and application.fault_note == line.reason
    held = application.certificate
    is_same = (held.number, held.issued_on, held.valid_from, held.valid_until) == (
        line.certificate, line.issued_on, line.valid_from, line.valid_until,
    )  # fmt: skip
    return application.state == Application.State.DONE and is_same


def _require_free_number(line: Line, certificate: EnforcementCertificate, known: Known) -> None:
    holder = known.certificates.get(line.certificate)
    if holder and holder.pk != certificate.pk:
        who = f"{holder.officer}（{holder.officer.staff_no}）" if holder.pk in known.in_scope else "另一人"
        raise Misfit(NUMBER, f"该编号已是{who}的证号。", "number_taken")


def _of_certificate(line: Line, known: Known) -> Step:
    certificate = known.certificates.get(line.certificate)
    if certificate is None or certificate.pk not in known.in_scope:
        return Step(line, Finding.ORPHAN, note="没有这个证号，或不在您的管理范围内")
    _require_same_person(line, certificate)
    if line.key in known.written or _is_so(line, certificate):
        return Step(line, Finding.UNCHANGED, certificate)
    if machine.after(machine.CERTIFICATE, certificate.state, line.verb) is None:
        message = f"该证现为“{certificate.get_state_display()}”，不能{line.label}，请先查明。"
        raise Misfit(RESULT, message, "wrong_state")
    return Step(line, Finding.DONE, certificate)


def _is_so(line: Line, certificate: EnforcementCertificate) -> bool:
    if certificate.state != AFTER[line.verb]:
        return False
    said, held = (line.until, certificate.suspended_until) if line.verb == "suspend" else (None, None)
    return said == held
