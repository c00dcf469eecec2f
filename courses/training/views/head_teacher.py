"""A head teacher's phone: his classes, a class's sessions and leave, corrections."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from courses.training.forms.attendance import CorrectionForm
from courses.training.models import AttendanceCorrection, DismissalProposal, LeaveRequest, TrainingClass
from courses.training.services.corrections import propose_correction
from courses.training.services.leave import DECIDE, grant_leave, refuse_leave
from courses.training.services.todays import with_present
from courses.training.views.screen import kept_session

PER_PAGE = 20


@login_required
def head_classes(request):
    """Classes the user is head teacher of, those of today and to come first."""
    rows = TrainingClass.objects.filter(head_teacher=request.user).standing().exclude(state="DRAFT")
    asked = request.GET.get("q", "").strip()
    rows = (rows.filter(title__icontains=asked) if asked else rows).select_related("unit").order_by("-ends_on", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"place": "class", "page": page, "asked": asked, "today": timezone.localdate()}
    return render(request, "training/head_classes.html", context)


@login_required
def head_class(request, pk):
    rows = TrainingClass.objects.select_related("unit", "head_teacher")
    training_class = get_object_or_404(rows.visible_to(request.user), pk=pk)
    if not training_class.sessions.kept_by(request.user).exists() and training_class.head_teacher != request.user:
        raise PermissionDenied("只有本班班主任和主办单位教育培训部门可以打开。")
    leaves = LeaveRequest.objects.filter(enrollment__training_class=training_class)
    leaves = leaves.select_related("enrollment__officer", "enrollment__unit")
    context = {
        "place": "class", "training_class": training_class, "now": timezone.now(),
        "sessions": with_present(training_class.sessions.filter(is_cancelled=False).select_related("venue")),
        "asked": leaves.filter(state="ASKED"), "decided": leaves.exclude(state="ASKED")[:PER_PAGE],
        "proposals": DismissalProposal.objects.filter(training_class=training_class).open().select_related("officer"),
    }  # fmt: skip
    return render(request, "training/head_class.html", context)


@login_required
@require_POST
def decide_leave(request, pk):
    leave = get_object_or_404(LeaveRequest.objects.of_class_kept_by(request.user, DECIDE), pk=pk)
    reply, is_granted = request.POST.get("reply", "").strip()[:200], "grant" in request.POST
    try:
        if not is_granted and not reply:
            raise ValidationError("不准假，请写明理由。", code="no_reason")
        (grant_leave if is_granted else refuse_leave)(leave, actor=request.user, reply=reply)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已准假，相应课次已记请假。" if is_granted else "已答复不准假。")
    return redirect("training:head_class", leave.enrollment.training_class_id)


@login_required
def correct(request, pk, enrollment):
    session = kept_session(request, pk)
    found = get_object_or_404(
        session.training_class.enrollments.seated().select_related("officer", "guest"), pk=enrollment
    )
    form = CorrectionForm(request.POST or None, instance=AttendanceCorrection(session=session, enrollment=found))
    if request.method == "POST" and form.is_valid():
        try:
            propose_correction(form.instance, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "更正已提出，由主办单位教育培训部门另一人复核后生效。")
            return redirect("training:roll", pk)
    written = session.attendance.filter(enrollment=found).first()
    context = {"place": "class", "session": session, "enrollment": found, "form": form, "written": written}
    return render(request, "training/correction.html", context)
