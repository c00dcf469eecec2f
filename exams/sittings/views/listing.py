"""Putting people on a sitting's list: by filter, class or number, by file, or once more after a resit."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from courses.training.views.enrollment import download, holders_only
from exams.sittings import candidate_file
from exams.sittings.forms.candidates import WantedForm
from exams.sittings.models import Sitting, UnitQuota
from exams.sittings.services.absence import open_resit, resit_list
from exams.sittings.services.candidates import NOMINATE, RUN, Answer
from exams.sittings.services.files import import_candidates, look_at
from exams.sittings.services.listing import carry_out, chosen, own_quotas, preview, right_over
from lms.people import upload as uploads
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES, Problem

PURPOSE, SHOWN, NAMED = "sittings_file", 50, 12


def sittings_for(user) -> QuerySet[Sitting]:
    return Sitting.objects.visible_to(user).select_related("exam__unit", "exam__blueprint").with_standing()


def sitting_to_fill(request, pk: int, *, office_only: bool = False) -> tuple[Sitting, str]:
    """The sitting, and by which right the user fills it. 404 outside his sight, 403 without right or places."""
    sitting = get_object_or_404(sittings_for(request.user), pk=pk)
    right = right_over(request.user, sitting)
    if right == NOMINATE and (office_only or not own_quotas(request.user, sitting)):
        raise PermissionDenied
    return sitting, right


def context_of(sitting: Sitting, right: str, title: str) -> dict:
    page = reverse("sitting:inspect", args=[sitting.pk])
    trail = [
        {"url": reverse("exam:inspect", args=[sitting.exam_id]), "label": str(sitting.exam)},
        {"url": page, "label": f"第{sitting.number}场"}, {"url": "", "label": title},
    ]  # fmt: skip
    return {
        "row": sitting, "page": page, "title": title, "is_office": right == RUN, "breadcrumbs_items": trail,
        "free": max(0, sitting.places - sitting.people),
    }  # fmt: skip


@holders_only(NOMINATE)
@require_http_methods(["GET", "POST"])
def add(request, pk):
    """Who would be entered is shown first, and only that is carried out."""
    sitting, right = sitting_to_fill(request, pk)
    asked = request.POST if request.method == "POST" else request.GET
    form = WantedForm(asked or None, user=request.user, permission=right)
    context = context_of(sitting, right, "添加考生" if right == RUN else "推荐考生") | {"form": form, "status": 200}
    shown = _preview(request.user, sitting, form)
    if request.method == "POST" and shown:
        try:
            answers = carry_out(request.user, sitting, shown, request.POST.get("fingerprint", ""))
        except ValidationError as refusal:
            context |= {"refusal": " ".join(refusal.messages), "status": 409}
        else:
            say(request, answers)
            return redirect(context["page"])
    context |= {"shown": shown, "quotas": own_quotas(request.user, sitting) if right == NOMINATE else []}
    return render(request, "sittings/listing.html", context, status=context["status"])


def _preview(user, sitting: Sitting, form: WantedForm):
    if not form.is_valid():
        return None
    try:
        wanted = form.wanted
        return preview(user, sitting, chosen(user, sitting, wanted), wanted.training_class)
    except ValidationError as refusal:
        form.add_error("numbers", refusal)
        return None


def say(request, answers: list[Answer]) -> None:
    made = [answer for answer in answers if answer.candidate]
    refused = [f"{answer.officer}：{answer.refusal.message}" for answer in answers if answer.refusal]
    if made:
        messages.success(request, f"已加入{len(made)}名考生。")
    if refused:
        more = f"等{len(refused)}人" if len(refused) > NAMED else ""
        messages.error(request, f"未加入{len(refused)}人。{' '.join(refused[:NAMED])}{more}")


@holders_only(NOMINATE)
@require_http_methods(["GET", "POST"])
def upload(request, pk):
    sitting, right = sitting_to_fill(request, pk)
    if "template" in request.GET:
        return _template()
    if request.method == "GET":
        return _upload_page(request, sitting, right)
    file = request.FILES.get("file")
    if file is None or file.size > MAX_FILE_BYTES:
        fault = "请选择文件。" if file is None else f"文件过大，不能超过{MAX_FILE_BYTES >> 20} MB。"
        return _upload_page(request, sitting, right, [Problem(None, "", fault, "no_file")])
    data = file.read()
    outcome = look_at(data, file.name, sitting, actor=request.user)
    if outcome.problems:
        return _upload_page(request, sitting, right, outcome.problems)
    kept = uploads.keep(request.session, file.name, data, PURPOSE)
    return redirect("sittings_office:file", pk, kept.token)


def _template() -> HttpResponse:
    headings = [*candidate_file.REQUIRED, *candidate_file.OPTIONAL]
    notes = ["每行一人，填人员编号；姓名可不填，填了就与人员库核对。"]
    return download(write_xlsx("考生名单", headings, [], notes=notes), "candidates.xlsx")


def _upload_page(request, sitting, right, problems=()):
    context = context_of(sitting, right, "按名单文件添加") | {
        "problems": problems[:200], "problem_count": len(problems), "max_mb": MAX_FILE_BYTES >> 20,
        "shape": candidate_file,
    }  # fmt: skip
    return render(request, "sittings/listing_file.html", context, status=422 if problems else 200)


@holders_only(NOMINATE)
@require_http_methods(["GET", "POST"])
def file(request, pk, token):
    """What would be written; confirming writes that and nothing else."""
    sitting, right = sitting_to_fill(request, pk)
    kept = uploads.find(request.session, token, PURPOSE)
    data, refusal = kept.read(), ""
    context = context_of(sitting, right, "按名单文件添加")
    if request.method == "POST":
        expected = request.POST.get("fingerprint", "")
        try:
            answers = import_candidates(data, kept.filename, sitting, actor=request.user, expected=expected)
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        else:
            uploads.discard(request.session, PURPOSE)
            say(request, answers)
            return redirect(context["page"])
    outcome = look_at(data, kept.filename, sitting, actor=request.user)
    context |= {"upload": kept, "outcome": outcome, "people": outcome.officers[:SHOWN], "refusal": refusal}
    return render(request, "sittings/listing_preview.html", context, status=409 if refusal else 200)


@holders_only(RUN)
@require_http_methods(["GET", "POST"])
def resit(request, pk):
    """Those who may sit again, ticked into this window."""
    sitting, right = sitting_to_fill(request, pk, office_only=True)
    again, refusal = resit_list(sitting.exam), ""
    context = context_of(sitting, right, "编入补考")
    if request.method == "POST":
        ticked = set(request.POST.getlist("officer"))
        officers = [one.candidate.officer for one in again if str(one.candidate.officer_id) in ticked]
        try:
            say(request, open_resit(sitting, officers, actor=request.user))
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        else:
            return redirect(context["page"])
    context |= {"again": again, "refusal": refusal}
    return render(request, "sittings/resit.html", context, status=409 if refusal else 200)


@holders_only(NOMINATE)
@require_safe
def offered(request):
    """Windows of others in which one's own unit has places."""
    user = request.user
    own = UnitQuota.objects.filter(user.scope_filter(NOMINATE, "unit"))
    ours = Sitting.objects.within(user, RUN)
    rows = sittings_for(user).filter(quotas__in=own, exam__checked_at__isnull=False).exclude(pk__in=ours.values("pk"))
    return render(request, "sittings/offered.html", {"rows": rows.filled_by(own).order_by("opens_at").distinct()})
