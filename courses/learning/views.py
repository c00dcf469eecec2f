from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from courses.catalogue.models import Course, CourseVersion
from courses.learning.services import begin_course, finish_lesson, open_lesson, seconds_left
from lms.ledger.services.posting import rule_book
from lms.rules.formula import linear_credits, points

PAGE_SIZE = 20


def _officer(request):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员可以学习课程。")
    return officer


@login_required
def catalogue(request):
    """Live courses, found by words or narrowed by level; filters live in the URL."""
    query, level = request.GET.get("q", "").strip()[:50], request.GET.get("level", "")
    versions = CourseVersion.objects.current()
    if level in Course.Level.values:
        versions = versions.filter(level=level)
    if query:
        found = [course.pk for course in Course.objects.live().search(query)[:200]]
        versions = versions.filter(course__in=found)
    page = Paginator(versions, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"place": "learn", "page": page, "query": query, "level": level, "levels": Course.Level.choices}
    return render(request, "learning/catalogue.html", context)


@login_required
def course(request, pk):
    """What the course is, what it is worth by the rules of today, and how far the officer is."""
    version = get_object_or_404(CourseVersion.objects.current(), course=pk)
    officer = getattr(request.user, "officer", None)
    progress = officer and officer.course_progress.filter(version__course=pk).order_by("started_at").last()
    if progress and progress.year == timezone.localdate().year:
        version = progress.version
    read = set(progress.readings.exclude(finished_at=None).values_list("position", flat=True)) if progress else set()
    lessons = [
        {"position": number, "title": lesson["title"], "minutes": lesson["seconds"] // 60, "is_read": number in read}
        for number, lesson in enumerate(version.lessons, start=1)
    ]
    following = next((lesson["position"] for lesson in lessons if not lesson["is_read"]), None)
    context = {
        "place": "learn", "version": version, "progress": progress, "lessons": lessons, "read": len(read),
        "following": following, "worth": worth(version.minutes),
    }  # fmt: skip
    return render(request, "learning/course.html", context)


def worth(minutes: int) -> dict:
    """Hours and credits for an online course of so many minutes, by the rules in force today."""
    book = rule_book(["R05"], timezone.localdate())
    award = points(book.formula("R05"), {"minutes": minutes})
    credits = award.credits if award.credits is not None else linear_credits(book.formula("R02"), award.hours)
    is_confirmed = all(book.versions[code].is_confirmed for code in ("R02", "R05"))
    return {"hours": award.hours, "credits": credits, "is_confirmed": is_confirmed}


@login_required
def lesson(request, pk, position):
    """Reading a lesson starts its clock."""
    officer = _officer(request)
    version = get_object_or_404(CourseVersion.objects.current(), course=pk)
    progress = begin_course(officer, version)
    if not 1 <= position <= len(progress.version.lessons):
        raise Http404
    reading = open_lesson(progress, position)
    context = {
        "place": "learn", "progress": progress, "version": progress.version, "position": position,
        "lesson": progress.version.lessons[position - 1], "count": len(progress.version.lessons),
        "reading": reading, "left": seconds_left(reading, timezone.now()),
    }  # fmt: skip
    return render(request, "learning/lesson.html", context)


@login_required
@require_POST
def finish(request, pk, position):
    officer = _officer(request)
    progress = (
        officer.course_progress.filter(version__course=pk).select_related("version").order_by("started_at").last()
    )
    if progress is None or not 1 <= position <= len(progress.version.lessons):
        raise Http404
    try:
        progress = finish_lesson(progress, position)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
        return redirect("learning:lesson", pk, position)
    if progress.completed_at:
        messages.success(request, completion_message(progress))
        return redirect("learning:course", pk)
    return redirect("learning:lesson", pk, min(position + 1, len(progress.version.lessons)))


def completion_message(progress) -> str:
    entry = progress.entry
    if not entry.counts_hours:
        return f"已学完。{entry.hours:.2f}学时已记入学籍，不计入年度学时。"
    if entry.capped_hours:
        return f"已学完。记入{entry.hours:.2f}学时、{entry.credits:.1f}学分，另有{entry.capped_hours:.2f}学时未计，原因见台账。"
    return f"已学完。{entry.hours:.2f}学时、{entry.credits:.1f}学分已记入台账。"
