"""A learner's attendance in a class on his phone, his leave and his appeals."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from courses.training.forms.attendance import AppealForm, LeaveForm
from courses.training.models import Attendance, ClassSession, Enrollment, LeaveRequest
from courses.training.services.absence import absences
from courses.training.services.appeals import appeal_days, file_appeal, last_day
from courses.training.services.leave import ask_leave, withdraw_leave


@login_required
def class_attendance(request, pk):
    """The learner's sessions of a class, each with what is written of him, and what he may still do about it."""
    enrollment = own_enrollment(request.user, pk)
    training_class, now = enrollment.training_class, timezone.now()
    mine = Attendance.objects.filter(enrollment=enrollment)
    rows = training_class.sessions.filter(is_cancelled=False).select_related("venue")
    sessions = list(rows.prefetch_related(Prefetch("attendance", mine, to_attr="mine")))
    mark_appealable(sessions, enrollment, now)
    context = {
        "place": "class", "training_class": training_class, "enrollment": enrollment, "sessions": sessions, "now": now,
        "absence": absences(training_class, [enrollment.pk])[enrollment.pk],
        "leaves": enrollment.leave_requests.all(), "appeals": enrollment.appeals.select_related("session"),
        "coming": any(session.during.upper > now for session in sessions),
    }  # fmt: skip
    return render(request, "training/class_attendance.html", context)


def mark_appealable(sessions, enrollment: Enrollment, now) -> None:
    training_class, today = enrollment.training_class, timezone.localdate(now)
    limit = appeal_days(training_class)
    filed = set(enrollment.appeals.filter(state="FILED").values_list("session", flat=True))
    for session in sessions:
        session.is_appealed = session.pk in filed
        in_time = session.during.upper <= now and today <= last_day(session, training_class, limit)
        session.is_appealable = in_time and not session.is_appealed


def own_enrollment(user, pk) -> Enrollment:
    rows = Enrollment.objects.seated().filter(officer__user=user).select_related("training_class__unit", "officer")
    return get_object_or_404(rows, training_class=pk)


@login_required
def leave(request, pk):
    enrollment = own_enrollment(request.user, pk)
    form = LeaveForm(request.POST or None, enrollment=enrollment)
    if request.method == "POST" and form.is_valid():
        try:
            ask_leave(enrollment, form.during(), form.cleaned_data["reason"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "请假已提交，等待审批。批复会发消息给您。")
            return redirect("training:attendance", pk)
    context = {"place": "class", "training_class": enrollment.training_class, "form": form}
    return render(request, "training/leave.html", context)


@login_required
@require_POST
def withdraw(request, pk):
    rows = LeaveRequest.objects.filter(enrollment__officer__user=request.user).select_related("enrollment")
    row = get_object_or_404(rows, pk=pk)
    try:
        withdraw_leave(row, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "请假已撤回。")
    return redirect("training:attendance", row.enrollment.training_class_id)


@login_required
def appeal(request, pk, session):
    enrollment = own_enrollment(request.user, pk)
    found = get_object_or_404(enrollment.training_class.sessions, pk=session)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            file_appeal(enrollment, found, form.cleaned_data["text"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "申诉已提交。处理结果会发消息给您。")
            return redirect("training:attendance", pk)
    written = found.attendance.filter(enrollment=enrollment).first()
    training_class = enrollment.training_class
    context = {
        "place": "class", "training_class": training_class, "session": found, "form": form, "written": written,
        "until": last_day(found, training_class, appeal_days(training_class)),
    }  # fmt: skip
    return render(request, "training/appeal.html", context)


@login_required
def appeal_of(request, session):
    """From a line of the ledger, which names the session but not the class."""
    found = get_object_or_404(ClassSession, pk=session)
    return redirect("training:appeal", own_enrollment(request.user, found.training_class_id).training_class_id, session)
