"""What the bank covers: lines of the syllabus and enforcement items, with the questions there are for each."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from courses.catalogue.models import ItemCode, SyllabusNode
from exams.bank.models import Question
from exams.bank.views.listed import XLSX
from exams.bank.views.preview import VIEW
from lms.audit.services import record
from lms.sheets.export import write_xlsx

STEPS = (1, 2, 3, 5, 8, 12)  # from how many questions on a cell is a shade darker


@dataclass(frozen=True)
class Cell:
    """An item and the questions in use for it."""

    code: str
    name: str
    domain: str
    active: int
    total: int

    @property
    def shade(self) -> str:
        return f"h{sum(self.active >= step for step in STEPS)}" if self.active else "none"


def cells(user) -> list[Cell]:
    seen = Question.objects.visible_to(user)
    usable = seen.usable().values("pk")
    links = Question.item_codes.through.objects.filter(question__in=seen.values("pk"))
    numbers = {"active": Count("pk", filter=Q(question__in=usable)), "total": Count("pk")}
    rows = links.order_by().values("itemcode").annotate(**numbers).values_list("itemcode", *numbers)
    counts = {item: (active, total) for item, active, total in rows}
    items = ItemCode.objects.visible_to(user).order_by("domain", "code")
    return [Cell(item.code, item.name, item.domain, *counts.get(item.pk, (0, 0))) for item in items]


def lines(user) -> list[tuple[SyllabusNode, int, int]]:
    """Lines of the syllabus that have a topic: a question counts where its topic and level are the line's."""
    seen = Question.objects.visible_to(user)
    usable = seen.usable().values("pk")
    numbers = {"active": Count("pk", filter=Q(pk__in=usable)), "total": Count("pk")}
    rows = seen.order_by().values("topic", "level").annotate(**numbers).values_list("topic", "level", *numbers)
    counts = {(topic, level): (active, total) for topic, level, active, total in rows}
    nodes = SyllabusNode.objects.visible_to(user).exclude(topic=None).select_related("topic")
    return [(node, *counts.get((node.topic_id, node.level), (0, 0))) for node in nodes]


def by_domain(found: Iterable[Cell]) -> list[tuple[str, list[Cell]]]:
    groups: dict[str, list[Cell]] = {}
    for cell in found:
        groups.setdefault(cell.domain or "未分领域", []).append(cell)
    return list(groups.items())


@login_required
@require_GET
@permission_required(VIEW, raise_exception=True)
def coverage(request):
    found, nodes = cells(request.user), lines(request.user)
    context = {
        "domains": by_domain(found), "number": len(found), "covered": sum(cell.active > 0 for cell in found),
        "without": [cell for cell in found if not cell.active], "nodes": nodes,
        "nodes_covered": sum(active > 0 for _, active, _ in nodes),
    }  # fmt: skip
    return render(request, "bank/coverage.html", context)


@login_required
@require_GET
@permission_required(VIEW, raise_exception=True)
def export(request):
    """The same numbers, line by line."""
    rows: list[list] = [
        ["大纲条目", node.edition, node.title, f"{node.get_level_display()} {node.topic}", active, total]
        for node, active, total in lines(request.user)
    ]
    rows += [["执法事项", cell.code, cell.name, cell.domain, cell.active, cell.total] for cell in cells(request.user)]
    units = request.user.scope(VIEW)
    record(
        "bank.export_coverage",
        actor=request.user,
        target="bank.coverage",
        unit=units[0] if units else None,
        rows=len(rows),
    )
    headings = ["类别", "代码或版本", "名称", "领域或等级专题", "在用试题", "全部试题"]
    headers = {"Content-Disposition": 'attachment; filename="question-coverage.xlsx"'}
    return HttpResponse(write_xlsx("覆盖情况", headings, rows), content_type=XLSX, headers=headers)
