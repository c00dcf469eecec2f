"""Tasks and how far people are with them: one query for any number of people."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import ExtractYear, Substr
from django.urls import reverse
from django.utils import timezone

from courses.learning.models import CourseAssignment, CourseProgress
from lms.audit.services import record
from lms.ledger.models import Entry
from lms.notices.models import Delivery
from lms.notices.services import notify
from lms.people.models import Officer, OrgUnit, User
from lms.people.querysets import in_units

VIEW, END, REMIND = (f"learning.{verb}_courseassignment" for verb in ("view", "end", "remind"))
STATES = {"NONE": "未开始", "BEGUN": "学习中", "DONE": "已学完"}


@transaction.atomic
def assign(assignment: CourseAssignment, title: str, *, actor) -> CourseAssignment:
    if assignment.due_on < timezone.localdate():
        raise ValidationError("截止日期不能早于今天。", code="past")
    assignment.title, assignment.made_by = title, actor if isinstance(actor, User) else None
    assignment.save(force_insert=True)
    about = {"what": title, "whom": assignment.whom, "due_on": str(assignment.due_on)}
    record("learning.assign", actor=actor, target=assignment, **about)  # type: ignore[arg-type]
    return assignment


@transaction.atomic
def assign_to(assignment: CourseAssignment, officers: Iterable[Officer], *, actor) -> CourseAssignment:
    """A task for these people by name: the standing one of the same course and day, if there is one, gets them too."""
    about = {"course": assignment.course, "unit": assignment.unit, "due_on": assignment.due_on, "is_named": True}
    task = CourseAssignment.objects.select_for_update(of=("self",)).filter(**about, ended_at=None).first()
    if task is None:
        assignment.is_named = True
        task = assign(assignment, assignment.title, actor=actor)
    task.people.add(*officers)
    return task


@transaction.atomic
def end_assignment(assignment: CourseAssignment, *, actor) -> CourseAssignment:
    row = CourseAssignment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=assignment.pk)
    if row.ended_at:
        raise ValidationError("该任务已撤回。", code="ended")
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    record("learning.end_assignment", actor=actor, target=row)
    return row


def people_of(assignment: CourseAssignment, user, permission: str = VIEW) -> QuerySet:
    """Those it binds and the user may follow, each with `state`."""
    rows = Officer.objects.in_service().filter(
        in_units([assignment.unit], "unit"), user.scope_filter(permission, "unit")
    )
    if assignment.is_named:
        rows = rows.filter(pk__in=assignment.people.values("pk"))
    if assignment.rank:
        rows = rows.filter(rank=assignment.rank)
    if assignment.status:
        rows = rows.filter(status=assignment.status)
    if assignment.entered_since:
        rows = rows.filter(entered_on__gte=assignment.entered_since)
    begun, done = _begun(assignment), _done(assignment)
    cases = [When(done, then=Value("DONE")), When(begun, then=Value("BEGUN"))]
    return rows.annotate(state=Case(*cases, default=Value("NONE"), output_field=CharField()))


def _begun(assignment: CourseAssignment) -> Q:
    rows = CourseProgress.objects.filter(year__in=assignment.years).values("officer")
    if assignment.course_id:
        return Q(pk__in=rows.filter(version__course=assignment.course_id))
    return Q(pk__in=rows.filter(version__module=assignment.module))


def _done(assignment: CourseAssignment) -> Q | Exists:
    """A course is done when it was learnt to its end; a module when the ledger has a standing entry of it."""
    if assignment.course_id:
        rows = CourseProgress.objects.filter(year__in=assignment.years, completed_at__isnull=False).values("officer")
        return Q(pk__in=rows.filter(version__course=assignment.course_id))
    # Person by person: the ledger finds the lines of one obligation at once, those of one module only by reading all.
    entries = Entry.objects.standing().filter(obligation__officer=OuterRef("pk"), obligation__year=assignment.year)
    return Exists(entries.filter(module=assignment.module))


def place_length(assignment: CourseAssignment, user) -> int:
    """How much of a unit's path names its group: one step below whatever the user sees of the task."""
    tops = [unit.path for unit in user.scope(VIEW)]
    top = min((len(path) for path in tops), default=OrgUnit.steplen)
    return max(top, len(assignment.unit.path)) + OrgUnit.steplen


def progress_by_unit(assignment: CourseAssignment, user) -> list[dict]:
    """How many are done of how many, by unit, in the order of the units."""
    places = (
        people_of(assignment, user).order_by().annotate(place=Substr("unit__path", 1, place_length(assignment, user)))
    )
    counts = {code.lower(): Count("pk", filter=Q(state=code)) for code in STATES}
    rows = list(places.values("place").annotate(people=Count("pk"), **counts).order_by("place"))
    names = dict(OrgUnit.objects.filter(path__in=[row["place"] for row in rows]).values_list("path", "name"))
    for row in rows:
        own = "（本级）" if len(row["place"]) < place_length(assignment, user) else ""
        row["name"] = names[row["place"]] + own
    return [row | {"share": 100 * row["done"] / row["people"]} for row in rows]


def in_place(rows: QuerySet, assignment: CourseAssignment, user, place: str) -> QuerySet:
    """People of one of the units above; of those who sit on the top unit itself, without the units below it."""
    if place and len(place) < place_length(assignment, user):
        return rows.filter(unit__path=place)
    return rows.filter(unit__path__startswith=place)


def once_key(assignment: CourseAssignment) -> str:
    return f"learning.assignment:{assignment.pk}"


def to_remind(assignment: CourseAssignment, user, place: str = "") -> QuerySet:
    """Users who are not done and were not reminded of it before."""
    told = Delivery.objects.filter(once_key=once_key(assignment), user=OuterRef("user"))
    late = in_place(people_of(assignment, user, REMIND).exclude(state="DONE"), assignment, user, place)
    return User.objects.filter(pk__in=late.filter(~Exists(told)).values("user"))


def remind(assignment: CourseAssignment, *, actor, place: str = "") -> int:
    """Tell everybody who is late, each once in the life of the task. Says how many were told."""
    if assignment.ended_at:
        raise ValidationError("任务已撤回，不再提醒。", code="ended")
    link = (
        reverse("learning:course", args=[assignment.course_id])
        if assignment.course_id
        else reverse("learning:catalogue")
    )
    with transaction.atomic():
        told = notify(
            to_remind(assignment, actor, place),
            title=f"请按时学完：{assignment.title}"[:80],
            body=f"截止{assignment.due_on:%Y年%-m月%-d日}。学完后自动记入台账。",
            link=link,
            once_key=once_key(assignment),
        )
        record("learning.remind", actor=actor, target=assignment, people=told)
    return told


def open_assignments(officer: Officer, today: date) -> list[CourseAssignment]:
    """What an officer still owes, the most urgent first, with the days that are left; past years are past."""
    year = ExtractYear("due_on")
    first = Case(When(is_named=True, then=ExtractYear("made_at")), default=year)
    by_course = CourseProgress.objects.filter(
        officer=officer, completed_at__isnull=False, year__range=(OuterRef("first_year"), OuterRef("due_year"))
    )
    entries = Entry.objects.standing().filter(obligation__officer=officer, obligation__year=OuterRef("due_year"))
    done: Any = Exists(by_course.filter(version__course=OuterRef("course")))
    done |= Exists(entries.filter(module=OuterRef("module")).exclude(module=""))
    rows = CourseAssignment.objects.for_officer(officer).filter(due_on__gte=date(today.year, 1, 1))
    found = list(rows.annotate(due_year=year, first_year=first).exclude(done).order_by(F("due_on"), "pk"))
    for row in found:
        row.days_left = (row.due_on - today).days
    return found
