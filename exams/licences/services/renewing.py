"""到期换证: what runs out soon is due, its holder is told and gets the course he needs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse

from courses.catalogue.models import Course
from courses.learning.models import CourseAssignment
from courses.learning.services.assignments import assign_to
from exams.licences.models import EnforcementCertificate
from exams.licences.services.eligibility import SYSTEM
from exams.licences.services.facts import renewal_course
from exams.licences.services.steps import Why, lock, step
from exams.licences.terms import Terms
from lms.notices.services import notify
from lms.people.models import OrgUnit

LEAST = timedelta(days=30)
State = EnforcementCertificate.State


@transaction.atomic
def mark_renewal_due(certificate: EnforcementCertificate, day: date) -> EnforcementCertificate:
    row = lock(certificate)
    until = f"{row.valid_until:%Y年%-m月%-d日}" if row.valid_until else ""
    step(row, "fall_due", Why(SYSTEM, f"有效期至{until}", {"valid_until": str(row.valid_until)}, day))
    notify(
        [row.officer.user],
        title="执法证将到期，请办理换证",
        body=f"证号{row.number}，有效期至{until}。请按期学完换证课程，并申请换证。",
        link=reverse("licences:mine"),
        once_key=f"licences.due:{row.pk}:{row.valid_until}",
    )
    return row


def mark_all_due(day: date, terms: Terms) -> int:
    """What runs out within the days the rules name."""
    rows = EnforcementCertificate.objects.filter(state=State.ISSUED).expiring(day, terms.due_days)
    return len([mark_renewal_due(one, day) for one in rows.order_by("officer__unit__path", "pk")])


@transaction.atomic
def assign_courses(day: date, terms: Terms) -> int:
    """To everybody who is due and has not been given the course: one task for all who run out in the same month."""
    course = renewal_course(terms)
    if course is None:
        return 0
    rows = EnforcementCertificate.objects.filter(state=State.RENEWAL_DUE, renewal_task=None, valid_until__gte=day)
    groups: defaultdict[date, list[EnforcementCertificate]] = defaultdict(list)
    for row in rows.select_related("officer").select_for_update(of=("self",)).order_by("pk"):
        groups[due_on(row.valid_until, day)].append(row)  # type: ignore[arg-type]
    for by, people in groups.items():
        _assign(course, by, people)
    return sum(len(people) for people in groups.values())


def due_on(valid_until: date, day: date) -> date:
    """Before the month it runs out in; whoever is found late still has some weeks."""
    return max(valid_until.replace(day=1) - timedelta(days=1), min(day + LEAST, valid_until))


def _assign(course: Course, by: date, people: Sequence[EnforcementCertificate]) -> None:
    city = OrgUnit.objects.get(kind=OrgUnit.Kind.CITY)
    task = CourseAssignment(course=course, unit=city, due_on=by, title=f"执法证换证课程：{course.title}"[:120])
    task = assign_to(task, [one.officer for one in people], actor=SYSTEM)
    EnforcementCertificate.objects.filter(pk__in=[one.pk for one in people]).update(renewal_task=task)
