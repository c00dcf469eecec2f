"""A reviewer's own desk: what he is to score, and nothing of what anybody else gave."""

from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from instructors.bases.forms import SheetForm
from instructors.bases.models import ScoreSheet
from instructors.bases.services.reviews import State
from instructors.bases.services.scoring import SCORE, save_sheet, submit_sheet
from instructors.bases.usage import use_of
from instructors.bases.views.reviews import materials_by_part
from lms.sheets.export import write_csv, write_xlsx

PAGE = 25
STANDINGS = {"open": "待评分", "done": "已提交"}
HEADINGS = ["基地", "申报单位", "主题", "地址", "类别", "第几次评分", "分派日期", "我的得分", "提交时间"]


def my_sheets(request):
    rows = ScoreSheet.objects.assigned_to(request.user)
    rows = rows.select_related("review__unit", "review__checklist", "review__base", "review__round")
    return rows.order_by(F("submitted_at").desc(nulls_first=True), "-pk")


@login_required
@permission_required(SCORE, raise_exception=True)
@require_safe
def sheets(request):
    text, standing = request.GET.get("q", "").strip()[:60], request.GET.get("standing", "")
    rows = my_sheets(request)
    if text:
        found = (
            Q(review__name__icontains=text) | Q(review__theme__icontains=text) | Q(review__unit__name__icontains=text)
        )
        rows = rows.filter(found)
    if standing in STANDINGS:
        rows = rows.filter(submitted_at__isnull=standing == "open")
    if suffix := request.GET.get("export"):
        return export(rows, suffix)
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    context = {"page": page, "q": text, "standing": standing, "standings": STANDINGS, "asked": bool(text or standing)}
    return render(request, "bases/sheets.html", context)


def export(rows, suffix: str) -> FileResponse:
    lines = [
        [
            sheet.review.name, str(sheet.review.unit), sheet.review.theme, sheet.review.address, sheet.review.kind_label,
            sheet.turn, sheet.assigned_at, sheet.total if sheet.is_submitted else None, sheet.submitted_at,
        ]
        for sheet in rows
    ]  # fmt: skip
    is_xlsx = suffix == "xlsx"
    content = write_xlsx("基地评分", HEADINGS, lines) if is_xlsx else write_csv(HEADINGS, lines)
    name = f"基地评分-{timezone.localdate():%Y%m%d}.{'xlsx' if is_xlsx else 'csv'}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)


@login_required
@permission_required(SCORE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def sheet(request, pk):
    row = get_object_or_404(my_sheets(request), pk=pk)
    is_open = not row.is_submitted and row.review.state == State.SCORING and row.turn == row.review.turn
    form = SheetForm(request.POST or None, sheet=row)
    if request.method == "POST" and form.is_valid() and _kept(request, row, form):
        return redirect("bases_scoring:sheet", pk)
    context = {
        "sheet": row, "review": row.review, "form": form, "is_open": is_open,
        "parts": materials_by_part(row.review), "trainers": row.review.trainers.all(), "use": _use(row.review),
    }  # fmt: skip
    return render(request, "bases/sheet.html", context, status=422 if form.errors else 200)


def _kept(request, row: ScoreSheet, form: SheetForm) -> bool:
    """Saved as it is; handed in only if asked for, and refused without losing what was saved."""
    is_final = "submit" in request.POST
    try:
        row = save_sheet(row, form.points(), form.cleaned_data["remarks"], actor=request.user)
        if is_final:
            submit_sheet(row, actor=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, "评分表已提交，不能再改。" if is_final else "已暂存，可以离开后再评。")
    return True


def _use(review):
    """What was held there within the year that ends today; a new applicant has no venue yet."""
    if not review.base:
        return None
    today = timezone.localdate()
    venue = review.base.venue_id
    return use_of([venue], today.replace(year=today.year - 1, day=min(today.day, 28)), today)[venue]
