"""座位图 and 考生签到表, hall by hall: PDF on A4."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from courses.training import paper
from courses.training.views.enrollment import holders_only
from exams.sittings.models import Candidate, Hall, Sitting
from exams.sittings.services.candidates import RUN
from exams.sittings.viewsets.windows import window_of
from lms.audit.services import record
from lms.people.models import Officer

ACROSS = 6
RANKS = dict(Officer.Rank.choices)


def people_of(hall: Hall) -> list[dict]:
    rows = hall.candidates.exclude(state=Candidate.State.DEFERRED).select_related("officer").order_by("seat")
    return [person(one) for one in rows]


def person(one: Candidate) -> dict:
    return {
        "seat": one.seat, "number": one.number, "name": one.officer.name, "staff_no": one.officer.staff_no,
        "sex": one.officer.get_sex_display(), "unit": one.facts.get("unit_name", ""),
        "rank": RANKS.get(one.facts.get("rank", ""), "—"),
    }  # fmt: skip


def rows_of_seats(hall: Hall, people: list[dict]) -> list[list[dict]]:
    """Seat by seat as the room stands, to and fro, so that numbers follow one another along the walk."""
    by_seat = {one["seat"]: one for one in people}
    seats = [by_seat.get(seat, {"seat": seat, "name": ""}) for seat in range(1, hall.seats + 1)]
    rows = [seats[at : at + ACROSS] for at in range(0, len(seats), ACROSS)]
    if rows and len(rows[-1]) < ACROSS:
        rows[-1] += [{"seat": None, "name": ""}] * (ACROSS - len(rows[-1]))
    return [row if place % 2 == 0 else row[::-1] for place, row in enumerate(rows)]


def halls_of(request, pk: int) -> tuple[Sitting, list[Hall]]:
    rows = Sitting.objects.visible_to(request.user).within(request.user, RUN).select_related("exam__unit")
    sitting = get_object_or_404(rows, pk=pk)
    halls = sitting.halls.select_related("venue", "unit").prefetch_related("invigilators")
    wanted = request.GET.get("hall", "")
    return sitting, list(halls.filter(pk=wanted) if wanted.isdecimal() else halls)


def printed(request, sitting: Sitting, kind: str, title: str, halls: list[dict]) -> HttpResponse:
    """The digest of what is said stands on every page and in the audit."""
    said = [[one["hall"].name, one["people"]] for one in halls]
    digest = paper.digest([sitting.pk, window_of(sitting), said])
    context = {
        "row": sitting.exam, "sitting": sitting, "window": window_of(sitting), "title": title, "halls": halls,
        "printed_at": timezone.localtime(), "digest": digest,
    }  # fmt: skip
    content = paper.render(f"sittings/paper_{kind}.html", context)
    people = sum(len(one["people"]) for one in halls)
    record(f"sittings.print_{kind}", actor=request.user, target=sitting, digest=digest, rows=people)
    headers = {"Content-Disposition": f'inline; filename="sitting-{sitting.pk}-{kind}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@holders_only(RUN)
@require_safe
def seating_plan(request, pk):
    sitting, halls = halls_of(request, pk)
    told = [{"hall": one, "people": (people := people_of(one)), "rows": rows_of_seats(one, people)} for one in halls]
    return printed(request, sitting, "seats", "座位图", told)


@holders_only(RUN)
@require_safe
def admission_list(request, pk):
    """Who comes to which seat, with room for a signature."""
    sitting, halls = halls_of(request, pk)
    told = [{"hall": one, "people": people_of(one)} for one in halls]
    return printed(request, sitting, "list", "考生签到表", told)
