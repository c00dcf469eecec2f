"""The office's page of one task: how far the units are, who is late, the same as a file, one reminder each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from wagtail.admin.views.generic import InspectView

from courses.learning.models import CourseAssignment
from courses.learning.services.assignments import (
    REMIND,
    STATES,
    VIEW,
    in_place,
    people_of,
    progress_by_unit,
    remind,
    to_remind,
)
from lms.audit.services import record
from lms.sheets.export import write_xlsx

PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class AssignmentView(InspectView):
    template_name = "learning/assignment.html"

    def get_context_data(self, **kwargs):
        task, request = self.object, self.request
        units, state = progress_by_unit(task, request.user), chosen_state(request)
        place = chosen_place(request, units)
        shown = people_shown(task, request.user, state, place)
        can_remind = request.user.has_perm(REMIND) and not task.ended_at
        return super().get_context_data(**kwargs) | {
            "task": task, "units": units, "total": total_of(units), "states": STATES, "state": state, "place": place,
            "place_name": next((unit["name"] for unit in units if unit["place"] == place), ""),
            "page": page_of(shown, shown_count(units, state, place), request),
            "remindable": to_remind(task, request.user, place).count() if can_remind else 0,
        }  # fmt: skip


def chosen_state(request) -> str:
    state = request.GET.get("state", "")
    return state if state in STATES else ""


def chosen_place(request, units: list[dict]) -> str:
    place = request.GET.get("place", "")
    return place if place in {unit["place"] for unit in units} else ""


def total_of(units: list[dict]) -> dict:
    total = {name: sum(unit[name] for unit in units) for name in ("people", "done", "begun", "none")}
    return total | {"share": 100 * total["done"] / total["people"] if total["people"] else 0}


def shown_count(units: list[dict], state: str, place: str) -> int:
    """Known from the units' sums: counting again would take as long as they did."""
    return sum(unit[state.lower() or "people"] for unit in units if place in ("", unit["place"]))


def page_of(rows: QuerySet, count: int, request):
    paginator = Paginator(rows, PER_PAGE)
    paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def people_shown(task, user, state: str, place: str) -> QuerySet:
    rows = in_place(people_of(task, user), task, user, place).select_related("unit")
    rows = rows.filter(state=state) if state else rows
    return rows.order_by("unit__path", "staff_no")


@login_required
@permission_required(VIEW, raise_exception=True)
def export(request, pk):
    """Exactly the rows the same address shows, all pages of them."""
    task = get_object_or_404(CourseAssignment.objects.visible_to(request.user).select_related("unit"), pk=pk)
    state, place = chosen_state(request), chosen_place(request, progress_by_unit(task, request.user))
    rows = [
        [person.name, person.staff_no, person.unit.name, person.get_rank_display(), STATES[person.state]]
        for person in people_shown(task, request.user, state, place)
    ]
    record("learning.export_assignment", actor=request.user, target=task, rows=len(rows), state=state)
    notes = [
        f"{task.title}，{task.whom}，截止{task.due_on:%Y年%-m月%-d日}，{STATES.get(state, '全部')}，共{len(rows):,}人",
        f"截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}",
    ]
    content = write_xlsx("学习任务", ["姓名", "人员编号", "单位", "职级", "状态"], rows, notes=notes)
    name = f"assignment-{task.pk}.xlsx"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@login_required
@require_POST
@permission_required(REMIND, raise_exception=True)
def send_reminder(request, pk):
    task = get_object_or_404(CourseAssignment.objects.visible_to(request.user).select_related("unit"), pk=pk)
    place = chosen_place(request, progress_by_unit(task, request.user))
    try:
        told = remind(task, actor=request.user, place=place)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已提醒{told}人，每人只提醒一次。")
    query = request.GET.urlencode()
    return redirect(reverse("courseassignment:inspect", args=[pk]) + (f"?{query}" if query else ""))
