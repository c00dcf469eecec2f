"""What is done with all the questions a list shows: one step for many, and the way out as a file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from exams.bank.filters import QuestionFilters
from exams.bank.formats import excel_out, moodle_out
from exams.bank.formats.excel_out import Exported
from exams.bank.forms.steps import BulkForm
from exams.bank.models import Question, QuestionVersion
from exams.bank.services.review import ACTIVATE, REVIEW, each
from exams.bank.views.preview import EXPORT, VIEW
from exams.bank.viewsets import stage
from lms.audit.services import record
from lms.kit.viewsets import limit_choices

AT_ONCE, MOST_EXPORTED = 100, 5_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS = {
    "xlsx": (excel_out.write, XLSX, "questions.xlsx"), "moodlexml": (moodle_out.write, "application/xml", "questions.xml"),
}  # fmt: skip


def listed(request, rows: QuerySet) -> QuerySet:
    """The rows the list shows at the same address. ValidationError for a filter that says nothing sensible."""
    filters = QuestionFilters(
        request.GET, queryset=rows.with_newest().select_related("bank__unit", "topic"), request=request
    )
    limit_choices(filters.form, request.user)
    if not filters.form.is_valid():
        raise ValidationError("筛选条件有误，请返回列表重新筛选。", code="filter")
    found = filters.qs
    return found.filter(stem__icontains=request.GET["q"].strip()) if request.GET.get("q") else found


def _back(request) -> str:
    return reverse("question:index")


@login_required
@require_GET
@permission_required(EXPORT, raise_exception=True)
def export(request):
    """The filtered questions themselves, with their keys, in a form that imports back."""
    if request.GET.get("format") not in WRITERS:
        raise PermissionDenied
    write, content_type, name = WRITERS[request.GET["format"]]
    try:
        rows = listed(request, Question.objects.visible_to(request.user).within(request.user, EXPORT))
        data = write(exported(rows))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(_back(request))
    _record_export(request, rows)
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _record_export(request, rows: QuerySet) -> None:
    units = request.user.scope(EXPORT)
    asked = {name: values for name, values in request.GET.lists() if any(values)}
    record(
        "bank.export", actor=request.user, target="bank.export", unit=units[0] if units else None,
        count=rows.count(), filters=asked,
    )  # fmt: skip


def exported(rows: QuerySet) -> list[Exported]:
    """Each by its version in use, or its newest where none is."""
    questions = list(rows.prefetch_related("item_codes").order_by("pk")[: MOST_EXPORTED + 1])
    if len(questions) > MOST_EXPORTED:
        raise ValidationError(f"超过{MOST_EXPORTED}题，请先筛选再导出。", code="too_many")
    versions = QuestionVersion.objects.in_bulk({one.current_id or one.newest_pk for one in questions} - {None})
    found = []
    for one in questions:
        if version := versions.get(one.current_id or one.newest_pk):
            codes = sorted(code.code for code in one.item_codes.all())
            topic = one.topic.name if one.topic else ""
            found.append(
                Exported(version.content, topic, codes, one.get_level_display(), one.difficulty, version.article)
            )
    return found


@login_required
@require_http_methods(["GET", "POST"])
@permission_required(VIEW, raise_exception=True)
def bulk(request):
    """One step for what is ticked, with one reason; each question is refused or done by itself."""
    user = request.user
    if not (user.has_perm(REVIEW) or user.has_perm(ACTIVATE)):
        raise PermissionDenied
    try:
        rows = listed(request, Question.objects.visible_to(user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(_back(request))
    page = Paginator(rows.order_by("-pk"), AT_ONCE).get_page(request.GET.get("p"))
    form = BulkForm(request.POST or None, user=user, listed=[row.pk for row in page])
    if request.method == "POST" and form.is_valid():
        _carry_out(request, form)
        return redirect(request.get_full_path())
    for row in page:
        row.stage = stage(row)
    return render(request, "bank/bulk.html", {"page": page, "form": form, "ticked": set(request.POST.getlist("pk"))})


def _carry_out(request, form: BulkForm) -> None:
    label, right, step = form.STEPS[form.cleaned_data["step"]]
    rows = Question.objects.visible_to(request.user).within(request.user, right).filter(pk__in=form.cleaned_data["pk"])
    done, refused = each(rows.order_by("pk"), step, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{label}：办理{done}题。")
    for message, count in refused.items():
        messages.warning(request, f"{count}题没有办理：{message}")
    if beyond := len(form.cleaned_data["pk"]) - done - sum(refused.values()):
        messages.warning(request, f"{beyond}题不在您可以办理的范围。")
