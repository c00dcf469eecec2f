"""结果文件: taken in once, row by row through the same verbs as by hand, all of it or nothing."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.licences import result_file
from exams.licences.exchange import digest
from exams.licences.models import Application, ResultFile, ResultLine
from exams.licences.services.carrying import carry_out
from exams.licences.services.dispatching import TAKE_IN
from exams.licences.services.reconciling import Finding, Plan, Step, plan_of
from lms.audit.services import lock_stream, record
from lms.people.models import User
from lms.sheets.table import Problem, SheetRefused

STREAM = "licences.results"


def look_at(data: bytes, filename: str, checksum: str, *, actor: User) -> Plan:
    """Dry run: what the file would do, or every reason why it may not."""
    day = timezone.localdate()
    return plan_of(result_file.read(data, filename, checksum, day), actor=actor)


def taken_in(data: bytes) -> ResultFile | None:
    """The same bytes, if they have been taken in before."""
    return ResultFile.objects.defer("content").filter(sha256=digest(data)).first()


@transaction.atomic
def take_in(data: bytes, filename: str, checksum: str, *, actor: User, expected: str) -> ResultFile:
    """Raises `already_taken_in` for bytes known already, `changed`, or SheetRefused with every row that does not fit."""
    lock_stream(STREAM)
    if found := taken_in(data):
        raise ValidationError(
            f"这个文件已于{timezone.localtime(found.made_at):%Y年%-m月%-d日 %H:%M}导入，没有改动任何内容。",
            code="already_taken_in",
        )
    plan = look_at(data, filename, checksum, actor=actor)
    require_shown(plan, expected)
    _carry_out_all(plan, actor)
    return _filed(plan, data, filename, actor)


def require_shown(plan: Plan, expected: str) -> None:
    if plan.problems:
        raise SheetRefused(plan.problems)
    if plan.fingerprint != expected:
        raise ValidationError("预览之后数据有变化，没有写入任何内容，请重新核对。", code="changed")


def _carry_out_all(plan: Plan, actor: User) -> None:
    problems = []
    for step in plan.todo:
        try:
            with transaction.atomic():
                carry_out(step, plan.reading.sha256, actor=actor)
        except ValidationError as refusal:
            problems.append(
                Problem(step.line.number, result_file.RESULT, " ".join(refusal.messages), refusal.code or "")
            )
    if problems:
        raise SheetRefused(problems)


def _filed(plan: Plan, data: bytes, filename: str, actor: User) -> ResultFile:
    submission = plan.submissions[0] if len(plan.submissions) == 1 else None
    file = ResultFile.objects.create(
        unit=actor.scope(TAKE_IN)[0], filename=filename[-120:], sha256=plan.reading.sha256, submission=submission,
        rows=plan.reading.rows, content=data, made_by=actor,
    )  # fmt: skip
    ResultLine.objects.bulk_create(
        [*(_line(file, step) for step in plan.steps), *(_missing(file, one) for one in plan.missing)]
    )
    record("licences.take_in", actor=actor, target=file, rows=file.rows, sha256=file.sha256, **plan.counts)  # type: ignore[arg-type]
    return file


def _line(file: ResultFile, step: Step) -> ResultLine:
    line = step.line
    return ResultLine(
        file=file, number=line.number, staff_no=line.staff_no[:100], name=line.name[:100], result=line.label,
        finding=step.finding, certificate=step.certificate, note=(step.note or line.facts)[:300], key=line.key,
    )  # fmt: skip


def _missing(file: ResultFile, application: Application) -> ResultLine:
    officer = application.certificate.officer
    note = f"{application.sent_in.submission.number}批报送的{application.get_kind_display()}，还没有结果"
    return ResultLine(
        file=file, staff_no=officer.staff_no, name=officer.name, finding=Finding.MISSING,
        certificate=application.certificate, note=note,
    )  # fmt: skip


@transaction.atomic
def take_out_original(file: ResultFile, *, actor: User) -> bytes:
    """The bytes as they came, and a note of who took them."""
    record("licences.take_out", actor=actor, target=file, sha256=file.sha256)
    return bytes(file.content)
