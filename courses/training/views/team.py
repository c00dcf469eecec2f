"""科队训练 on a clerk's phone: 开训, the list with everybody present, 提交. And 补训 for those who were not."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from courses.training.forms.completion import TeamSessionForm
from courses.training.models import Attendance, DutyShift, PlanItem, TeamSession, TrainingClass
from courses.training.services.team_sessions import (
    HOLD,
    Sign,
    make_up_until,
    missed,
    open_make_up,
    open_team_session,
    submit_team_session,
    teams_of,
)
from lms.people.models import Officer
from lms.people.querysets import above
from lms.rules.models import Layer

State = Attendance.State
# What the phone offers, and what is written for it: 值班 is leave with a reason of its own.
CHOICES = {"PRESENT": "到", "LATE": "迟到", "LEAVE": "请假", "DUTY": "值班", "ABSENT": "缺席"}
DUTY, DUTY_NOTE = "DUTY", "值班"
AWAY = (Officer.Status.SICK_LEAVE, Officer.Status.MATERNITY, Officer.Status.OFF_POST)
PER_PAGE, SUGGESTED, MAX_PHOTOS = 15, 6, 6


def own_sessions(user):
    rows = TeamSession.objects.within(user, HOLD).filter(form=TrainingClass.Form.TEAM_SESSION)
    return rows.select_related("unit")


@login_required
@permission_required(HOLD, raise_exception=True)
@never_cache
def team(request):
    """开训 on top, what was opened and handed in below."""
    units = teams_of(request.user)
    if not units:
        raise PermissionDenied
    form = TeamSessionForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            row = open_team_session(form.cleaned_data["unit"], form.plan, actor=request.user)
            return redirect("training:team_roll", row.pk)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    rows = own_sessions(request.user).with_signed().with_seats_taken().order_by("-starts_on", "-pk")
    context = {
        "place": "class", "form": form, "titles": suggestions(units),
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "training/team.html", context)


def suggestions(units) -> list[str]:
    """What was trained lately, and what the plans of the units above ask teams to train."""
    paths = above(units, itself=True)
    lately = TeamSession.objects.filter(form="TEAM_SESSION", unit__in=units).order_by("-pk")
    planned = PlanItem.objects.filter(
        layer=Layer.TEAM, plan__unit__path__in=paths, plan__year=timezone.localdate().year
    )
    titles = [*lately.values_list("title", flat=True)[:30], *planned.values_list("title", flat=True)[:30]]
    return list(dict.fromkeys(titles))[:SUGGESTED]


@login_required
@permission_required(HOLD, raise_exception=True)
@never_cache
def roll(request, pk):
    row = get_object_or_404(own_sessions(request.user), pk=pk)
    session = row.sessions.select_related("venue").get()
    people = list(row.enrollments.seated().select_related("officer").order_by("officer__staff_no"))
    if request.method == "POST":
        return _submit(request, row, people)
    presets = presets_of(session, people)
    for one in people:
        one.mark = presets[one.pk]
    is_open = row.state == TrainingClass.State.READY
    context = {
        "place": "class", "row": row, "session": session, "people": people, "choices": CHOICES, "is_open": is_open,
        "there": sum(one.mark in Attendance.CREDITED for one in people), "max_photos": MAX_PHOTOS,
        "photos": session.photos.defer("content"), "has_begun": session.during.lower <= timezone.now(),
        **({} if is_open else make_up_of(row)),
    }  # fmt: skip
    return render(request, "training/team_roll.html", context)


def presets_of(session, people) -> dict[int, str]:
    """Everybody present, but for those who are known to be away; what was handed in before stays."""
    officers = [one.officer_id for one in people]
    on_duty = DutyShift.objects.filter(officer__in=officers, during__overlap=session.during)
    duty, known = set(on_duty.values_list("officer", flat=True)), {}
    for row in session.attendance.all():
        known[row.enrollment_id] = DUTY if row.note == DUTY_NOTE else row.state
    return {one.pk: known.get(one.pk) or _preset(one.officer, duty) for one in people}


def _preset(officer: Officer, duty: set[int]) -> str:
    if officer.status in AWAY:
        return State.LEAVE
    return DUTY if officer.pk in duty else State.PRESENT


def make_up_of(row: TrainingClass) -> dict:
    """What is offered to those who were not there."""
    made = row.made_up_by.standing().first()
    until = make_up_until(row)
    absent = list(missed(row).select_related("officer"))
    return {
        "absent": absent,
        "made_up": made,
        "until": until,
        "may_make_up": absent and not made and timezone.localdate() <= until,
    }


def _submit(request, row, people):
    signs = {one.pk: sign_of(request.POST.get(f"state-{one.pk}", "")) for one in people}
    uploads = request.FILES.getlist("photos")
    personal = [(upload, one.pk) for one in people if (upload := request.FILES.get(f"photo-{one.pk}"))]
    try:
        if len(uploads) > MAX_PHOTOS:
            raise ValidationError(f"照片至多{MAX_PHOTOS}张。", code="too_many")
        photos = [(upload.read(), pk) for upload, pk in [*((one, None) for one in uploads), *personal]]
        submit_team_session(row, signs, photos, actor=request.user)
        messages.success(request, "已提交，等区局审核。审核通过后学时入账，本人会收到通知。")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("training:team_roll", row.pk)


def sign_of(choice: str) -> Sign:
    return Sign(State.LEAVE, DUTY_NOTE) if choice == DUTY else Sign(choice)


@login_required
@permission_required(HOLD, raise_exception=True)
@never_cache
def make_up(request, pk):
    """Another session for exactly those who missed this one."""
    row = get_object_or_404(own_sessions(request.user), pk=pk)
    form = TeamSessionForm(request.POST or None, units=teams_of(request.user).filter(pk=row.unit_id))
    if request.method == "POST" and form.is_valid():
        try:
            made = open_make_up(row, form.plan, actor=request.user)
            return redirect("training:team_roll", made.pk)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    if request.method == "GET":
        form.initial["title"] = f"补训：{row.title}"[:100]
    context = {"place": "class", "row": row, "form": form, **make_up_of(row)}
    return render(request, "training/team_make_up.html", context)
