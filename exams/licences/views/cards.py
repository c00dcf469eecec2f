"""证卡: the office prints it, its holder has it with him on the phone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from courses.training.views.enrollment import holders_only
from exams.licences.models import Card, EnforcementCertificate
from exams.licences.services.cards import MAKE, make_card
from exams.licences.services.eligibility import certificate_of
from exams.licences.views.officer import own_officer


@holders_only(MAKE)
@require_POST
def of_certificate(request, pk):
    rows = EnforcementCertificate.objects.visible_to(request.user).within(request.user, MAKE)
    certificate = get_object_or_404(rows, pk=pk)
    try:
        return _pdf(make_card(certificate, actor=request.user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("enforcementcertificate:inspect", pk)


@login_required
@require_safe
def own(request):
    certificate = certificate_of(own_officer(request))
    try:
        return _pdf(make_card(certificate, actor=request.user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("licences:mine")


def _pdf(card: Card) -> HttpResponse:
    answer = HttpResponse(bytes(card.content), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="licence-card-{card.certificate_id}-{card.edition}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
