"""A class at a glance for its office: learners by sessions, and the same as a file."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from courses.training.models import Attendance, Enrollment, TrainingClass
from courses.training.services.absence import absences
from lms.audit.services import record
from lms.sheets.export import write_xlsx

VIEW = "training.view_attendance"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(training_class: TrainingClass, sessions, asked: str) -> list[dict]:
    """Learners, each with a mark or None for each session, and what he missed."""
    enrollments = training_class.enrollments.seated().select_related("officer", "guest", "unit")
    found = [row for row in enrollments.order_by("unit__path", "officer__staff_no", "pk") if asked in row.name]
    marks = {
        (row.enrollment_id, row.session_id): row
        for row in Attendance.objects.filter(session__in=sessions, enrollment__in=found)
    }
    missed = absences(training_class, [row.pk for row in found])
    return [
        {
            "enrollment": row, "absence": missed[row.pk], "is_out": row.state == Enrollment.State.DISMISSED,
            "marks": [(session, marks.get((row.pk, session.pk))) for session in sessions],
        }
        for row in found
    ]  # fmt: skip


def _read(request, pk):
    rows = TrainingClass.objects.within(request.user, VIEW).select_related("unit", "head_teacher")
    training_class = get_object_or_404(rows, pk=pk)
    sessions = list(training_class.sessions.filter(is_cancelled=False))
    return training_class, sessions, rows_of(training_class, sessions, request.GET.get("q", "").strip())


@login_required
@permission_required(VIEW, raise_exception=True)
def matrix(request, pk):
    training_class, sessions, rows = _read(request, pk)
    totals = [
        sum(1 for row in rows if row["marks"][at][1] and row["marks"][at][1].state in Attendance.CREDITED)
        for at in range(len(sessions))
    ]
    context = {"training_class": training_class, "sessions": list(zip(sessions, totals, strict=True)), "rows": rows}
    return render(request, "training/matrix.html", context | {"now": timezone.now(), "asked": request.GET.get("q", "")})


@login_required
@permission_required(VIEW, raise_exception=True)
def export(request, pk):
    training_class, sessions, rows = _read(request, pk)
    headings = [
        "姓名",
        "单位",
        *(f"{timezone.localtime(one.during.lower):%-m月%-d日 %H:%M} {one.title}" for one in sessions),
    ]
    content = write_xlsx("考勤总表", [*headings, "缺勤学时", "总学时"], [_line(row) for row in rows], notes=[
        f"{training_class}，{training_class.unit}，共{len(rows)}人",
        f"截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}",
    ])  # fmt: skip
    record("training.export_attendance", actor=request.user, target=training_class, rows=len(rows))
    name = f"attendance-{training_class.pk}.xlsx"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _line(row: dict) -> list:
    marks = [mark.get_state_display() if mark else "" for _, mark in row["marks"]]
    return [row["enrollment"].name, row["enrollment"].unit.name, *marks, row["absence"].missed, row["absence"].total]
