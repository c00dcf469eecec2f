from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.permissions import page_permission_policy

from courses.catalogue.models import Course, Courseware
from courses.catalogue.services.item_codes import OPTIONAL, REQUIRED, import_item_codes, plan_import, read_item_codes
from lms.people import upload as uploads
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES, Problem, SheetRefused

PAGE_SIZE = 50
ITEMS, IMPORT_RIGHTS, SHOWN_CHANGES = "item_codes_import", ("catalogue.add_itemcode", "catalogue.change_itemcode"), 50
STATUSES = {"too_large": 413, "no_file": 400}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@permission_required("catalogue.view_course", raise_exception=True)
def stale(request):
    """Courses whose basis has moved on: listed for a decision."""
    courses = Course.objects.live().stale().order_by("title").prefetch_related("sources__source")
    page = Paginator(courses, PAGE_SIZE).get_page(request.GET.get("page"))
    editable = page_permission_policy.instances_user_has_permission_for(request.user, "change")
    may_edit = set(editable.filter(pk__in=[course.pk for course in page]).values_list("pk", flat=True))
    return render(request, "catalogue/stale.html", {"page": page, "title": "待修订课程", "may_edit": may_edit})


@login_required
@permission_required("catalogue.view_courseware", raise_exception=True)
def courseware_file(request, pk):
    """For whoever checks it; officers get theirs from the lesson."""
    courseware = get_object_or_404(Courseware.objects.visible_to(request.user), pk=pk)
    suffix = Courseware.SUFFIXES[courseware.kind]
    content_type = "video/mp4" if suffix == ".mp4" else "application/pdf"
    return FileResponse(courseware.file.open("rb"), filename=f"{pk}{suffix}", content_type=content_type)


# --- import of enforcement items ------------------------------------------------------------
def importers_only(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        # Wagtail would turn a PermissionDenied into a redirect to its home page.
        if not request.user.has_perms(IMPORT_RIGHTS):
            return render(request, "403.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@importers_only
@require_http_methods(["GET", "POST"])
def upload_items(request):
    """Nothing is written here: a file without faults is kept until it is confirmed."""
    if request.method == "GET":
        return _upload_page(request)
    file = request.FILES.get("file")
    if file is None or file.size > MAX_FILE_BYTES:
        return _upload_page(request, [_refused(file)])
    data = file.read()
    try:
        read_item_codes(data, file.name)
    except SheetRefused as refusal:
        return _upload_page(request, refusal.problems)
    return redirect("catalogue_office:items_preview", uploads.keep(request.session, file.name, data, ITEMS).token)


def _refused(file) -> Problem:
    if file is None:
        return Problem(None, "", "请选择文件。", "no_file")
    return Problem(None, "", f"文件过大，不能超过 {MAX_FILE_BYTES >> 20} MB。", "too_large")


def _upload_page(request, problems=()):
    status = STATUSES.get(problems[0].code, 422) if problems else 200
    context = {"problems": problems, "required": REQUIRED, "optional": OPTIONAL, "max_mb": MAX_FILE_BYTES >> 20}
    return render(request, "catalogue/items_upload.html", context, status=status)


@importers_only
@require_GET
def preview_items(request, token: str):
    return _preview_page(request, uploads.find(request.session, token, ITEMS))


def _preview_page(request, upload: uploads.Upload, refusal: str = "", status: int = 200):
    plan = plan_import(read_item_codes(upload.read(), upload.filename))
    labels = {"added": "新增", "changed": "更新", "unchanged": "不变"}
    # What changes an item that is already cited comes first.
    changes = sorted(plan.changes, key=lambda change: change.before is None)[:SHOWN_CHANGES]
    context = {
        "upload": upload, "plan": plan, "refusal": refusal, "changes": changes,
        "counts": [(label, plan.counts[kind]) for kind, label in labels.items()],
    }  # fmt: skip
    return render(request, "catalogue/items_preview.html", context, status=status)


@importers_only
@require_POST
def confirm_items(request, token: str):
    """Import what the preview showed, checked against the items as they are now."""
    upload = uploads.find(request.session, token, ITEMS)
    table = read_item_codes(upload.read(), upload.filename)
    try:
        counts = import_item_codes(table, actor=request.user, expected=request.POST.get("fingerprint", "-"))
    except ValidationError as refusal:
        return _preview_page(request, upload, " ".join(refusal.messages), 409)
    uploads.discard(request.session, ITEMS)
    words = f"新增{counts['added']:,}项，更新{counts['changed']:,}项，不变{counts['unchanged']:,}项"
    messages.success(request, f"{upload.filename}已导入：{words}。")
    return redirect("itemcode:index")


@importers_only
@require_POST
def cancel_items(request, token: str):
    uploads.find(request.session, token, ITEMS)
    uploads.discard(request.session, ITEMS)
    return redirect("catalogue_office:items_upload")


@importers_only
@require_GET
def items_template(request):
    notes = [
        "第一行是表头，不要改动；每个事项一行，填在“执法事项”表中。",
        "必填：事项代码、事项名称。执法领域可以留空。",
        "事项代码已有的更新名称和领域，没有的新增；文件里没有的事项保持不变，不会删除。",
    ]
    answer = HttpResponse(write_xlsx("执法事项", [*REQUIRED, *OPTIONAL], [], notes=notes), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="items-template.xlsx"'
    return answer
