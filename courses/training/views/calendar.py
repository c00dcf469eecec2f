"""课表: the week of rooms or of instructors, and moving a session by hand in it."""

import json
from datetime import timedelta

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_POST

from courses.training.models import ClassSession, Enrollment, TrainingClass
from courses.training.services.sessions import WORKING, move_session, warnings_of, when
from courses.training.week import Known, Others, Week, place_bookings, rows_of
from instructors.pool.models import Instructor
from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import STANDING
from lms.people.models import OrgUnit
from lms.people.querysets import in_units

VIEW, CHANGE = "training.view_classsession", "training.change_trainingclass"
PER_PAGE = 20
BY = {"venue": Venue, "instructor": Instructor}


@permission_required(VIEW, raise_exception=True)
def week(request):
    by = request.GET.get("by") if request.GET.get("by") in BY else "venue"
    unit = chosen_unit(request)
    day = parse_date(request.GET.get("date", "")) or timezone.localdate()
    bare = Week.of(day)
    visible = ClassSession.objects.visible_to(request.user).held().between(bare.begin, bare.end)
    visible = visible.filter(in_units([unit], "training_class__unit")) if unit else visible
    seen = list(visible.values_list("pk", "during", "training_class_id", "training_class__event_type"))
    page = Paginator(resources(request.user, by, unit, visible, bare), PER_PAGE).get_page(request.GET.get("page"))
    others = others_in(request.user, bare, page if by == "venue" else ())
    shown = Week.of(day, [*(during for _, during, _, _ in seen), *(one.during for one in others.bookings)])
    known = known_to(request.user, seen)
    rows = rows_of([None, *page], sessions_in(shown, by, page, visible), shown, known, by)
    place_bookings(rows, others, shown)
    return render(request, "training/calendar.html", {
        "week": shown, "rows": rows, "by": by, "page": page, "unit": unit, "units": units_of(request.user),
        "count": len(seen), "meetings": sum(kind == "MEETING" for *_, kind in seen),
        "unplaced": sum(len(blocks) for blocks in rows[0].days.values()),
        "before": shown.monday - timedelta(days=7), "after": shown.monday + timedelta(days=7),
        "today": timezone.localdate(),
    })  # fmt: skip


def others_in(user, week: Week, venues) -> Others:
    """Given and asked for, of these places."""
    if not venues:
        return Others((), frozenset())
    rows = Booking.objects.apart_from_sessions().filter(venue__in=list(venues), state__in=STANDING)
    rows = rows.between(week.begin, week.end)
    seen = frozenset(rows.visible_to(user).values_list("pk", flat=True))
    return Others(list(rows.select_related("unit").order_by("during", "pk")), seen)


def units_of(user):
    units = OrgUnit.objects.visible_to(user).exclude(kind__in=["STREET", "SECTION", "CITY"])
    return units.city_level() if any(unit.is_whole_city for unit in user.scope(VIEW)) else units


def chosen_unit(request) -> OrgUnit | None:
    pk = request.GET.get("unit", "")
    return OrgUnit.objects.visible_to(request.user).filter(pk=pk).first() if pk.isdecimal() else None


def resources(user, by: str, unit: OrgUnit | None, sessions, week: Week):
    """Those in use this week first: the free ones follow, to be dragged to."""
    units, today = [unit] if unit else user.scope(VIEW), timezone.localdate()
    rows = (
        Instructor.objects.active_on(today).assignable_to(*units, day=today)
        if by == "instructor"
        else Venue.objects.assignable_to(*units)
    )
    used = Q(Exists(sessions.filter(**{by: OuterRef("pk")})))
    if by == "venue":
        others = Booking.objects.apart_from_sessions().filter(venue=OuterRef("pk"), state__in=STANDING)
        used |= Q(Exists(others.between(week.begin, week.end)))
    return rows.select_related("unit").annotate(is_used=used).order_by("-is_used", "unit__path", "name", "pk")


def known_to(user, seen) -> Known:
    classes = {row for _, _, row, _ in seen}
    worked_on = TrainingClass.objects.within(user, CHANGE).filter(pk__in=classes, state__in=WORKING)
    seated = Enrollment.objects.seated().filter(training_class__in=classes).order_by().values_list("training_class")
    return Known(
        frozenset(pk for pk, *_ in seen),
        frozenset(worked_on.values_list("pk", flat=True)) if user.has_perm(CHANGE) else frozenset(),
        dict(seated.annotate(Count("pk"))),
    )


def sessions_in(shown: Week, by: str, page, visible):
    """Whoever's they are: a room taken by somebody else is taken. Without a room only those the reader sees,
    and no team's: they meet where they work."""
    placed = ClassSession.objects.held().between(shown.begin, shown.end).filter(**{f"{by}__in": list(page)})
    loose = visible.filter(**{f"{by}__isnull": True}).exclude(training_class__form=TrainingClass.Form.TEAM_SESSION)
    pks = [*placed.values_list("pk", flat=True), *loose.values_list("pk", flat=True)]
    return ClassSession.objects.filter(pk__in=pks).select_related("training_class", "venue", "instructor")


@require_POST
@permission_required(CHANGE, raise_exception=True)
def move(request, pk):
    mine = TrainingClass.objects.within(request.user, CHANGE)
    session = get_object_or_404(ClassSession.objects.visible_to(request.user).filter(training_class__in=mine), pk=pk)
    try:
        asked = json.loads(request.body)
        begin, seen = (timezone.make_aware(parse_datetime(asked[name])) for name in ("begin", "seen"))
        by, row = asked["by"], int(asked["row"]) if asked["row"] else None
        place = {by: BY[by].objects.filter(pk=row).first() if row else None}
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponseBadRequest()
    try:
        moved = move_session(session, begin, actor=request.user, seen=seen, **place)
    except ValidationError as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.message}, status=409)
    told = " ".join([f"“{moved}”已移到{when(moved.during)}。", *warnings_of(moved)])
    return JsonResponse({"message": told})
