"""师资总览: targets against actuals, coverage, the podium, and what waits for somebody."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from instructors.pool.filters import SOON
from instructors.pool.models import Appointment, PodiumMember, SelectionRound, YearReview
from instructors.pool.services.board import build_board
from instructors.pool.services.coverage import Share, coverage, teams_without
from lms.audit.services import record
from lms.sheets.export import write_xlsx

VIEW = "pool.view_appointment"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEAMS_SHOWN = 30
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _year(request) -> int:
    text, this = request.GET.get("year", ""), timezone.localdate().year
    return min(max(int(text), FIRST_YEAR), LAST_YEAR) if text.isascii() and text.isdigit() else this


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def overview(request):
    user, today, year = request.user, timezone.localdate(), _year(request)
    podium = PodiumMember.objects.visible_to(user).serving_in(year).with_lectures(year)
    held = Appointment.objects.visible_to(user)
    bare = teams_without(user, today)
    context = {
        "year": year, "years": range(today.year - 2, today.year + 1), "today": today,
        "board": build_board(user, year), "reaches": coverage(user, today),
        "bare": bare[:TEAMS_SHOWN], "bare_count": bare.count(),
        "podium": Share(podium.filter(lectures__gt=0).count(), podium.count()),
        "silent": podium.filter(lectures=0).select_related("officer").order_by("department")[:TEAMS_SHOWN],
        "proposed": held.proposed().count(),
        "ending": held.in_force_on(today).filter(during__endswith__lte=today + SOON).count(),
        "undecided": YearReview.objects.visible_to(user).undecided().count(),
        "rounds": SelectionRound.objects.visible_to(user).exclude(state="CLOSED").count(),
    }  # fmt: skip
    return render(request, "pool/overview.html", context)


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def export(request):
    """Targets and coverage as they are on the screen."""
    year, today = _year(request), timezone.localdate()
    goals = {place.unit.pk: place.goals for place in build_board(request.user, year).places}
    headings = [
        "单位",
        "可授课教员",
        "有小教员的中队",
        "中队数",
        "有教员能讲的事项",
        "事项总数",
        "新聘区级师资",
        "目标",
        "新聘实践教员",
        "目标",
    ]
    rows = [
        [reach.unit.name, reach.active, reach.teams.count, reach.teams.total, reach.items.count, reach.items.total,
         *(number for goal in goals.get(reach.unit.pk, []) for number in (goal.actual, goal.target))]
        for reach in coverage(request.user, today)
    ]  # fmt: skip
    record("pool.export_coverage", actor=request.user, target=request.user, year=year, rows=len(rows))
    response = HttpResponse(write_xlsx("师资目标与覆盖", headings, rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="pool-coverage-{today:%Y%m%d}.xlsx"'
    return response
