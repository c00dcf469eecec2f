"""Lines of a plan from a file: upload, preview with every error, confirm."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.training.forms.plans import PlanFileForm
from courses.training.plan_file import MAX_ROWS, REQUIRED, read_items, template
from courses.training.planning import MEETING, totals
from courses.training.services.filing import may
from courses.training.services.plan_items import import_items
from courses.training.services.plan_log import CHANGE
from courses.training.views.plans import not_now, plan_for, to_plan
from lms.audit.services import record
from lms.people import upload as uploads
from lms.sheets.table import MAX_FILE_BYTES, Problem

PURPOSE = "plan_import"  # one kind of file is never taken for another

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def upload(request, pk: int):
    plan = plan_for(request, pk)
    if not may(request.user, "items", plan):
        return not_now(request, plan)
    form = PlanFileForm(request.POST or None, request.FILES or None)
    if request.method == "GET":
        return _upload_page(request, plan)
    if not form.is_valid():
        return _upload_page(request, plan, [Problem(None, "", "请选择文件。", "no_file")])
    file = form.cleaned_data["file"]
    if file.size > MAX_FILE_BYTES:
        too_large = Problem(None, "", f"文件过大，不能超过{MAX_FILE_BYTES >> 20} MB。", "too_large")
        return _upload_page(request, plan, [too_large])
    kept = uploads.keep(request.session, file.name, file.read(), PURPOSE)
    return redirect("training_plans:preview", plan.pk, kept.token)


def _upload_page(request, plan, problems=()):
    context = {"plan": plan, "problems": problems, "required": REQUIRED, "max_rows": MAX_ROWS}
    return render(request, "training/plan_import.html", context, status=422 if problems else 200)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_GET
def preview(request, pk: int, token: str):
    plan = plan_for(request, pk)
    kept = uploads.find(request.session, token, PURPOSE)
    reading = read_items(plan, kept.read(), kept.filename)
    context = {
        "plan": plan, "upload": kept, "reading": reading, "problems": reading.problems,
        "training": totals(reading.items), "meeting": totals(reading.items, MEETING),
    }  # fmt: skip
    return render(request, "training/plan_import_preview.html", context)


@login_required
@require_POST
@permission_required(CHANGE, raise_exception=True)
def confirm(request, pk: int, token: str):
    """The file is read again, against the plan as it is now."""
    plan = plan_for(request, pk)
    kept = uploads.find(request.session, token, PURPOSE)
    reading = read_items(plan, kept.read(), kept.filename)
    if reading.problems:
        return redirect("training_plans:preview", plan.pk, token)
    try:
        import_items(plan, reading.items, actor=request.user, filename=kept.filename)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return to_plan(plan)
    uploads.discard(request.session, PURPOSE)
    messages.success(request, f"已导入{len(reading.items)}个项目。")
    return to_plan(plan)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_GET
def download(request, pk: int):
    plan = plan_for(request, pk)
    record("training.download_plan_template", actor=request.user, target=plan)
    disposition = f'attachment; filename="plan-{plan.unit.code}-{plan.year}.xlsx"'
    return HttpResponse(template(plan), content_type=XLSX, headers={"Content-Disposition": disposition})
