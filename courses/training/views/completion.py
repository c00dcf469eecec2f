"""One class as it ends: everybody's attendance, marks and result on one table, and the same as a file."""

from decimal import Decimal

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from wagtail.admin.views.generic import InspectView

from courses.training.models import Attendance, Completion, Enrollment, TrainingClass
from courses.training.services.cancellation import certificates_of, entries_of_class
from courses.training.services.completion import CHECK
from courses.training.services.outcomes import Outcomes, outcomes
from lms.audit.services import record
from lms.sheets.export import write_xlsx

VIEW = "training.view_completion"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {"PASSED": "ok", "FAILED": "bad", "DISMISSED": "bad"}


class CompletionPage(InspectView):
    template_name = "training/completion.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        found = outcomes(row)
        is_posted = row.state == TrainingClass.State.POSTED
        return super().get_context_data(**kwargs) | {
            "row": row, "found": found, "lines": [shown(line, hours_of(row) if is_posted else {}) for line in found.lines],
            "acts": [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(row, user)],
            "rates": rates(found), "is_posted": is_posted,
            "certificates": certificates_of(row).count() if is_posted else 0,
            "guests": sum(line.enrollment.guest is not None for line in found.lines),
            "may_score": user.has_perm("training.record_score") and row.state == TrainingClass.State.READY,
            "may_check": user.has_perm(CHECK),
        }  # fmt: skip


def rates(found: Outcomes) -> dict:
    """Numbers with what they are of: a share never stands alone."""
    people, complete = len(found.lines), len(found.lines) - len(found.incomplete)
    passed = found.verdicts.get(Enrollment.State.PASSED, 0)
    attended, expected = sum(line.attended for line in found.lines), people * len(found.sessions)
    return {
        "people": people, "complete": complete, "passed": passed,
        "passed_share": 100 * passed / complete if complete else 0,
        "attended": attended, "expected": expected, "attended_share": 100 * attended / expected if expected else 0,
    }  # fmt: skip


def hours_of(row: TrainingClass) -> dict[int, Decimal]:
    """What stands in the ledger of each learner for this class."""
    learnt = entries_of_class(row).order_by().exclude(evidence__startswith="courses.training.session:")
    return dict(learnt.values_list("officer").annotate(Sum("hours")))


def shown(line, hours: dict) -> dict:
    enrollment = line.enrollment
    return {
        "line": line, "name": enrollment.name, "unit": enrollment.unit,
        "staff_no": enrollment.officer.staff_no if enrollment.officer else "其他学员",
        "counts": [line.counts.get(state, 0) for state in Attendance.State],
        "tone": TONES[line.verdict] if line.is_complete else "",
        "why": "；".join(line.why_not) or enrollment.reason if line.verdict != "PASSED" else "",
        "hours": hours.get(enrollment.officer_id) if enrollment.officer_id else None,
    }  # fmt: skip


@login_required
@permission_required(VIEW, raise_exception=True)
def export(request, pk):
    row = get_object_or_404(Completion.objects.visible_to(request.user).select_related("unit"), pk=pk)
    found = outcomes(row)
    hours = hours_of(row) if row.state == TrainingClass.State.POSTED else {}
    headings = [
        "姓名",
        "人员编号",
        "单位",
        *Attendance.State.labels,
        "未登记",
        "缺勤",
        *map(str, found.parts),
        "结果",
        "原因",
        "入账学时",
    ]
    lines = [as_cells(shown(line, hours), len(found.parts)) for line in found.lines]
    notes = [
        f"{row}，{row.unit}，{row.get_state_display()}，共{len(lines):,}人，课次{len(found.sessions)}个",
        f"截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}",
    ]
    record("training.export_completion", actor=request.user, target=row, rows=len(lines))
    return as_download(write_xlsx("结业办理", headings, lines, notes=notes), f"completion-{row.pk}.xlsx")


def as_cells(one: dict, parts: int) -> list:
    line = one["line"]
    results = [part.words for part in line.parts] or [""] * parts
    return [
        one["name"], one["staff_no"], one["unit"].name, *one["counts"], line.unmarked, str(line.absence), *results,
        line.verdict_label, one["why"], one["hours"] or "",
    ]  # fmt: skip


def as_download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})
