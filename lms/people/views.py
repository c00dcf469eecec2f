"""The console's import of a personnel file: upload, preview, confirm."""

from functools import wraps

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.audit.services import record
from lms.people import upload as uploads
from lms.people.models import Officer
from lms.people.personnel_file import MAX_ROWS, OPTIONAL, REQUIRED
from lms.people.services.imports import Outcome, import_people
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES, Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {"created": "新增", "updated": "更新", "transferred": "调动", "unchanged": "不变"}
MOST_TELLING = ("transferred", "updated", "created")
DONE = "people_import_done"
SHOWN_CHANGES, SHOWN_ERRORS = 50, 200
STATUSES = {"too_large": 413, "no_file": 400}


def importers_only(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        # Wagtail would turn a PermissionDenied into a redirect to its home page.
        if not request.user.has_perm("people.import_officer"):
            return render(request, "403.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


@importers_only
@require_http_methods(["GET", "POST"])
def upload(request):
    if request.method == "GET":
        return _upload_page(request)
    file = request.FILES.get("file")
    if fault := _refused(file):
        return _upload_page(request, [fault])
    data = file.read()
    outcome = import_people(data, file.name, actor=request.user, dry_run=True)
    if outcome.errors:
        _record_refusal(request, file.name, outcome)
    if not outcome.rows:
        return _upload_page(request, outcome.errors)
    return redirect("people_import:preview", uploads.keep(request.session, file.name, data).token)


def _refused(file) -> Problem | None:
    if file is None:
        return Problem(None, "", "请选择文件。", "no_file")
    if file.size > MAX_FILE_BYTES:
        return Problem(None, "", f"文件过大，不能超过 {MAX_FILE_BYTES >> 20} MB。", "too_large")
    return None


def _upload_page(request, problems=()):
    status = STATUSES.get(problems[0].code, 422) if problems else 200
    context = {
        "problems": problems, "required": REQUIRED, "optional": OPTIONAL, "max_mb": MAX_FILE_BYTES >> 20,
        "max_rows": MAX_ROWS, **_trail(),
    }  # fmt: skip
    return render(request, "people/import_upload.html", context, status=status)


def _record_refusal(request, filename: str, outcome: Outcome) -> None:
    codes = sorted({problem.code for problem in outcome.errors})
    scope = request.user.scope("people.import_officer")
    record(
        "people.refuse_import", actor=request.user, target=f"people.import:{outcome.sha256[:16]}",
        unit=scope[0] if scope else None, file=filename[:120], sha256=outcome.sha256, rows=outcome.rows,
        errors=len(outcome.errors), codes=codes,
    )  # fmt: skip


@importers_only
@require_GET
def preview(request, token: str):
    upload = uploads.find(request.session, token)
    return _preview_page(request, upload, _dry_run(request, upload))


def _dry_run(request, upload: uploads.Upload) -> Outcome:
    return import_people(upload.read(), upload.filename, actor=request.user, dry_run=True)


def _preview_page(request, upload: uploads.Upload, outcome: Outcome, *, status=200, refusal: str = ""):
    # What changes somebody who is already here comes first: a thousand new ones must not hide it.
    changed = [change for kind in MOST_TELLING for change in outcome.changes if change.kind == kind]
    context = {
        "upload": upload, "outcome": outcome, "refusal": refusal, "consequence": consequence(outcome),
        "counts": _counts(outcome.counts),
        "changes": [(change, LABELS[change.kind]) for change in changed[:SHOWN_CHANGES]], "changed": len(changed),
        "errors": outcome.errors[:SHOWN_ERRORS], **_trail("核对"),
    }  # fmt: skip
    return render(request, "people/import_preview.html", context, status=status)


def consequence(outcome: Outcome) -> str:
    """What confirming does, in numbers; empty where nothing would change."""
    kinds = [kind for kind in LABELS if kind != "unchanged" and outcome.counts[kind]]
    named = [f"{LABELS[kind]}{outcome.counts[kind]:,}人" for kind in kinds]
    return f"将{'，'.join(named)}" if named else ""


@importers_only
@require_GET
def errors(request, token: str):
    """The whole list of errors, as a spreadsheet."""
    outcome = _dry_run(request, uploads.find(request.session, token))
    rows = [[problem.row, problem.column, problem.message, problem.code] for problem in outcome.errors]
    return _download(write_xlsx("错误", ["行", "列", "问题", "代码"], rows), "import-errors.xlsx")


@importers_only
@require_POST
def confirm(request, token: str):
    """Import what the preview showed, checked against the database as it is now."""
    if request.session.get(DONE, {}).get("token") == token:
        return redirect("people_import:done")
    upload = uploads.find(request.session, token)
    try:
        outcome = import_people(
            upload.read(), upload.filename, actor=request.user, expected=request.POST.get("fingerprint", "-")
        )
    except ValidationError as refusal:
        return _preview_page(request, upload, _dry_run(request, upload), status=409, refusal=str(refusal.message))
    if outcome.errors:
        message = "预览之后人员数据有变化，文件中出现了错误，没有写入任何内容。"
        return _preview_page(request, upload, outcome, status=409, refusal=message)
    uploads.discard(request.session)
    request.session[DONE] = {"token": token, "filename": upload.filename, "rows": outcome.rows, **outcome.counts}
    return redirect("people_import:done")


@importers_only
@require_POST
def cancel(request, token: str):
    uploads.find(request.session, token)
    uploads.discard(request.session)
    return redirect("people_import:upload")


@importers_only
@require_GET
def done(request):
    finished = request.session.get(DONE)
    if not finished:
        return redirect("people_import:upload")
    context = {"done": finished, "counts": _counts(finished), **_trail("完成")}
    return render(request, "people/import_done.html", context)


def _counts(numbers) -> list[tuple[str, int]]:
    return [(label, numbers[kind]) for kind, label in LABELS.items()]


@importers_only
@require_GET
def template(request):
    """An empty file with every heading, and a sheet that says what may stand under each."""
    choices = [("性别", Officer.Sex), ("职级", Officer.Rank), ("来源", Officer.Source), ("状态", Officer.Status)]
    notes = [
        "第一行是表头，不要改动；每人一行，填在“人员”表中。",
        f"必填：{'、'.join(REQUIRED)}。其余列可以整列删去，也可以留空；留空的单元格不改动已有内容。",
        "人员编号是登录账号，也是识别同一人的依据；编号列请设为文本格式。",
        "日期写成2026-02-28，也可写成2026/2/28或2026年2月28日。",
        *[f"{heading}可填：{'、'.join(choice.labels)}。" for heading, choice in choices],
        "法律职业资格、公职律师填“是”或“否”。",
        "单位编码与现单位不同即为调动，从“任职日期”起算；任职日期留空的，从导入当天起算。",
        "少数民族姓名中的间隔号统一为“·”；生僻字照原字保存；自造字请先换成标准字。",
        "不要填写身份证号、手机号等信息，系统不保存。",
    ]
    return _download(write_xlsx("人员", [*REQUIRED, *OPTIONAL], [], notes=notes), "people-template.xlsx")


def _download(data: bytes, filename: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _trail(here: str = "") -> dict:
    items = [{"url": reverse("wagtailadmin_home"), "label": "工作台"}]
    items.append({"url": reverse("people_import:upload") if here else "", "label": "导入人员"})
    if here:
        items.append({"url": "", "label": here})
    return {"breadcrumbs_items": items, "header_title": "导入人员", "page_title": "导入人员", "header_icon": "upload"}
