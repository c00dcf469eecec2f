"""The hall as a wall shows it: who writes, who is away, who is done. No answer, no mark."""

from collections import Counter
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.sittings.models import Candidate, Compensation, Hall, Signal, Sitting
from exams.sittings.services.hall import OFFLINE, seats_of
from exams.sittings.services.starting import database_now

SHOWN_HALLS, SHOWN_SIDE, AGO = 60, 12, timedelta(days=1)
EVERY = 15  # seconds, also for browsers without script


@login_required
@never_cache
@require_safe
def halls(request):
    """Today's and the next ones first."""
    now = timezone.now()
    rows = (
        Hall.objects.watched_by(request.user)
        .select_related("sitting__exam", "unit")
        .annotate(people=Count("candidates"))
    )
    coming = rows.filter(sitting__opens_at__gte=now - AGO).order_by("sitting__opens_at", "pk")[:SHOWN_HALLS]
    past = rows.filter(sitting__opens_at__lt=now - AGO).order_by("-sitting__opens_at", "pk")[:SHOWN_HALLS]
    return render(request, "sittings/halls.html", {"coming": coming, "past": past, "now": now})


def board_of(sitting: Sitting, candidates, now) -> dict:
    """What both boards show: seats, their counts, and what is written beside them."""
    seats = seats_of(candidates, now)
    counts = Counter(seat.state for seat in seats)
    signals = Signal.objects.filter(attempt__candidate__in=candidates).order_by()
    by_kind = signals.values("kind", "attempt__candidate__seat", "attempt__candidate__hall__name", "attempt__candidate")
    granted = Compensation.objects.granted().filter(sitting=sitting).select_related("hall", "candidate", "checked_by")
    return {
        "sitting": sitting, "exam": sitting.exam, "seats": seats, "now": now, "total": len(seats),
        "counts": {state: counts[state] for state in ("writing", "offline", "done", "ready", "absent", "void")},
        "offline": [seat for seat in seats if seat.state == OFFLINE][:SHOWN_SIDE], "granted": granted[:SHOWN_SIDE],
        "signals": by_kind.annotate(times=Count("pk"), seconds=Sum("seconds")).order_by("-seconds", "-times")[:SHOWN_SIDE],
        "entry_until": _entry_until(sitting), "leave_from": _leave_from(sitting), "every": EVERY,
    }  # fmt: skip


def _entry_until(sitting: Sitting):
    minutes = sitting.exam.entry_minutes
    return sitting.opens_at + timedelta(minutes=minutes) if minutes is not None else None


def _leave_from(sitting: Sitting):
    minutes = sitting.exam.hand_in_minutes
    return sitting.closes_at - timedelta(minutes=minutes) if minutes is not None and sitting.closes_at else None


@login_required
@never_cache
@require_safe
def board(request, pk: int):
    rows = Hall.objects.watched_by(request.user).select_related("sitting__exam", "unit")
    hall = get_object_or_404(rows, pk=pk)
    context = board_of(hall.sitting, hall.candidates.all(), database_now()) | {"hall": hall}
    return render(request, "sittings/board_part.html" if "part" in request.GET else "sittings/board.html", context)


@login_required
@never_cache
@require_safe
def sitting_board(request, pk: int):
    """All halls of a window at once, for whoever runs the exam."""
    sitting = get_object_or_404(Sitting.objects.watched_by(request.user).select_related("exam"), pk=pk)
    candidates = Candidate.objects.filter(sitting=sitting)
    context = board_of(sitting, candidates, database_now()) | {"hall": None}
    return render(request, "sittings/board_part.html" if "part" in request.GET else "sittings/board.html", context)


@login_required
@never_cache
@require_safe
def screen(request, pk: int):
    """For the wall of the hall: the time, the code, how many are in. No names."""
    rows = Hall.objects.watched_by(request.user).select_related("sitting__exam", "unit")
    hall = get_object_or_404(rows, pk=pk)
    begun = hall.candidates.exclude(attempt__started_at=None).count()
    context = {
        "hall": hall, "sitting": hall.sitting, "exam": hall.sitting.exam, "now": database_now(), "begun": begun,
        "people": hall.candidates.filter(state=Candidate.State.EXPECTED).count(), "entry_until": _entry_until(hall.sitting), "every": EVERY,
    }  # fmt: skip
    return render(request, "sittings/screen_part.html" if "part" in request.GET else "sittings/screen.html", context)
