"""Marks on a grid: an office's for theory and fitness, a judge's own for drill. A file fills the grid, nobody's table."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from courses.training import fitness
from courses.training.models import AssessmentPart
from courses.training.services.assessments import SCORE, drill_judges, learners, parse_mark, record_scores
from courses.training.services.outcomes import fitness_rule, standards_of
from courses.training.views.completion import as_download
from lms.sheets.export import write_xlsx
from lms.sheets.table import SheetRefused, read_table

NUMBER, NAME, MARK = "人员编号", "姓名", "成绩"
CONSOLE = "wagtailadmin.access_admin"


def part_for(user, pk, *kinds) -> AssessmentPart:
    rows = AssessmentPart.objects.within(user, SCORE).filter(training_class__state="READY")
    return get_object_or_404(
        rows.filter(kind__in=kinds or AssessmentPart.Kind.values).select_related("training_class__unit"), pk=pk
    )


@login_required
@permission_required(SCORE, raise_exception=True)
def scores(request, pk):
    """The console's grid."""
    if not request.user.has_perm(CONSOLE):
        raise PermissionDenied
    return _page(request, part_for(request.user, pk), "training/scores.html", "training_completion:scores")


@login_required
@permission_required(SCORE, raise_exception=True)
def judge(request, pk):
    """A judge's own form on a phone; what others gave is not on it."""
    part = part_for(request.user, pk, AssessmentPart.Kind.DRILL)
    return _page(request, part, "training/scores_judge.html", "training:judge")


@login_required
@permission_required(SCORE, raise_exception=True)
def judging(request):
    """What there is to judge."""
    rows = AssessmentPart.objects.within(request.user, SCORE).filter(training_class__state="READY", kind="DRILL")
    parts = rows.select_related("training_class__unit").order_by("training_class__ends_on", "pk")
    return render(request, "training/scores_judging.html", {"place": "class", "parts": parts})


def _page(request, part, template, back):
    columns, grid = grid_of(part, request.user)
    problems: list[str] = []
    if request.method == "POST" and "file" in request.FILES:
        problems = fill_from_file(request.FILES["file"], columns, grid)
    elif request.method == "POST":
        problems = take(request, part, grid)
        if not problems:
            return redirect(back, part.pk)
    context = {
        "part": part, "row": part.training_class, "columns": columns, "grid": grid, "problems": problems, "place": "class",
        "judges": drill_judges(part), "is_filled": "file" in request.FILES and not problems,
    }  # fmt: skip
    return render(request, template, context, status=400 if problems else 200)


def grid_of(part: AssessmentPart, user) -> tuple[dict[str, str], list[dict]]:
    """Columns by item, and for everybody a cell for each of his own items."""
    is_fitness, rule = part.kind == AssessmentPart.Kind.FITNESS, None
    columns = {"": MARK}
    if is_fitness:
        rule = fitness_rule(part.training_class)
        columns = fitness.items(rule.formula)
    own = part.scores.filter(judge=user) if part.kind == AssessmentPart.Kind.DRILL else part.scores.all()
    known = {(score.enrollment_id, score.item): score for score in own}
    return columns, [_row(one, columns, known, (rule, part)) for one in learners(part.training_class)]


def _row(enrollment, columns, known, terms) -> dict:
    rule, part = terms
    limits = standards_of(enrollment, rule, part.training_class) if rule else {}
    cells = [_cell(enrollment.pk, item, known.get((enrollment.pk, item)), limits) for item in columns]
    for cell in cells:
        cell["applies"] = rule is None or cell["item"] in limits
    return {"enrollment": enrollment, "officer": enrollment.officer, "cells": cells}


def _cell(pk: int, item: str, score, limits) -> dict:
    value = f"{score.value.normalize():f}" if score else ""
    return {
        "name": f"v-{pk}-{item}", "item": item, "value": value, "limit": limits.get(item, ""),
        "is_passed": score.is_passed if score else None, "problem": "",
    }  # fmt: skip


def take(request, part: AssessmentPart, grid) -> list[str]:
    """What was typed, saved if all of it is sound; otherwise the cells keep it, with what is wrong."""
    values, problems = {}, []
    for row in grid:
        for cell in (cell for cell in row["cells"] if cell["applies"]):
            cell["value"] = request.POST.get(cell["name"], "")[:20]
            try:
                values[row["enrollment"].pk, cell["item"]] = parse_mark(cell["value"])
            except ValidationError as refusal:
                cell["problem"] = refusal.message
                problems.append(f"{row['officer'].name}：{refusal.message}")
    if not problems:
        try:
            messages.success(request, f"已保存，改动{record_scores(part, values, actor=request.user)}项。")
        except ValidationError as refusal:
            problems = refusal.messages
    return problems


def fill_from_file(upload, columns, grid) -> list[str]:
    """A file puts values into the grid; nothing is written before somebody has looked and saved."""
    try:
        table = read_table(upload.file, filename=upload.name, required=[NUMBER], optional=[NAME, *columns.values()])
    except SheetRefused as refusal:
        return [str(problem) for problem in refusal.problems]
    people, problems = {row["officer"].staff_no: row for row in grid}, []
    for line in table.rows:
        row = people.get(line.cells[NUMBER].strip())
        if row is None:
            problems.append(f"第 {line.number} 行：这个班没有人员编号“{line.cells[NUMBER]}”。")
        else:
            problems += _fill(row, line, columns)
    return problems


def _fill(row, line, columns) -> list[str]:
    problems = []
    for cell in row["cells"]:
        if not (text := line.cells[columns[cell["item"]]].strip()):
            continue
        cell["value"] = text[:20]
        try:
            parse_mark(text)
        except ValidationError as refusal:
            problems.append(f"第 {line.number} 行“{columns[cell['item']]}”：{refusal.message}")
        if not cell["applies"]:
            problems.append(f"第 {line.number} 行：{row['officer'].name}不测“{columns[cell['item']]}”。")
    return problems


@login_required
@permission_required(SCORE, raise_exception=True)
def sheet(request, pk):
    """The grid as a file to fill in."""
    part = part_for(request.user, pk, AssessmentPart.Kind.THEORY, AssessmentPart.Kind.FITNESS)
    columns, grid = grid_of(part, request.user)
    rows = [[row["officer"].staff_no, row["officer"].name, *(cell["value"] for cell in row["cells"])] for row in grid]
    content = write_xlsx(str(part), [NUMBER, NAME, *columns.values()], rows)
    return as_download(content, f"scores-{part.pk}-{timezone.localdate():%Y%m%d}.xlsx")
