from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from lms.ledger.services.standings import standing
from lms.portal.readiness import checks


@login_required
def today(request):
    """The officer's day; for somebody who is no officer, the way to his desk."""
    officer = getattr(request.user, "officer", None)
    now = timezone.localtime()
    context = {"place": "today", "now": now, "officer": officer}
    if officer:
        obligation, place = standing(officer, now.year)
        under_way = officer.course_progress.under_way().with_lessons_read().select_related("version")[:3]
        context |= {
            "obligation": obligation,
            "standing": place,
            "under_way": under_way,
            "days_left": (date(now.year, 12, 31) - now.date()).days,
        }
    return render(request, "portal/today.html", context)


@login_required
def me(request):
    officer = getattr(request.user, "officer", None)
    context = {"place": "me", "officer": officer, "grants": request.user.current_grants}
    return render(request, "portal/me.html", context)


def healthz(request):
    """The process answers. Says nothing of what it needs."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request):
    """200 when database, migrations, broker and fonts are there; otherwise 503 and which is not."""
    found = checks()
    return JsonResponse(found, status=200 if all(value == "ok" for value in found.values()) else 503)
