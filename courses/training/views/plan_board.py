"""Who has filed: the board of a year, the same as a file, one reminder each; and who answers for what."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from courses.training.models import PlanChange, TrainingPlan
from courses.training.services.board import LABELS, VIEW, Board, build_board, can_remind, remind, to_remind, top_units
from courses.training.services.plan_log import ACCEPT
from courses.training.views.plan_import import XLSX
from lms.audit.services import record
from lms.people.models import OrgUnit
from lms.people.querysets import in_units
from lms.rules.models import RuleVersion
from lms.sheets.export import write_xlsx

RESPONSIBILITY = "R42"
LATE = "LATE"
FILTERS = LABELS | {LATE: "逾期"}
HEADINGS = ["单位", "状态", "逾期", "计划", "期数", "人次", "人·天", "编制人", "审核人", "报备时间", "办理人", "办理时间",
            "退回次数", "最近退回理由"]  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2000, 2100


def board_of(request) -> tuple[Board, str]:
    """The board an address asks for, and its span. Units and years that are not there are 404."""
    span = request.GET.get("span", TrainingPlan.Span.YEAR)
    span = span if span in TrainingPlan.Span.values else TrainingPlan.Span.YEAR
    return build_board(_top(request), _year(request), span), span


def _top(request) -> OrgUnit:
    tops = top_units(request.user)
    code = request.GET.get("unit")
    if code:
        return get_object_or_404(OrgUnit.objects.filter(in_units(tops, "")), code=code)
    if not tops:
        raise Http404
    return tops[0]


def _year(request) -> int:
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() else timezone.localdate().year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def shown(board: Board, chosen: str) -> list:
    return [place for place in board.places if chosen in ("", place.standing) or (chosen == LATE and place.is_late)]


def _chosen(request) -> str:
    chosen = request.GET.get("state", "")
    return chosen if chosen in FILTERS else ""


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def board(request):
    try:
        found, span = board_of(request)
    except LookupError:
        return render(request, "training/plan_board_norule.html", {"year": _year(request)})
    chosen, counts = _chosen(request), found.counts() | {LATE: found.late}
    context = {
        "board": found, "span": span, "spans": TrainingPlan.Span.choices, "chosen": chosen,
        "filters": [(code, label, counts[code]) for code, label in FILTERS.items() if counts[code]],
        "shown": {place.unit.pk for place in shown(found, chosen)},
        "years": range(found.year - 2, found.year + 2), "trail": _above(request.user, found.top),
        "remindable": to_remind(found, span).count() if can_remind(request.user, found.top) else 0,
        "changes": _changes(request.user, found).count(), "own_plan": _own_plan(request.user, found, span),
    }  # fmt: skip
    return render(request, "training/plan_board.html", context)


def _above(user, top: OrgUnit) -> list[OrgUnit]:
    over = [top.path[:length] for length in range(top.steplen, len(top.path), top.steplen)]
    return list(OrgUnit.objects.filter(in_units(top_units(user), ""), path__in=over).order_by("path"))


def _changes(user, found: Board):
    return PlanChange.objects.visible_to(user).filter(in_units([found.top], "plan__unit"), plan__year=found.year)


def _own_plan(user, found: Board, span: str) -> TrainingPlan | None:
    return TrainingPlan.objects.visible_to(user).filter(unit=found.top, year=found.year, span=span).first()


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def export(request):
    """Exactly the units the same address shows."""
    found, span = board_of(request)
    chosen = _chosen(request)
    rows = [_row(place) for place in shown(found, chosen)]
    record("training.export_board", actor=request.user, target=found.top, year=found.year, rows=len(rows))
    notes = [
        f"{found.top}{found.year}年{TrainingPlan.Span(span).label}，{FILTERS.get(chosen, '全部')}，共{len(rows)}个单位",
        *[f"已报备{part.filed}/{len(part.places)}{part.unit_word}，已备案{part.accepted}/{len(part.places)}" for part in found.parts],
        f"报备截止{found.due:%Y年%-m月%-d日}，截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{request.user}",
    ]  # fmt: skip
    content = write_xlsx("计划备案", HEADINGS, rows, notes=notes)
    disposition = f'attachment; filename="plans-{found.top.code}-{found.year}.xlsx"'
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _row(place) -> list:
    plan = place.plan
    head = [place.unit.name, place.label, place.is_late]
    if plan is None:
        return [*head, *[None] * (len(HEADINGS) - len(head))]
    return [
        *head, plan.title, plan.classes, plan.attendances, plan.person_days, str(plan.made_by),
        str(plan.approved_by or ""), plan.filed_at, str(plan.decided_by or ""), plan.decided_at, plan.returns,
        plan.last_return,
    ]  # fmt: skip


@login_required
@require_POST
@permission_required(ACCEPT, raise_exception=True)
def send_reminder(request):
    found, span = board_of(request)
    if not can_remind(request.user, found.top):
        raise Http404
    people = remind(found, span, actor=request.user)
    messages.success(request, f"已提醒{people}人，每人只提醒一次。")
    return redirect(f"{reverse('training_plans:board')}?{request.GET.urlencode()}")


@login_required
@permission_required(VIEW, raise_exception=True)
@require_GET
def responsibility(request):
    """The rule in force of who answers for what in three tiers."""
    version = RuleVersion.objects.in_force(RESPONSIBILITY, timezone.localdate())
    tiers = [
        {"label": item["label"], "duties": [text.strip("。 ") for text in item["value"].split("；") if text.strip()]}
        for item in (version.formula["items"] if version else [])
    ]
    return render(request, "training/plan_responsibility.html", {"version": version, "tiers": tiers})
