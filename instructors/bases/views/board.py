"""Targets against actuals, district by district."""

from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from instructors.bases.models import BaseReview, PracticeBase
from instructors.bases.terms import target_of, terms_of, version_on
from instructors.bases.usage import Use, use_of
from lms.people.models import OrgUnit
from lms.sheets.export import write_xlsx

SEE = "bases.view_practicebase"
State = PracticeBase.State
HEADINGS = ["单位", "目标（家）", "已命名（家）", "使用中（家）", "1基地1精品未达标（家）", "逾期（家）", "办理中的申报（件）",
            "90天内到期复审（家）", "本年课次", "本年人次", "本年小时"]  # fmt: skip


@dataclass
class Line:
    """What a district has beside what it is to have."""

    unit: OrgUnit
    target: int
    states: Counter
    under_way: int
    due_soon: int
    use: Use

    @property
    def named(self) -> int:
        return self.states.total()

    @property
    def active(self) -> int:
        return self.states[State.ACTIVE]

    @property
    def incomplete(self) -> int:
        return self.states[State.INCOMPLETE]

    @property
    def overdue(self) -> int:
        return self.states[State.OVERDUE]

    @property
    def share(self) -> float:
        return 100 * self.named / self.target if self.target else 0

    @property
    def width(self) -> float:
        return min(100, self.share)

    @property
    def is_met(self) -> bool:
        return self.named >= self.target


def lines_for(user) -> list[Line]:
    """One for each district or city-level unit in the user's scope that is to have bases or has some."""
    today = timezone.localdate()
    version = version_on(today)
    units = OrgUnit.objects.visible_to(user).filter(kind=OrgUnit.Kind.DISTRICT).order_by("path")
    bases = list(PracticeBase.objects.visible_to(user).named().select_related("venue__unit"))
    used = use_of([base.venue_id for base in bases], today.replace(month=1, day=1), today)
    soon = today + terms_of(version).ahead
    open_ = BaseReview.objects.visible_to(user).under_way().values_list("unit__path", flat=True)
    step = 2 * OrgUnit.steplen
    waiting = Counter(path[:step] for path in open_)
    lines = []
    for unit in units:
        own = [base for base in bases if base.unit.city_level_path == unit.path]
        lines.append(
            Line(
                unit, target_of(version, unit.code), Counter(base.state for base in own), waiting[unit.path],
                sum(base.review_due_on <= soon for base in own), sum((used[base.venue_id] for base in own), Use()),
            )
        )  # fmt: skip
    return lines


@login_required
@permission_required(SEE, raise_exception=True)
@require_safe
def board(request):
    lines = lines_for(request.user)
    if request.GET.get("export"):
        return export(lines)
    total = {name: sum(getattr(line, name) for line in lines) for name in
             ("target", "named", "active", "incomplete", "overdue", "under_way", "due_soon")}  # fmt: skip
    met = sum(line.is_met for line in lines)
    context = {
        "lines": lines, "total": total, "use": sum((line.use for line in lines), Use()), "met": met,
        "met_share": 100 * met / len(lines) if lines else 0, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "bases/board.html", context)


def export(lines: list[Line]) -> FileResponse:
    rows = [
        [str(line.unit), line.target, line.named, line.active, line.incomplete, line.overdue, line.under_way,
         line.due_soon, line.use.sessions, line.use.attendances, line.use.hours]
        for line in lines
    ]  # fmt: skip
    content = BytesIO(write_xlsx("基地建设", HEADINGS, rows))
    return FileResponse(content, as_attachment=True, filename=f"基地建设-{timezone.localdate():%Y%m%d}.xlsx")
