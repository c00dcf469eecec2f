"""What the two write down on the phone: logs, observation sheets, the opinion of the mentor, a phase's end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from instructors.mentorship.forms import LogForm, ObservationForm, RatingForm, ReplyForm, SigningForm
from instructors.mentorship.models import LogEntry, MentorshipPhase, Observation, Side
from instructors.mentorship.services.agreements import side_of, terms_of
from instructors.mentorship.services.phases import missing_before_signing, sign_phase
from instructors.mentorship.services.records import confirm_log, observe, rate_mentor, return_log, write_log
from instructors.mentorship.views.officer import own, tried
from lms.kit.viewsets import refuse


def _page(request, row, form, template, done, service, **more):
    """A form on a page of its own: sent, refused beside its fields, or done."""
    if request.method == "POST" and form.is_valid():
        try:
            service(form)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, done)
            return redirect("mentoring:one", row.pk)
    return render(request, template, {"place": "me", "row": row, "form": form, **more})


def _returned(row, request) -> LogEntry | None:
    """What the mentor sent back of a day, to be put right."""
    on = parse_date_or_none(request.GET.get("on", ""))
    rows = row.logs.filter(side=side_of(row, request.user), state=LogEntry.State.RETURNED)
    return rows.filter(on=on).first() if on else None


def parse_date_or_none(text: str):
    try:
        return parse_date(text)
    except ValueError:
        return None


@login_required
def log(request, pk):
    row = get_object_or_404(own(request.user), pk=pk)
    form = LogForm(request.POST or None, instance=_returned(row, request))
    is_mentor = side_of(row, request.user) == Side.MENTOR
    done = "日志已保存。" if is_mentor else "日志已提交，等师傅确认。"
    return _page(
        request, row, form, "mentorship/log.html", done,
        lambda form: write_log(row, form.day, actor=request.user), is_mentor=is_mentor,
    )  # fmt: skip


@login_required
@require_POST
def decide_log(request, pk):
    rows = LogEntry.objects.filter(mentorship__in=own(request.user)).select_related("mentorship")
    entry = get_object_or_404(rows, pk=pk)
    form = ReplyForm(request.POST)
    reply = form.cleaned_data["reply"] if form.is_valid() else ""
    if request.POST.get("confirm"):
        tried(request, "已确认。", confirm_log, entry, reply=reply)
    else:
        tried(request, "已退回，徒弟会收到消息。", return_log, entry, reply=reply)
    return redirect("mentoring:one", entry.mentorship_id)


@login_required
def observation(request, pk):
    row = get_object_or_404(own(request.user).filter(mentor__user=request.user), pk=pk)
    terms = terms_of(row)
    form = ObservationForm(request.POST or None, terms=terms)
    extremes = [score for score in terms.choices if terms.is_extreme(score)]
    return _page(
        request, row, form, "mentorship/observe.html", "观察表已保存，徒弟可以看到。",
        lambda form: observe(row, form.seen, actor=request.user), extremes=extremes, scale=terms.choices[-1],
    )  # fmt: skip


@login_required
@require_safe
def sheet(request, pk, sheet):
    row = get_object_or_404(own(request.user), pk=pk)
    found = get_object_or_404(Observation.objects.select_related("phase"), pk=sheet, phase__mentorship=row)
    terms = terms_of(row)
    context = {"place": "me", "row": row, "sheet": found, "full": terms.full_marks, "scale": terms.choices[-1]}
    return render(request, "mentorship/sheet.html", context)


def _phase_of(user, pk, **which) -> MentorshipPhase:
    rows = MentorshipPhase.objects.filter(mentorship__in=own(user).filter(**which))
    return get_object_or_404(rows.select_related("mentorship__mentor", "mentorship__rule_version"), pk=pk)


@login_required
def rate(request, pk):
    found = _phase_of(request.user, pk, apprentice__user=request.user)
    form = RatingForm(request.POST or None, terms=terms_of(found.mentorship))
    return _page(
        request, found.mentorship, form, "mentorship/rate.html", "评价已提交，只有教育培训部门能看到。",
        lambda form: rate_mentor(found, actor=request.user, **form.cleaned_data), phase=found,
    )  # fmt: skip


@login_required
def phase(request, pk):
    found = _phase_of(request.user, pk)
    form = SigningForm(request.POST or None)
    return _page(
        request, found.mentorship, form, "mentorship/phase.html", "阶段已签署。",
        lambda form: sign_phase(found, form.cleaned_data["note"], actor=request.user), phase=found,
        missing=missing_before_signing(found),
    )  # fmt: skip
