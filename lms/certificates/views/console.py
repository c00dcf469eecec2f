"""The console's pages: drafting a design beside its preview, and issuing to everybody who has earned it."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lms.certificates import paper
from lms.certificates.forms import DesignForm
from lms.certificates.models import CertificateDesign, Kind
from lms.certificates.services.batches import RIGHT, due_groups, issue_to_group
from lms.certificates.services.designs import FIRST, draft_design, sample_sheet

DRAFT, SEE = "certificates.add_certificatedesign", "certificates.view_certificatedesign"


def holders_of(permission: str):
    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            # Wagtail would turn a PermissionDenied into a redirect to its home page.
            if not request.user.has_perm(permission):
                return render(request, "403.html", status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


@holders_of(DRAFT)
@require_http_methods(["GET", "POST"])
def draft(request, kind):
    """A new version, filled in from the last one of its kind."""
    if kind not in Kind:
        raise Http404
    last = CertificateDesign.objects.filter(kind=kind).order_by("number").last()
    initial = {name: getattr(last, name) for name in DesignForm.Meta.fields} | {"note": ""} if last else FIRST
    form = DesignForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and (design := _drafted(form, kind, request.user)):
        messages.success(request, f"{design}已起草，请由另一人审批。")
        return redirect("certificatedesign:inspect", design.pk)
    context = {
        "form": form,
        "kind": kind,
        "label": Kind(kind).label,
        "last": last,
        "number": last.number + 1 if last else 1,
    }
    return render(request, "certificates/design_draft.html", context)


def _drafted(form: DesignForm, kind: str, actor) -> CertificateDesign | None:
    try:
        return draft_design(kind, actor=actor, **form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


@holders_of(DRAFT)
@require_POST
@xframe_options_sameorigin
def preview(request, kind):
    """What stands in the form now, as a sheet; mistakes in words instead."""
    # What the change is for need not be written yet.
    form = DesignForm({**request.POST.dict(), "note": request.POST.get("note") or "—"})
    if not form.is_valid():
        return render(request, "certificates/preview_errors.html", {"form": form}, status=422)
    return _html(request, form.save(commit=False))


@holders_of(SEE)
@require_GET
@xframe_options_sameorigin
def sheet(request, pk):
    return _html(request, get_object_or_404(CertificateDesign.objects.visible_to(request.user), pk=pk))


@holders_of(SEE)
@require_GET
def sample_pdf(request, pk):
    """A sample on paper, neither numbered nor signed."""
    design = get_object_or_404(CertificateDesign.objects.visible_to(request.user), pk=pk)
    content = paper.render(sample_sheet(design, settings.WAGTAILADMIN_BASE_URL))
    return HttpResponse(content, content_type="application/pdf")


def _html(request, design: CertificateDesign) -> HttpResponse:
    context = sample_sheet(design, settings.WAGTAILADMIN_BASE_URL)
    return render(
        request, "certificates/certificate.html", context | {"stylesheet": static("certificates/certificate.css")}
    )


@holders_of(RIGHT)
@require_http_methods(["GET", "POST"])
def batch(request):
    """Who has earned a certificate and has none yet, by course; a job issues them."""
    if request.method == "POST":
        try:
            return redirect(issue_to_group(request.POST.get("group", "")[:120], actor=request.user).page)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(reverse("certificates_console:batch"))
    groups = sorted(due_groups(request.user), key=lambda group: (group.due == 0, group.title))
    design = CertificateDesign.objects.in_use(Kind.COMPLETION)
    context = {"groups": groups, "due": sum(group.due for group in groups), "design": design}
    return render(request, "certificates/batch.html", context)
