from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from lms.certificates.entitlement import earned
from lms.certificates.models import Certificate
from lms.certificates.services.issuing import document_of, issue


def _officer(request):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员有自己的证书。")
    return officer


@login_required
def certificates(request):
    held = _officer(request).certificates.order_by("-issued_on", "-id")
    return render(request, "certificates/list.html", {"place": "me", "certificates": held})


@login_required
def certificate(request, pk):
    rows = Certificate.objects.visible_to(request.user).select_related("officer", "unit", "design")
    row = get_object_or_404(rows, pk=pk)
    events = row.events.in_force().order_by("checked_at")
    successor = Certificate.objects.filter(supersedes=row).first()
    context = {"place": "me", "certificate": row, "events": events, "successor": successor}
    context["verify_url"] = request.build_absolute_uri(row.get_verify_url())
    return render(request, "certificates/certificate_page.html", context)


@login_required
def pdf(request, pk):
    """The stored bytes. A certificate whose maker was killed before its document gets it here."""
    row = get_object_or_404(Certificate.objects.visible_to(request.user).select_related("design"), pk=pk)
    document = document_of(row)
    answer = HttpResponse(bytes(document.content), content_type="application/pdf")
    answer["Content-Disposition"] = f"attachment; filename=certificate-{row.year}-{row.serial:06d}.pdf"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@login_required
@require_POST
def issue_own(request):
    """What an officer has earned himself he may have at once."""
    key, officer = request.POST.get("key", "")[:120], _officer(request)
    try:
        if earned(key).officer != officer:
            raise ValidationError("这不是您的学习记录。", code="not_yours")
        row = issue(key, actor=request.user)
        document_of(row)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("certificates:list")
    messages.success(request, "证书已签发。")
    return redirect(row)
