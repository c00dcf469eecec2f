"""The classroom's screen, for a projector: the code, the clock, who is in."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.training.models import ClassSession
from courses.training.services.screen import hours_of_signing, screen_state


def kept_session(request, pk) -> ClassSession:
    """404 for a session the user may not see, 403 for one whose roll is not his to keep."""
    rows = ClassSession.objects.select_related("training_class__unit", "venue", "instructor")
    session = get_object_or_404(rows.visible_to(request.user), pk=pk)
    if not ClassSession.objects.kept_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied("只有本班班主任和主办单位教育培训部门可以点名、打开签到屏。")
    return session


def state_of(request, session: ClassSession) -> dict:
    def url_of(code: str) -> str:
        return request.build_absolute_uri(reverse("training:sign_code", args=[session.pk, code]))

    return screen_state(session, timezone.now(), url_of)


@login_required
@never_cache
@require_safe
def screen(request, pk):
    session = kept_session(request, pk)
    context = {"session": session, "state": state_of(request, session), "hours": hours_of_signing(session)}
    return render(request, "training/screen.html", context)


@login_required
@never_cache
@require_safe
def screen_poll(request, pk):
    return JsonResponse(state_of(request, kept_session(request, pk)))
