"""场地预约 on the phone: which places there are, when one is free, and what became of my requests."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from instructors.classrooms.forms import PhoneBookingForm
from instructors.classrooms.models import Grade
from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import REQUEST, STANDING, cancel_booking, request_booking
from lms.people.models import OrgUnit

PER_PAGE = 20
FIRST, LAST = 7, 21  # the hours a day's bar shows
STATES = {"REQUESTED": "due", "CONFIRMED": "ok", "REJECTED": "bad", "CANCELLED": ""}


def unit_of(user) -> OrgUnit:
    """For whom he asks: his own unit, or the one whose office he holds."""
    officer = getattr(user, "officer", None)
    units = [officer.unit] if officer else user.scope(REQUEST)
    if not units:
        raise PermissionDenied("只有执法人员和管理岗位可以预约场地。")
    return units[0]


def offered_to(unit: OrgUnit):
    return Venue.objects.assignable_to(unit).select_related("unit", "classroom__current")


@login_required
@require_safe
def places(request):
    unit, asked = unit_of(request.user), request.GET
    rows = offered_to(unit).order_by("unit__path", "name", "pk")
    if text := asked.get("q", "").strip()[:50]:
        rows = rows.filter(Q(name__icontains=text) | Q(address__icontains=text) | Q(unit__name__icontains=text))
    if (kind := asked.get("kind", "")) in Venue.Kind.values:
        rows = rows.filter(kind=kind)
    if (grade := asked.get("grade", "")) in Grade.values:
        rows = rows.filter(classroom__current__grade=grade)
    mine = Booking.objects.filter(made_by=request.user).waiting().count()
    return render(request, "classrooms/places.html", {
        "place": "class", "unit": unit, "page": Paginator(rows, PER_PAGE).get_page(asked.get("page")), "q": text,
        "kind": kind, "grade": grade, "kinds": Venue.Kind.choices, "grades": Grade.choices, "waiting": mine,
    })  # fmt: skip


@login_required
def place(request, pk):
    """A day of one place, and the request for it."""
    unit = unit_of(request.user)
    venue = get_object_or_404(offered_to(unit), pk=pk)
    day = parse_date(request.GET.get("date", "")) or timezone.localdate() + timedelta(days=1)
    form = PhoneBookingForm(request.POST or None, venue=venue, day=day)
    if request.method == "POST" and form.is_valid():
        try:
            row = request_booking(form.wish(), unit, actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, f"已提交：{row.span}，等待{venue.unit}审批。" if row.state == "REQUESTED" else "已预约。"
            )
            return redirect("places:mine")
    room = getattr(venue, "classroom", None)
    return render(request, "classrooms/place.html", {
        "place": "class", "venue": venue, "day": day, "form": form, "room": room, "hours": range(FIRST, LAST + 1, 2),
        "equipment": room.equipment.exclude(state="RETIRED") if room else [], "today": timezone.localdate(),
        "before": day - timedelta(days=1), "after": day + timedelta(days=1), "taken": taken_on(venue, day),
    })  # fmt: skip


def taken_on(venue: Venue, day) -> list[dict]:
    """Only that it is taken, not by whom."""
    begin = timezone.make_aware(datetime.combine(day, time()))
    rows = Booking.objects.filter(venue=venue, state__in=STANDING).between(begin, begin + timedelta(days=1))
    return [
        {"begin": begin, "end": end, "is_confirmed": row.state == Booking.State.CONFIRMED}
        | dict(zip(("x", "width"), _bar(begin, end), strict=True))
        for row in rows.order_by("during")
        for begin, end in [(timezone.localtime(row.during.lower), timezone.localtime(row.during.upper))]
    ]


def _bar(begin, end) -> tuple[int, int]:
    """In hundredths of an hour after the first one."""
    first, last = ((moment.hour + moment.minute / 60 - FIRST) * 100 for moment in (begin, end))
    whole = (LAST - FIRST) * 100
    first, last = (round(min(max(edge, 0), whole)) for edge in (first, last))
    return first, max(last - first, 4)


@login_required
@require_safe
def mine(request):
    rows = Booking.objects.filter(made_by=request.user).apart_from_sessions().select_related("venue__unit")
    page = Paginator(rows.order_by("-during", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.tone = STATES[row.state]
        row.may_cancel = row.state in STANDING and not row.has_begun
    return render(request, "classrooms/mine.html", {"place": "class", "page": page})


@login_required
@require_POST
def cancel(request, pk):
    row = get_object_or_404(Booking.objects.filter(made_by=request.user).select_related("venue"), pk=pk)
    try:
        cancel_booking(row, actor=request.user, reply="本人取消")
        messages.success(request, f"{row.span}的预约已取消，场地已让出。")
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    return redirect("places:mine")
