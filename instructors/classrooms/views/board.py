"""智慧教室建设情况: how many of which grade, what is missing where, how much they are used."""

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from instructors.classrooms.checklist import Checklist
from instructors.classrooms.inventory import Line, items_of
from instructors.classrooms.models import SmartClassroom
from instructors.classrooms.services.checks import standard_on
from instructors.venues.filters import in_period
from instructors.venues.models import VenueUse
from lms.people.models import OrgUnit
from lms.people.querysets import in_units

VIEW = "classrooms.view_smartclassroom"


@permission_required(VIEW, raise_exception=True)
def board(request):
    try:
        version = standard_on(timezone.localdate())
        checklist = Checklist.of(version.formula)
    except ValidationError as refusal:
        return render(request, "classrooms/board.html", {"refusal": refusal.message})
    unit = chosen_unit(request)
    rooms = SmartClassroom.objects.visible_to(request.user).select_related("venue__unit", "current")
    rooms = list(rooms.filter(in_units([unit], "venue__unit")) if unit else rooms)
    lines, total = lines_of(request.user, rooms, unit)
    return render(request, "classrooms/board.html", {
        "version": version, "unit": unit, "lines": lines, "total": total, "items": items_of(checklist, rooms),
        "wanting": [(room, lacking) for room in rooms if (lacking := checklist.missing(room.found))] if unit else [],
        "use": use_of(rooms),
    })  # fmt: skip


def chosen_unit(request) -> OrgUnit | None:
    pk = request.GET.get("unit", "")
    units = OrgUnit.objects.visible_to(request.user)
    return get_object_or_404(units, pk=pk) if pk.isdecimal() else None


def lines_of(user, rooms, unit: OrgUnit | None) -> tuple[list[Line], Line]:
    """A line for each unit of the city's level; of a unit chosen, for itself and each of its teams."""
    level = len(unit.path) + unit.steplen if unit else 2 * OrgUnit.steplen
    tops = {room.venue.unit.path[:level] for room in rooms}
    named = {one.path: one for one in OrgUnit.objects.filter(path__in=tops)}
    lines = {path: Line(named[path].name, named[path]) for path in sorted(tops)}
    total, soon = Line("合计"), timezone.localdate()
    for room in rooms:
        is_due = bool(room.current and room.current.recheck_on <= soon)
        for line in (lines[room.venue.unit.path[:level]], total):
            line.add(room, is_due)
    count_teams(user, [*lines.values()], total, unit)
    return list(lines.values()), total


def count_teams(user, lines, total: Line, unit: OrgUnit | None) -> None:
    """Teams with a room of their own are counted out of all teams."""
    teams = OrgUnit.objects.within(user, VIEW).teams()
    paths = list((teams.filter(path__startswith=unit.path) if unit else teams).values_list("path", flat=True))
    total.of_teams = len(paths)
    for line in lines:
        is_above = line.unit.is_whole_city  # its own rooms belong to no team
        line.of_teams = 0 if is_above else sum(path.startswith(line.unit.path) for path in paths)


def use_of(rooms) -> dict:
    """This year's hours of these rooms, out of the hours they were open."""
    found = in_period(VenueUse.objects.filter(classroom__in=rooms))
    sums = [(row.used_times, row.used_hours, row.open_hours or 0) for row in found]
    times, used, total = (sum(column) for column in zip(*sums, strict=True)) if sums else (0, 0, 0)
    return {"times": times, "used": used, "open": total, "share": used * 100 / total if total else 0}
