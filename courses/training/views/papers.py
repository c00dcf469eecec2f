"""签到表, 学员名册, 课程表 as PDF: for whoever sees the class; names only of learners he sees."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from courses.training import paper
from courses.training.models import Enrollment, TrainingClass
from courses.training.viewsets.classes import days_of
from lms.audit.services import record

ON_A_SHEET = 5


def class_seen(request, pk) -> TrainingClass:
    rows = TrainingClass.objects.visible_to(request.user).select_related("unit", "head_teacher")
    return get_object_or_404(rows, pk=pk)


def learners(request, row) -> list[dict]:
    rows = Enrollment.objects.visible_to(request.user).seated().filter(training_class=row).exclude(state="DISMISSED")
    return [person(one) for one in rows.select_related("officer", "guest", "unit").order_by("unit__path", "pk")]


def person(one: Enrollment) -> dict:
    officer = one.officer
    return {
        "name": one.name,
        "number": officer.staff_no if officer else "—",
        "sex": officer.get_sex_display() if officer else "—",
        "rank": officer.get_rank_display() if officer else one.guest.position,
        "place": one.unit.name if officer else one.guest.affiliation,
        "source": one.get_source_display(),
    }


def spoken(session) -> list[str]:
    return [session.title, str(session.during), str(session.venue), str(session.instructor)]


def printed(request, row, kind: str, said: dict) -> HttpResponse:
    """`said` is what the sheet says: its digest stands on every page and in the audit."""
    digest = paper.digest([row.pk, row.title, said["people"], [spoken(one) for one in said["sessions"]]])
    context = {"row": row, "days": days_of(row), "printed_at": timezone.localtime(), "digest": digest, **said}
    content = paper.render(f"training/paper_{kind}.html", context)
    record(f"training.print_{kind}", actor=request.user, target=row, digest=digest, rows=len(said["people"]))
    name = f"class-{row.pk}-{kind.replace('_', '-')}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def sessions_of(row):
    return list(row.sessions.held().select_related("venue", "instructor"))


@login_required
def sign_in_sheet(request, pk):
    row = class_seen(request, pk)
    sessions = sessions_of(row)
    parts = [sessions[at : at + ON_A_SHEET] for at in range(0, len(sessions), ON_A_SHEET)]
    said = {"title": "签到表", "people": learners(request, row), "sessions": sessions, "parts": parts}
    return printed(request, row, "sign_in", said)


@login_required
def roster(request, pk):
    row = class_seen(request, pk)
    return printed(request, row, "roster", {"title": "学员名册", "people": learners(request, row), "sessions": []})


@login_required
def timetable(request, pk):
    row = class_seen(request, pk)
    return printed(request, row, "timetable", {"title": "课程表", "people": [], "sessions": sessions_of(row)})
