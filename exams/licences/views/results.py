"""结果文件: upload, look at what it would do, confirm; and the reconciliation afterwards."""

from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.training.views.enrollment import download, holders_only
from exams.licences import envelope, result_file
from exams.licences.models import ResultFile
from exams.licences.services.dispatching import TAKE_IN
from exams.licences.services.importing import look_at, require_shown, take_in, take_out_original, taken_in
from exams.licences.services.ordering import is_long, order
from exams.licences.services.reconciling import Plan
from exams.licences.views.sending import trail
from lms.audit.services import record
from lms.people import upload as uploads
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES, Problem, SheetRefused

PURPOSE, CHECKSUM = "licences_results", "licences_checksum"
SHOWN, SHOWN_PROBLEMS = 100, 200
STATUSES = {"too_large": 413, "no_file": 400}
HOME = ("resultfile:index", "结果文件")


def _trail(here: str) -> dict:
    return trail(here, (reverse(HOME[0]), HOME[1]))


@holders_only(TAKE_IN)
@require_http_methods(["GET", "POST"])
def upload(request):
    if "template" in request.GET:
        headings = [*result_file.REQUIRED, *result_file.OPTIONAL]
        return download(write_xlsx("结果", headings, [], notes=result_file.template_notes()), "licence-results.xlsx")
    if request.method == "GET":
        return _upload_page(request)
    file, checksum = request.FILES.get("file"), request.POST.get("checksum", "")[:200]
    if fault := _refused(file):
        return _upload_page(request, [fault], checksum)
    data = file.read()
    if found := taken_in(data):
        messages.info(request, "这个文件已经导入过，没有改动任何内容。下面是当时的对账结果。")
        return redirect("resultfile:inspect", found.pk)
    plan = look_at(data, file.name, checksum, actor=request.user)
    if plan.problems:
        _record_refusal(request, file.name, plan)
        return _upload_page(request, plan.problems, checksum)
    kept = uploads.keep(request.session, file.name, data, PURPOSE)
    request.session[CHECKSUM] = checksum
    return redirect("licences_files:preview", kept.token)


def _refused(file) -> Problem | None:
    if file is None:
        return Problem(None, "", "请选择文件。", "no_file")
    if file.size > MAX_FILE_BYTES:
        return Problem(None, "", f"文件过大，不能超过{MAX_FILE_BYTES >> 20} MB。", "too_large")
    return None


def _record_refusal(request, filename: str, plan) -> None:
    codes = sorted({problem.code for problem in plan.problems})
    record(
        "licences.refuse_results", actor=request.user, target=f"licences.results:{plan.reading.sha256[:16]}",
        unit=request.user.scope(TAKE_IN)[0], file=filename[:120], sha256=plan.reading.sha256, rows=plan.reading.rows,
        errors=len(plan.problems), codes=codes,
    )  # fmt: skip


def _upload_page(request, problems=(), checksum: str = ""):
    status = STATUSES.get(problems[0].code, 422) if problems else 200
    context = {
        "problems": problems[:SHOWN_PROBLEMS], "problem_count": len(problems), "checksum": checksum,
        "max_mb": MAX_FILE_BYTES >> 20, "max_rows": envelope.MAX_ROWS, "shape": result_file,
        "results": list(result_file.RESULTS), **_trail("导入结果文件"),
    }  # fmt: skip
    return render(request, "licences/results_upload.html", context, status=status)


@holders_only(TAKE_IN)
@require_http_methods(["GET", "POST"])
def preview(request, token: str):
    """What would be written; confirming writes that and nothing else."""
    kept = uploads.find(request.session, token, PURPOSE)
    data, checksum = kept.read(), request.session.get(CHECKSUM, "")
    if found := taken_in(data):
        uploads.discard(request.session, PURPOSE)
        messages.info(request, "这个文件已经导入过，没有改动任何内容。下面是当时的对账结果。")
        return redirect("resultfile:inspect", found.pk)
    refusal, problems = "", []
    plan = look_at(data, kept.filename, checksum, actor=request.user)
    if request.method == "POST":
        try:
            return _confirmed(request, kept, plan, checksum)
        except SheetRefused as fault:
            refusal, problems = "没有写入任何内容，下列各行现在不能办理。", fault.problems
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        plan = look_at(data, kept.filename, checksum, actor=request.user)
    context = {
        "upload": kept, "plan": plan, "refusal": refusal, "problems": (problems or plan.problems)[:SHOWN_PROBLEMS],
        "todo": plan.todo[:SHOWN], "counts": plan.counts, **_trail("核对结果文件"),
    }  # fmt: skip
    return render(request, "licences/results_preview.html", context, status=409 if refusal else 200)


def _confirmed(request, kept: uploads.Upload, plan: Plan, checksum: str):
    expected = request.POST.get("fingerprint", "")
    if is_long(plan):
        require_shown(plan, expected)
        request.session.pop(PURPOSE)  # the file itself is the job's from now on
        return redirect(order(plan, kept, checksum, actor=request.user, expected=expected).page)
    file = take_in(kept.read(), kept.filename, checksum, actor=request.user, expected=expected)
    uploads.discard(request.session, PURPOSE)
    messages.success(request, "结果文件已导入，对账结果如下。")
    return redirect("resultfile:inspect", file.pk)


@holders_only(TAKE_IN)
@require_POST
def cancel(request, token: str):
    uploads.find(request.session, token, PURPOSE)
    uploads.discard(request.session, PURPOSE)
    return redirect("licences_files:upload")


@holders_only(TAKE_IN)
@require_safe
def differences(request, token: str):
    """Rows without a counterpart and applications without a row, as a spreadsheet, to be asked about."""
    kept = uploads.find(request.session, token, PURPOSE)
    plan = look_at(kept.read(), kept.filename, request.session.get(CHECKSUM, ""), actor=request.user)
    rows = [
        [step.line.number, step.line.staff_no, step.line.name, step.line.label, "对不上", step.note]
        for step in plan.orphans
    ]
    rows += [
        [
            None,
            one.certificate.officer.staff_no,
            one.certificate.officer.name,
            "",
            "未回复",
            one.sent_in.submission.number,
        ]
        for one in plan.missing
    ]
    return download(
        write_xlsx("差异", ["行", "人员编号", "姓名", "结果", "对账", "说明"], rows), "licence-differences.xlsx"
    )


@holders_only("licences.view_resultfile")
@require_safe
def original(request, pk):
    """As it came, never opened in the browser."""
    file = get_object_or_404(ResultFile.objects.visible_to(request.user), pk=pk)
    answer = HttpResponse(take_out_original(file, actor=request.user), content_type="application/octet-stream")
    answer["Content-Disposition"] = f"attachment; filename=\"results\"; filename*=UTF-8''{quote(file.filename)}"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
