"""Finding the question whose key is wrong, and saying what it should have been. Also the report of a regrade as a file."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.training.views.enrollment import download, holders_only
from exams.bank.forms.kinds import FORMS
from exams.bank.types import LABELS
from exams.papers.printing import key_lines
from exams.sittings.forms.scores import CorrectionForm
from exams.sittings.models import Exam, KeyCorrection, Regrade
from exams.sittings.services.correcting import propose_correction, refuse_running, times_asked, versions_of
from exams.sittings.services.regrades import lines_of
from lms.audit.services import record
from lms.kit.viewsets import refuse
from lms.sheets.export import write_xlsx

ADD = "sittings.add_keycorrection"
PER_PAGE = 30
HEADINGS = ["准考证号", "原得分/满分", "新得分/满分", "变动题号"]


def exam_to_correct(request, pk: int) -> Exam:
    rows = Exam.objects.visible_to(request.user).within(request.user, ADD).select_related("unit")
    return get_object_or_404(rows, pk=pk)


@holders_only(ADD)
@require_safe
def questions(request, pk):
    """What the exam asked, once it is over."""
    exam, words = exam_to_correct(request, pk), request.GET.get("q", "").strip()
    context = {"exam": exam, "q": words}
    try:
        refuse_running(exam)
    except ValidationError as refusal:
        return render(request, "sittings/questions.html", context | {"refusal": refusal.message}, status=409)
    rows = versions_of(exam)
    if words:
        rows = rows.filter(stem_text__icontains=words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    asked = times_asked(exam, page.object_list)
    corrected = {one.version_id: one for one in exam.corrections.order_by("pk")}
    for version in page:
        version.asked, version.correction = asked.get(version.pk, 0), corrected.get(version.pk)
    return render(request, "sittings/questions.html", context | {"page": page})


@holders_only(ADD)
@require_http_methods(["GET", "POST"])
def correct(request, pk, version):
    exam = exam_to_correct(request, pk)
    found = versions_of(exam).filter(pk=version).first()
    if found is None:
        raise Http404
    kind, data = found.content["type"], request.POST or None
    form, wording = CorrectionForm(data), FORMS[kind](data, was=found.content)
    if form.is_valid() and (not form.is_rekeyed or wording.is_valid()):
        correction = KeyCorrection(exam=exam, version=found, **form.cleaned_data)
        correction.content = wording.content if form.is_rekeyed else None
        try:
            propose_correction(correction, actor=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "更正已提出，请由另一人复核，复核后再重新计分。")
            return redirect("keycorrection:inspect", correction.pk)
    context = {
        "exam": exam, "version": found, "form": form, "wording": wording, "kind": LABELS[kind],
        "key": key_lines(found.content), "asked": times_asked(exam, [found]).get(found.pk, 0),
    }  # fmt: skip
    return render(request, "sittings/correct.html", context, status=422 if data else 200)


@holders_only("sittings.view_regrade")
@require_safe
def export(request, pk):
    report = get_object_or_404(Regrade.objects.visible_to(request.user).select_related("exam__unit"), pk=pk)
    lines = lines_of(report, request.user)
    record("sittings.export_regrade", actor=request.user, target=report, rows=len(lines))
    notes = [
        f"{report.exam}，{timezone.localtime(report.made_at):%Y年%-m月%-d日 %H:%M}重新计分，"
        f"有变化{len(report.differences)}/{report.looked_at}份，本表{len(lines)}份",
        f"导出：{request.user}，{timezone.localtime():%Y年%-m月%-d日 %H:%M}",
    ]
    rows = [[line.number, line.before, line.after, line.slots] for line in lines]
    return download(write_xlsx("重新计分差异", HEADINGS, rows, notes=notes), f"regrade-{report.pk}.xlsx")
