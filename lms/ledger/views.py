from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lms.ledger.models import Entry
from lms.ledger.services.standings import standing
from lms.rules.services import year_labels
from lms.sheets.export import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _year(request) -> int:
    text = request.GET.get("year", "")
    this_year = timezone.localdate().year
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= this_year else this_year


def _entries(request, officer, year):
    """The officer's lines of a year, newest first, each with what a line is explained by."""
    rows = (
        Entry.objects.visible_to(request.user)
        .filter(obligation__officer=officer, obligation__year=year)
        .select_related("rule_version__rule", "rule_version__regulation", "reversed_by", "reverses", "unit")
        .order_by("-occurred_on", "-id")
    )
    chosen = request.GET.get("layer", "")
    if chosen == "none":
        return rows.filter(capped_hours__gt=0) | rows.filter(counts_hours=False)
    return rows.filter(layer=chosen) if chosen in ("ONLINE", "UNIT", "TEAM") else rows


@login_required
def book(request):
    """An officer's own ledger, line by line."""
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise Http404
    return render(request, "ledger/book.html", book_context(request, officer))


def book_context(request, officer) -> dict:
    """What the ledger page of an officer shows, to himself or to his office."""
    year = _year(request)
    obligation, place = standing(officer, year)
    entries = list(_entries(request, officer, year))
    months = [
        {"month": month, "entries": lines, **month_sums(lines)}
        for month, group in groupby(entries, key=lambda entry: entry.occurred_on.month)
        for lines in [list(group)]
    ]
    return {
        "place": "me", "officer": officer, "year": year, "obligation": obligation, "standing": place,
        "months": months, "count": len(entries), "labels": year_labels("LAYER", year), "now": timezone.localtime(),
        "layer": request.GET.get("layer", ""),
    }  # fmt: skip


def month_sums(lines) -> dict:
    """What the lines of a month add up to, for its heading."""
    return {
        "hours": sum(line.hours for line in lines if line.counts_hours),
        "credits": sum(line.credits for line in lines if line.counts_credits),
    }


@login_required
def export(request):
    """The lines just shown, as a spreadsheet."""
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise Http404
    year = _year(request)
    headings = ["发生日期", "事项", "层级", "学时", "学分", "未计学时", "计入", "规则版本", "凭据", "校验值"]
    rows = [
        [entry.occurred_on, entry.title, entry.get_layer_display(), entry.hours, entry.credits, entry.capped_hours,
         "是" if entry.counts_hours else "否", str(entry.rule_version), entry.evidence, entry.row_hash]
        for entry in _entries(request, officer, year)
    ]  # fmt: skip
    response = HttpResponse(write_xlsx("台账", headings, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="ledger-{officer.staff_no}-{year}.xlsx"'
    return response
