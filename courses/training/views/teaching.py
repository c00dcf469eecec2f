"""我—教员: what somebody of the pool sees of his own teaching; and what learners think of a lesson."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses.training.forms.rating import RatingForm
from courses.training.models import ClassSession
from courses.training.services.rating import criteria_on, ratable, rate
from courses.training.services.teaching import TEACHING
from instructors.pool.models import Instructor, TrialReview
from instructors.pool.services.bars import why_not
from instructors.pool.services.ratings import Rating, rating_of
from instructors.pool.terms import RATINGS, terms_on
from lms.kit.viewsets import refuse
from lms.ledger.models import Entry

SHOWN = 20


@dataclass(frozen=True)
class Taught:
    on: object
    title: str
    hours: object
    is_repeat: bool
    rating: Rating


@login_required
@require_safe
def teaching(request):
    """Appointments, sessions ahead and taught, opinions from enough people, hours of the ledger."""
    officer = getattr(request.user, "officer", None)
    row = Instructor.objects.filter(officer=officer).select_related("unit").first() if officer else None
    now = timezone.localtime()
    context = {"place": "me", "officer": officer, "row": row, "now": now,
               "to_judge": TrialReview.objects.waiting().filter(reviewer=request.user).count()}  # fmt: skip
    if row:
        context |= _account(row, officer, now)
    return render(request, "training/teaching.html", context)


def _account(row: Instructor, officer, now) -> dict:
    minimum = _minimum(now.date())
    lessons = row.teachings.standing().filter(on__year=now.year)
    credited = Entry.objects.filter(officer=officer, year=now.year, rule_version__rule__code=TEACHING)
    return {
        "why_not": why_not(row, now.date()), "minimum": minimum,
        "appointments": row.appointments.approved().prefetch_related("topics").order_by("-during"),
        "ahead": ClassSession.objects.held().filter(instructor=row, during__endswith__gt=now)
        .exclude(training_class__state="CANCELLED").select_related("training_class", "venue").order_by("during")[:SHOWN],
        "taught": [_with_rating(lesson, row, minimum) for lesson in lessons[:SHOWN]],
        "year": Instructor.objects.teaching_in(now.year).get(pk=row.pk),
        "rating": rating_of(row.ratings.filter(on__year=now.year), minimum),
        "credited": sum(entry.hours for entry in credited), "entries": len(credited),
        "reviews": row.year_reviews.order_by("-year")[:3],
    }  # fmt: skip


def _minimum(day) -> int:
    try:
        return terms_on(RATINGS, day).number("minimum")
    except ValidationError:
        return 0


def _with_rating(lesson, row: Instructor, minimum: int) -> Taught:
    rating = rating_of(row.ratings.filter(evidence=lesson.evidence), minimum)
    return Taught(lesson.on, lesson.title, lesson.delivered_hours, lesson.is_repeat, rating)


@login_required
@require_http_methods(["GET", "POST"])
def rate_session(request, pk):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise Http404
    mine = ClassSession.objects.filter(attendance__enrollment__officer=officer).select_related(
        "instructor", "training_class"
    )
    session = get_object_or_404(mine, pk=pk)
    is_open = ratable(officer, timezone.now()).filter(pk=pk).exists()
    form = RatingForm(criteria_on(timezone.localdate()), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rate(session, officer, form.stars, form.cleaned_data["comment"])
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "测评已提交，谢谢。")
            return redirect("training:mine")
    return render(
        request, "training/rate.html", {"place": "class", "session": session, "form": form, "is_open": is_open}
    )
