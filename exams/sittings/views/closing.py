"""Beginning a test one may take when one likes."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from exams.sittings.models import Exam
from exams.sittings.services.closing import take


@login_required
@require_POST
def begin(request, code: str):
    """To the waiting room of an attempt of one's own; 404 for exams that are not begun this way."""
    officer = getattr(request.user, "officer", None)
    exam = get_object_or_404(Exam.objects.published(), code=code)
    if officer is None or not exam.is_self_service:
        raise Http404
    try:
        attempt = take(officer, exam)
    except ValidationError as refusal:
        context = {"exam": exam, "refusal": refusal.messages[0], "place": "class"}
        return render(request, "sittings/not_begun.html", context, status=409)
    return redirect("exams:room", attempt.candidate_id)
