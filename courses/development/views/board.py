"""课程开发 at a glance: the year's targets, where projects stand, who has taken on what, what is late."""

from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.development.services import targets as book
from lms.audit.services import record
from lms.sheets.export import write_xlsx

VIEW = "development.view_developmentproject"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ["单位", "认领", "评审中", "已采用", "不采用、失效和放弃"]
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _year(request) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() else timezone.localdate().year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def board(request):
    user, year = request.user, _year(request)
    try:
        rows, version = book.targets(user, year)
    except ValidationError as refusal:
        rows, version, reason = [], None, refusal.messages[0]
    else:
        reason = ""
    late = book.late_milestones(user)
    context = {
        "year": year, "years": range(year - 2, year + 2), "targets": rows, "version": version, "norule": reason,
        "stages": book.stages(user), "lines": book.unit_lines(user, year), "calls": book.open_calls(user),
        "milestones": late[: book.SHOWN], "late_count": late.count(), "reviews": book.late_reviews(user)[: book.SHOWN],
        "is_part": not any(unit.is_whole_city for unit in user.scope(VIEW)),
        "works": book.works_by_form(user), "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "development/board.html", context)


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def export(request):
    """The units' table as shown, with the targets above it."""
    user, year = request.user, _year(request)
    rows, _ = book.targets(user, year)
    lines = [
        [line.unit.name, line.claimed, line.reviewing, line.accepted, line.lost] for line in book.unit_lines(user, year)
    ]
    notes = [
        *[f"{one.label}：{one.actual}/{one.wanted}{one.unit}（{one.share:.1f}%）" for one in rows],
        f"{year}年，截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{user}",
    ]
    record("development.export_board", actor=user, target="development.crowdcall", year=year, rows=len(lines))
    content = write_xlsx("众筹认领", HEADINGS, lines, notes=notes)
    disposition = f'attachment; filename="development-{year}.xlsx"'
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})
