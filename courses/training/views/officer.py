"""班: what an officer sees of classes on the phone, and what he can do there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from courses.learning.views.media import send_courseware
from courses.training.calendar_feed import key_in, token_of, write_calendar
from courses.training.clashes import LIVE, worded
from courses.training.models import CalendarFeed, ClassQuota, Enrollment, TrainingClass
from courses.training.seats import Seats
from courses.training.services.calendar import feed_of, renew_feed, sessions_of
from courses.training.services.enrollment import Source, Way, closes_at, enroll, refuse_unless_open, withdraw
from courses.training.services.rating import ratable
from courses.training.services.todays import todays_sessions
from courses.training.services.waitlist import queue_place

PAST_SHOWN, OPEN_SHOWN = 20, 50
LEARNING = (*Enrollment.SEATED,)


def _officer(request):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员可以报名培训班。")
    return officer


@login_required
@require_safe
def my_classes(request):
    """Today's sessions first, then what is to come, what is open, what is over."""
    officer, today = getattr(request.user, "officer", None), timezone.localdate()
    if officer is None:
        return render(request, "training/my_classes.html", {"place": "class", "officer": None})
    rows = officer.enrollments.select_related("training_class__unit").order_by("training_class__starts_on", "pk")
    is_over = Q(training_class__ends_on__lt=today) | Q(training_class__state="CANCELLED") | ~Q(state__in=LIVE)
    past = Paginator(rows.filter(is_over).order_by("-training_class__starts_on", "-pk"), PAST_SHOWN)
    context = {
        "place": "class", "officer": officer, "todays": todays_sessions(officer, timezone.now()),
        "coming": rows.exclude(is_over), "past": past.get_page(request.GET.get("page")),
        "open": open_classes(officer)[:OPEN_SHOWN], "now": timezone.localtime(), "to_rate": ratable(officer, timezone.now()),
    }  # fmt: skip
    return render(request, "training/my_classes.html", context)


def open_classes(officer):
    """Those he could put himself down for now, the soonest first."""
    now = timezone.now()
    held = officer.enrollments.exclude(state__in=Enrollment.GONE).values("training_class")
    rows = TrainingClass.objects.enrolling().offered_to([officer.unit]).filter(is_self_enrolled=True)
    not_over = Q(enroll_until__gt=now) | Q(enroll_until=None)
    rows = rows.filter(not_over, starts_on__gt=timezone.localdate()).exclude(pk__in=held)
    rows = rows.with_seats_taken().annotate(has_quotas=Exists(ClassQuota.objects.filter(training_class=OuterRef("pk"))))
    return rows.select_related("unit").order_by("starts_on", "pk")


def _class_for(officer, pk) -> tuple[TrainingClass, Enrollment | None]:
    """404 unless he is or was in it, or it is offered to his unit. The last of his enrolments counts."""
    related = TrainingClass.objects.select_related("unit", "head_teacher", "plan_item")
    mine = officer.enrollments.filter(training_class=pk).order_by("-pk").first()
    if mine:
        return get_object_or_404(related, pk=pk), mine
    offered = related.offered_to([officer.unit]).filter(Q(state="ENROLLING") | Q(state="READY"))
    return get_object_or_404(offered, pk=pk), None


@login_required
@require_safe
def class_page(request, pk):
    officer = _officer(request)
    training_class, mine = _class_for(officer, pk)
    is_in = mine is not None and mine.state not in Enrollment.GONE
    has_seat = mine is not None and mine.state in LEARNING
    context = {
        "place": "class", "officer": officer, "class": training_class, "mine": mine, "is_in": is_in,
        "sessions": training_class.sessions.select_related("venue", "instructor"),
        "materials": training_class.materials.select_related("courseware") if has_seat else [],
        "refusal": None if is_in else refusal_of(training_class), "closes_at": closes_at(training_class),
        "can_withdraw": mine is not None and can_withdraw(mine, training_class),
        "queue_place": queue_place(mine) if mine and mine.state == "WAITLISTED" else 0,
        "left": seats_left(training_class, officer), "clash_words": worded(mine.warnings) if mine else "",
        "calendar_url": request.build_absolute_uri(calendar_path(officer)) if has_seat else "",
    }  # fmt: skip
    return render(request, "training/class_page.html", context)


def refusal_of(training_class: TrainingClass) -> str:
    try:
        refuse_unless_open(training_class, Source.SELF)
    except ValidationError as refusal:
        return str(refusal.message)
    return ""


def can_withdraw(mine: Enrollment, training_class: TrainingClass) -> bool:
    is_open = training_class.state == TrainingClass.State.ENROLLING and timezone.now() < closes_at(training_class)
    return is_open and mine.state in LIVE


def seats_left(training_class: TrainingClass, officer) -> int:
    """For somebody who comes now: those who wait come first."""
    seats = Seats(training_class)
    share = seats.share_of(officer.unit)
    return max(0, seats.room(share) - seats.waiting[share]) if seats.is_free(share) else 0


@login_required
@require_POST
def enroll_self(request, pk):
    officer = _officer(request)
    training_class, _ = _class_for(officer, pk)
    try:
        row = enroll(training_class, officer, Way(Source.SELF, request.user))
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        said = {
            "CONFIRMED": "报名成功，已录取。",
            "WAITLISTED": "名额已满，已列入候补。",
            "PENDING": "已提交，等待审批。",
        }
        messages.success(request, said[row.state])
    return redirect("training:class", pk)


@login_required
@require_POST
def withdraw_self(request, pk):
    officer = _officer(request)
    mine = get_object_or_404(officer.enrollments.filter(state__in=LIVE), training_class=pk)
    try:
        withdraw(mine, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已退出，名额已让出。")
    return redirect("training:mine")


@login_required
@require_safe
def material(request, pk, material):
    """For those who have a seat in the class."""
    officer = _officer(request)
    mine = get_object_or_404(officer.enrollments.filter(state__in=LEARNING), training_class=pk)
    found = get_object_or_404(mine.training_class.materials.select_related("courseware"), pk=material)
    return send_courseware(request, found.courseware)


def calendar_path(officer) -> str:
    return reverse("training:calendar", query={"key": token_of(feed_of(officer))})


@require_safe
def calendar(request):
    """Read by calendar programs, without a session: the query, which no log keeps, is the secret."""
    key = key_in(request.GET.get("key", ""))
    feed = CalendarFeed.objects.select_related("officer__user").filter(key=key).first()
    if feed is None or not feed.officer.user.is_active:
        raise Http404
    content = write_calendar(sessions_of(feed.officer))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="classes.ics"'
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_required
@require_POST
def renew_calendar(request):
    """The old address, perhaps passed on, is void from now on."""
    renew_feed(_officer(request), actor=request.user)
    messages.success(request, "订阅地址已更换，原地址作废，请在日历中重新订阅。")
    return redirect("training:mine")
