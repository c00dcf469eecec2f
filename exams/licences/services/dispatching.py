"""报送: every application that the bureau has passed goes out in one package, whose bytes are kept."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from exams.licences.exchange import application_number, digest, pack
from exams.licences.models import Application, Submission, SubmissionLine
from exams.licences.services.facts import passes_of
from exams.licences.services.issuing import submit
from exams.sittings.models import Exam
from lms.audit.services import lock_stream, record
from lms.people.models import User

SEND, TAKE_IN = "licences.add_submission", "licences.add_resultfile"
STREAM = "licences.submission"


def ready(user: User) -> QuerySet[Application]:
    """What lies on the bureau's desk, passed and not yet sent."""
    rows = Application.objects.within(user, SEND).filter(state=Application.State.BUREAU_REVIEWED)
    return rows.with_people().order_by("certificate__officer__unit__path", "certificate__officer__staff_no")


def fingerprint(applications) -> str:
    return digest(",".join(str(one.pk) for one in applications).encode())


@transaction.atomic
def dispatch(user: User, *, expected: str) -> Submission:
    """Send what was shown. Raises `changed` if it is no longer that, `nobody` if there is nothing to send."""
    lock_stream(STREAM)
    applications = list(ready(user))
    if not applications:
        raise ValidationError("没有待报送的申请。", code="nobody")
    if fingerprint(applications) != expected:
        raise ValidationError("待报送的申请有变化，请核对后再报送。", code="changed")
    number = next_number(timezone.localdate())
    for application in applications:
        submit(application, actor=user, evidence={"submission": number})
    return _sent(number, applications, user)


def _sent(number: str, applications: list[Application], user: User) -> Submission:
    now, unit = timezone.now(), user.scope(SEND)[0]
    content = pack(number, timezone.localtime(now), rows_of(applications))
    submission = Submission.objects.create(
        number=number, unit=unit, rows=len(applications), content=content, sha256=digest(content), made_by=user,
        made_at=now,
    )  # fmt: skip
    SubmissionLine.objects.bulk_create(SubmissionLine(submission=submission, application=one) for one in applications)
    record("licences.dispatch", actor=user, target=submission, rows=len(applications), sha256=submission.sha256)
    return submission


def next_number(day: date) -> str:
    """Under the stream's lock."""
    last = Submission.objects.filter(number__startswith=f"BS{day.year}-").order_by("-number").first()
    return f"BS{day.year}-{int(last.number[-4:]) + 1 if last else 1:04d}"


def rows_of(applications: list[Application]) -> list[list]:
    passes = passes_of([one.certificate.officer_id for one in applications])
    return [_row(one, passes.get(one.certificate.officer_id, {})) for one in applications]


def _row(application: Application, passes: dict) -> list:
    certificate, officer = application.certificate, application.certificate.officer
    passed = [found.on if (found := passes.get(subject)) else None for subject in Exam.Subject.values]
    return [
        application_number(application.pk), application.get_kind_display(), officer.staff_no, officer.name,
        officer.get_sex_display(), officer.unit.code, officer.unit.name, certificate.get_kind_display(),
        application.area, certificate.number, *passed,
    ]  # fmt: skip


@transaction.atomic
def take_out(submission: Submission, *, actor: User) -> bytes:
    """The package, and a note of who took it: it is about people."""
    record("licences.take_out", actor=actor, target=submission, sha256=submission.sha256)
    return bytes(submission.content)
