"""The officer's pages: what there is to learn, a course, a lesson."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from courses.catalogue.filters import CatalogueFilters, module_labels, topics_with_counts
from courses.catalogue.models import CourseVersion
from courses.catalogue.models.references import Level
from courses.learning.coverage import clock
from courses.learning.models import CourseProgress, LessonReading
from courses.learning.services.amounts import UnderWay, amounts, with_amounts, worths
from courses.learning.services.completion import is_video, media_length, terms_on
from courses.learning.services.reading import (
    begin_course,
    finish_lesson,
    open_lesson,
    pages_left,
    seconds_left,
    time_left,
)
from courses.learning.services.watching import resume_at, watched_lesson
from courses.learning.terms import MILLISECONDS
from courses.learning.views.facts import completion_message, facts, questions
from lms.rules.models import Layer

PAGE_SIZE, UNDER_WAY, REJECTED = 20, 3, 3


def _officer(request):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员可以学习课程。")
    return officer


@login_required
def catalogue(request):
    """Live courses, found by words or narrowed; filters live in the URL."""
    begun = CourseProgress.objects.filter(officer__user=request.user).values("version__course")
    filters = CatalogueFilters(request.GET, CourseVersion.objects.current(), begun=begun)
    page, asked = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page")), filters.asked
    context = {
        "place": "learn", "page": page, "asked": asked, "levels": Level.choices, "layers": Layer.choices,
        "topics": topics_with_counts(), "compulsory_modules": module_labels(),
        "under_way": [] if asked or page.number > 1 else under_way(request.user),
    }  # fmt: skip
    return render(request, "learning/catalogue.html", context)


def under_way(user) -> list[UnderWay]:
    """What the user goes on with, with what is counted of it."""
    rows = CourseProgress.objects.filter(officer__user=user).under_way().select_related("version")
    return with_amounts(rows[:UNDER_WAY])


@login_required
def course(request, pk):
    """What the course is, what it is worth by the rules of today, and how far the officer is."""
    version = get_object_or_404(CourseVersion.objects.current(), course=pk)
    officer = getattr(request.user, "officer", None)
    progress = officer and officer.course_progress.filter(version__course=pk).order_by("started_at").last()
    if progress and progress.version_id == version.pk:
        progress.version = version
    if progress and progress.year == timezone.localdate().year:
        version = progress.version
    amount = amounts([progress])[progress.pk] if progress else None
    lessons = chapters(version, amount)
    following = next((lesson["position"] for lesson in lessons if not lesson["is_read"]), None)
    context = {
        "place": "learn", "version": version, "progress": progress, "chapters": lessons,
        "following": following, "worth": worths([version.minutes])[0],
        "counted": amount.counted if amount else 0, "total": sum(lesson["seconds"] for lesson in version.lessons),
    }  # fmt: skip
    return render(request, "learning/course.html", context)


def chapters(version, amount) -> list[dict]:
    return [
        {
            "position": number, "title": lesson["title"], "kind": lesson.get("kind", "TEXT"),
            "length": clock(media_length(lesson)), "is_read": amount is not None and number in amount.finished,
        }
        for number, lesson in enumerate(version.lessons, start=1)
    ]  # fmt: skip


@login_required
def lesson(request, pk, position):
    """Opening a text starts its clock; a film counts from the moment its page asks for a lease."""
    officer = _officer(request)
    version = get_object_or_404(CourseVersion.objects.current(), course=pk)
    progress = begin_course(officer, version)
    if not 1 <= position <= len(progress.version.lessons):
        raise Http404
    found = progress.version.lessons[position - 1]
    context = {
        "place": "learn", "progress": progress, "version": progress.version, "position": position,
        "lesson": found, "count": len(progress.version.lessons), "questions": questions(progress, position),
        "terms": terms_on(timezone.now()),
    }  # fmt: skip
    return _film(request, context) if is_video(found) else _text(request, context)


def _text(request, context):
    page = request.GET.get("page", "")[:9]
    try:
        reading = open_lesson(context["progress"], context["position"], int(page) if page.isdecimal() else None)
    except LessonReading.DoesNotExist:
        raise Http404 from None
    now = timezone.now()
    context |= {"reading": reading, "left": seconds_left(reading, now), "whole": time_left(reading, now)}
    return render(request, "learning/lesson.html", context | paper(reading, now))


def paper(reading, now) -> dict:
    """The pages of a paper, and the one that is open."""
    count = len(reading.pages)
    left = [0] * count if reading.finished_at else pages_left(reading, now)
    pages = [{"number": page, "left": one, "is_here": page == reading.page} for page, one in enumerate(left, start=1)]
    others = sum(page["left"] for page in pages if not page["is_here"])
    return {
        "pages": pages, "read": left.count(0), "others": others, "here": pages[reading.page - 1] if pages else None,
        "before": reading.page - 1, "after": reading.page + 1 if reading.page < count else None,
    }  # fmt: skip


def _film(request, context):
    progress, position, found = context["progress"], context["position"], context["lesson"]
    watched, amount = watched_lesson(progress, position), amounts([progress])[progress.pk]
    known, is_done = facts(watched), position in amount.finished
    if is_done:
        known["counted_seconds"] = found["seconds"]
    context |= {
        "chapters": chapters(progress.version, amount), "facts": known, "amount": amount,
        "resume": resume_at(watched, found) / MILLISECONDS, "worth": worths([progress.version.minutes])[0],
        "is_done": is_done, "timed": True,
        "rejected": [] if is_done else progress.spans.filter(position=position).rejected()[:REJECTED],
    }  # fmt: skip
    return render(request, "learning/player.html", context)


@login_required
@require_POST
def finish(request, pk, position):
    progress = own_progress(_officer(request), pk)
    if progress is None or not 1 <= position <= len(progress.version.lessons):
        raise Http404
    try:
        progress = finish_lesson(progress, position)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect("learning:lesson", pk, position)
    if progress.completed_at:
        messages.success(request, completion_message(progress.entry))
        return redirect("learning:course", pk)
    return redirect("learning:lesson", pk, min(position + 1, len(progress.version.lessons)))


def own_progress(officer, course_pk) -> CourseProgress | None:
    rows = officer.course_progress.filter(version__course=course_pk).select_related("version")
    return rows.order_by("started_at").last()


def offline(request):
    """What the worker shows for a page it cannot reach: the same for everybody, so that it may be kept."""
    return render(request, "learning/offline.html")
