from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from courses.learning.services.assignments import open_assignments
from courses.learning.views.pages import under_way
from courses.training.services.todays import rolls_today, todays_sessions
from exams.sittings.services.waiting import soon
from lms.ledger.services.standings import standing
from lms.notices.models import Delivery
from lms.portal.readiness import checks


@login_required
def today(request):
    """The officer's day; for somebody who is no officer, the way to his desk."""
    officer = getattr(request.user, "officer", None)
    now = timezone.localtime()
    context = {"place": "today", "now": now, "officer": officer, "unread": _unread(request.user)}
    context["rolls"] = rolls_today(request.user, now)
    if officer:
        obligation, place = standing(officer, now.year)
        context |= {
            "obligation": obligation,
            "standing": place,
            "under_way": under_way(request.user),
            "assigned": open_assignments(officer, now.date()),
            "todays": todays_sessions(officer, now),
            "exams": soon(officer, now),
            "days_left": (date(now.year, 12, 31) - now.date()).days,
        }
    return render(request, "portal/today.html", context)


def _unread(user) -> int:
    return Delivery.objects.of(user).unread().count()


@login_required
def me(request):
    officer = getattr(request.user, "officer", None)
    context = {"place": "me", "officer": officer, "grants": request.user.current_grants}
    context["unread"] = _unread(request.user)
    return render(request, "portal/me.html", context)


def healthz(request):
    """The process answers. Says nothing of what it needs."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request):
    """200 when database, migrations, broker and fonts are there; otherwise 503 and which is not."""
    found = checks()
    return JsonResponse(found, status=200 if all(value == "ok" for value in found.values()) else 503)
