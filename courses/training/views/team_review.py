"""The district's desk of team sessions: the sample, one session with its pictures, approval of many at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin.views.generic import InspectView

from courses.training import sampling
from courses.training.forms.completion import ApproveTeamsForm, RefuseForm
from courses.training.models import Attendance, SessionPhoto
from courses.training.services.attendance import RULE, rule_on
from courses.training.services.completion import POST
from courses.training.services.team_review import approve_team_sessions, draw_sample, refuse_attendance, waiting_for
from courses.training.services.team_sessions import HOLD
from lms.rules.formula import parameter

TONES = {"PRESENT": "ok", "LATE": "due", "LEAVE": "blue", "ABSENT": "bad"}


class TeamSessionPage(InspectView):
    template_name = "training/team_session.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        session = row.sessions.select_related("venue").first()
        people = row.enrollments.select_related("officer").prefetch_related("attendance", "photos")
        decides = waiting_for(user).filter(pk=row.pk).exists()
        may_see = SessionPhoto.objects.within(user, POST) | SessionPhoto.objects.within(user, HOLD)
        return super().get_context_data(**kwargs) | {
            "row": row, "session": session, "people": [signed(one) for one in people.order_by("officer__staff_no")],
            "photos": may_see.filter(session=session, enrollment=None).defer("content"), "decides": decides,
            "acts": [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(row, user)],
            "reason": RefuseForm(),
        }  # fmt: skip


def signed(enrollment) -> dict:
    attendance = next(iter(enrollment.attendance.all()), None)
    return {
        "enrollment": enrollment, "attendance": attendance, "photos": list(enrollment.photos.all()),
        "tone": TONES.get(attendance.state, "") if attendance else "",
        "is_credited": attendance is not None and attendance.state in Attendance.CREDITED,
    }  # fmt: skip


@login_required
@permission_required(POST, raise_exception=True)
def review(request):
    """All that wait, the sampled ones first; approval of those that are ticked."""
    if request.method == "POST":
        return _approve(request)
    waiting = waiting_for(request.user).with_signed().with_seats_taken().select_related("unit", "checked_by")
    rows = list(waiting.order_by("-is_sampled", "ends_on", "pk"))
    percent = parameter(rule_on(RULE, timezone.localdate()).formula, "sample_percent")
    context = {
        "rows": rows, "percent": percent, "needed": sampling.needed(len(rows), percent),
        "sampled": sum(row.is_sampled for row in rows), "form": ApproveTeamsForm(),
    }  # fmt: skip
    return render(request, "training/team_review.html", context)


def _approve(request):
    form = ApproveTeamsForm(request.POST)
    pks = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 18]
    try:
        if not form.is_valid():
            raise ValidationError("请先逐次核对抽查的训练，再勾选确认。", code="not_looked")
        return redirect(approve_team_sessions(pks, actor=request.user).page)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("training_completion:team_review")


@login_required
@require_POST
@permission_required(POST, raise_exception=True)
def sample(request):
    drawn = draw_sample(request.user)
    messages.success(request, f"已抽取{len(drawn)}次，请逐次核对。")
    return redirect("training_completion:team_review")


@login_required
@require_POST
@permission_required(POST, raise_exception=True)
def refuse(request, pk):
    attendance = get_object_or_404(
        Attendance.objects.within(request.user, POST).select_related("session__training_class", "enrollment"), pk=pk
    )
    form = RefuseForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("请写明不予采纳的理由。", code="no_reason")
        refuse_attendance(attendance, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, f"{attendance.enrollment}的考勤不予采纳，已通知本人。")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(reverse("teamsession:inspect", args=[attendance.session.training_class_id]))


@login_required
@require_safe
def photo(request, pk):
    """Never from a public folder: for those who hand in or decide."""
    rows = SessionPhoto.objects.within(request.user, POST) | SessionPhoto.objects.within(request.user, HOLD)
    found = get_object_or_404(rows, pk=pk)
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(found.content), content_type="image/jpeg", headers=headers)
