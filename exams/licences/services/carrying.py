"""One row of a result file, carried out by the verb it names."""

from exams.licences.models import Application
from exams.licences.result_file import ISSUE, REFUSE, Line
from exams.licences.services.ending import cancel, revoke
from exams.licences.services.issuing import Grant, finish
from exams.licences.services.reconciling import Step
from exams.licences.services.reviewing import return_application
from exams.licences.services.steps import Why
from exams.licences.services.suspending import resume, suspend
from lms.people.models import User

SAID = "发证机关结果文件"


def carry_out(step: Step, sha256: str, *, actor: User) -> None:
    line = step.line
    why = Why(actor, line.reason or SAID, {"file": sha256, "row": line.number}, line.effective_on)
    if line.verb == ISSUE:
        finish(step.application, _grant(line), why)  # type: ignore[arg-type]
    elif line.verb == REFUSE:
        return_application(step.application, actor=actor, fault=Application.Fault.OTHER, note=line.reason)  # type: ignore[arg-type]
    elif line.verb == "suspend":
        suspend(step.certificate, why, until_on=line.until)  # type: ignore[arg-type]
    else:
        {"resume": resume, "cancel": cancel, "revoke": revoke}[line.verb](step.certificate, why)  # type: ignore[arg-type]


def _grant(line: Line) -> Grant:
    area = line.area
    return Grant(line.certificate, line.issued_on, line.valid_from, line.valid_until, area)  # type: ignore[arg-type]
