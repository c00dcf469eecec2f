"""Guests of a class and duty shifts by file: upload, preview, confirm. Without a class it is the roster's file."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from courses.training import duty_file, guest_file
from courses.training.services.files import (
    ADD_SHIFTS,
    File,
    Outcome,
    import_guests,
    import_shifts,
    look_at_guests,
    look_at_shifts,
)
from courses.training.views.enrollment import class_to_fill, download, holders_only, learners_url
from lms.people import upload as uploads
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES, Problem

PURPOSE = "training_file"  # one kind of file is never taken for another

SHOWN = 50


@dataclass(frozen=True)
class Intake:
    """What a kind of file is called, what stands in it, and who reads it."""

    title: str
    counted_in: str
    shape: object
    said: str
    look: Callable[[File], Outcome]
    take: Callable[..., Outcome]
    home: str
    here: str


def intake_for(request, pk: int | None) -> Intake:
    """404 outside one's scope, 403 without the right."""
    if pk is not None:
        training_class = class_to_fill(request, pk, ours_only=True)
        return Intake(
            "导入其他学员", "人", guest_file,
            "街镇领导、其他单位人员等不在人员库中的学员。他们没有年度任务，结业后发学习证明；名额已满的列入候补。",
            partial(look_at_guests, training_class=training_class),
            partial(import_guests, training_class=training_class, actor=request.user),
            learners_url(training_class), reverse("training_enrollment:guests", args=[pk]),
        )  # fmt: skip
    return Intake(
        "导入值班表", "班", duty_file,
        "值班与课次重叠的，报名和安排时给出提示，不阻止：由单位说明理由后仍可安排。",
        partial(look_at_shifts, actor=request.user), partial(import_shifts, actor=request.user),
        reverse("dutyshift:index"), reverse("training_enrollment:shifts"),
    )  # fmt: skip


@holders_only(ADD_SHIFTS)
@require_http_methods(["GET", "POST"])
def upload(request, pk=None):
    intake = intake_for(request, pk)
    if "template" in request.GET:
        return _template(intake)
    if request.method == "GET":
        return _upload_page(request, intake)
    file = request.FILES.get("file")
    if file is None or file.size > MAX_FILE_BYTES:
        fault = "请选择文件。" if file is None else f"文件过大，不能超过{MAX_FILE_BYTES >> 20} MB。"
        return _upload_page(request, intake, [Problem(None, "", fault, "no_file")])
    data = file.read()
    outcome = intake.look(File(data, file.name))
    if outcome.problems:
        return _upload_page(request, intake, outcome.problems)
    kept = uploads.keep(request.session, file.name, data, PURPOSE)
    return redirect(f"{intake.here}{kept.token}/")


def _template(intake: Intake) -> HttpResponseBase:
    shape = intake.shape
    content = write_xlsx(intake.title, [*shape.REQUIRED, *shape.OPTIONAL], [], notes=[intake.said])
    name = "guests.xlsx" if shape is guest_file else "shifts.xlsx"
    return download(content, name)


def _upload_page(request, intake: Intake, problems=()):
    context = _context(intake) | {
        "problems": problems[:200], "problem_count": len(problems), "max_mb": MAX_FILE_BYTES >> 20,
    }  # fmt: skip
    return render(request, "training/enroll_file.html", context, status=422 if problems else 200)


@holders_only(ADD_SHIFTS)
@require_http_methods(["GET", "POST"])
def preview(request, token, pk=None):
    """What would be written; confirming writes that and nothing else."""
    intake = intake_for(request, pk)
    kept = uploads.find(request.session, token, PURPOSE)
    file, refusal = File(kept.read(), kept.filename), ""
    if request.method == "POST":
        try:
            outcome = intake.take(file, expected=request.POST.get("fingerprint", ""))
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        else:
            uploads.discard(request.session, PURPOSE)
            messages.success(
                request,
                f"已导入{len(outcome.new):,}{intake.counted_in}，原有{outcome.known:,}{intake.counted_in}不变。",
            )
            return redirect(intake.home)
    outcome = intake.look(file)
    context = _context(intake) | {
        "upload": kept, "outcome": outcome, "rows": outcome.new[:SHOWN], "refusal": refusal,
        "is_guests": intake.shape is guest_file,
    }  # fmt: skip
    return render(request, "training/enroll_file_preview.html", context, status=409 if refusal else 200)


def _context(intake: Intake) -> dict:
    trail = [{"url": intake.home, "label": "学员" if intake.shape is guest_file else "值班班次"}]
    return {"intake": intake, "breadcrumbs_items": [*trail, {"url": "", "label": intake.title}]}
