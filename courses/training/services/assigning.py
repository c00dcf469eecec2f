"""Filling classes from the list of people: who, into which of several classes, seen before it is done."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from courses.training.clashes import clashes_of
from courses.training.models import Enrollment, TrainingClass, TrainingDuty
from courses.training.seats import Seats
from courses.training.services.enrollment import ENROLL, Answer, Source, Way, enroll_many, live_elsewhere
from lms.jobs.models import Job
from lms.jobs.services import enqueue
from lms.people.models import Officer, OrgUnit, User
from lms.people.querysets import in_units

ASSIGN = "training.assign"
AT_ONCE = 40  # more than these are a job with a page of its own


@dataclass(frozen=True)
class Wanted:
    """Whom the office looks for. `fresh`: nobody who had such a class this year; `follows`: only its theory's learners.

    `most`: no more people than that, those first whose last class was longest ago, from all units alike.
    """

    unit: OrgUnit | None = None
    rank: str = ""
    status: str = ""
    entered_since: date | None = None
    owes: bool = False
    fresh: bool = True
    follows: bool = False
    most: int | None = None


def chosen(user: User, training_class: TrainingClass, wanted: Wanted) -> list[Officer]:
    """In the order of units, so that dealing them out spreads each team over the classes."""
    rows = candidates(user, training_class, wanted)
    if wanted.most:
        last = Max("enrollments__training_class__starts_on", filter=Q(enrollments__state__in=Enrollment.SEATED))
        turn = Window(RowNumber(), partition_by="unit", order_by="staff_no")
        rows = rows.annotate(last=last, turn=turn).order_by(F("last").asc(nulls_first=True), "turn", "unit__path")
        return sorted(rows[: wanted.most], key=lambda one: (one.unit.path, one.staff_no))
    return list(rows.order_by("unit__path", "staff_no"))


def candidates(user: User, training_class: TrainingClass, wanted: Wanted) -> QuerySet[Officer]:
    rows = Officer.objects.in_service().filter(user.scope_filter(ENROLL, "unit")).select_related("unit", "user")
    if wanted.unit:
        rows = rows.filter(in_units([wanted.unit], "unit"))
    plain = {"rank": wanted.rank, "status": wanted.status, "entered_on__gte": wanted.entered_since}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if wanted.owes:
        rows = rows.filter(pk__in=TrainingDuty.objects.open().filter(kind=training_class.kind).values("officer"))
    if wanted.follows:
        rows = rows.filter(pk__in=_of_theory(training_class).values("officer"))
    return rows.exclude(pk__in=_busy(training_class, is_fresh_wanted=wanted.fresh).values("officer"))


def _busy(training_class: TrainingClass, *, is_fresh_wanted: bool) -> QuerySet[Enrollment]:
    """In this class, in another of its plan item, or, with rotation, in any such class of the year."""
    people = Enrollment.objects.filter(officer__isnull=False).exclude(state__in=Enrollment.GONE)
    busy = people.filter(Q(training_class=training_class) | Q(pk__in=live_elsewhere(training_class).values("pk")))
    if is_fresh_wanted:
        busy |= people.exclude(training_class__state=TrainingClass.State.CANCELLED).filter(
            training_class__kind=training_class.kind, training_class__layer=training_class.layer,
            training_class__form=training_class.form, training_class__stage=training_class.stage,
            training_class__starts_on__year=training_class.starts_on.year,
        )  # fmt: skip
    return busy


def _of_theory(training_class: TrainingClass) -> QuerySet[Enrollment]:
    """Learners of the theory that a practice class takes over: of the class it follows, or of its whole plan item."""
    rows = Enrollment.objects.filter(state__in=[Enrollment.State.CONFIRMED, Enrollment.State.PASSED])
    if training_class.follows_id:
        return rows.filter(training_class=training_class.follows_id)
    theory = Q(training_class__plan_item=training_class.plan_item_id, training_class__stage="THEORY")
    return rows.filter(theory) if training_class.plan_item_id else rows.none()


def deal(people: Sequence[Officer], rooms: dict[int, int]) -> dict[int, list[Officer]]:
    """One to each class in turn, passing over full ones; when all are full, on in turn: those wait."""
    dealt: dict[int, list[Officer]] = {pk: [] for pk in rooms}
    turn, keys = 0, list(rooms)
    for person in people:
        for step in range(len(keys)):
            pk = keys[(turn + step) % len(keys)]
            if len(dealt[pk]) < rooms[pk]:
                break
        else:
            pk = keys[turn % len(keys)]
        dealt[pk].append(person)
        turn = keys.index(pk) + 1
    return dealt


@dataclass
class Share:
    """What one class would get."""

    training_class: TrainingClass
    people: list[Officer]
    left: int
    clashes: dict[int, list[str]]

    @property
    def over(self) -> int:
        return max(0, len(self.people) - self.left)


@dataclass
class Deal:
    """Who would go where; carried out only as it was shown."""

    shares: list[Share]

    @cached_property
    def people(self) -> int:
        return sum(len(share.people) for share in self.shares)

    @property
    def over(self) -> int:
        return sum(share.over for share in self.shares)

    @property
    def clashing(self) -> int:
        return sum(len(share.clashes) for share in self.shares)

    @property
    def fingerprint(self) -> str:
        text = ";".join(f"{pk}:{ids}" for pk, ids in self.lists.items())
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def lists(self) -> dict[str, list[int]]:
        return {str(share.training_class.pk): [one.pk for one in share.people] for share in self.shares}


def plan_deal(people: Sequence[Officer], classes: Sequence[TrainingClass]) -> Deal:
    rooms = {one.pk: Seats(one).left for one in classes}
    dealt = deal(people, rooms)
    return Deal([Share(one, dealt[one.pk], rooms[one.pk], clashes_of(dealt[one.pk], one)) for one in classes])


@transaction.atomic
def carry_out(deal: Deal, fingerprint: str, *, actor: User, reason: str) -> list[Answer] | Job:
    """A few at once, many as a job."""
    if deal.fingerprint != fingerprint:
        raise ValidationError("预览之后人员或名额有变化，请核对新的结果后再确认。", code="changed")
    if not deal.people:
        raise ValidationError("没有符合条件的人员。", code="nobody")
    if deal.people <= AT_ONCE:
        shares = [(share.training_class, share.people) for share in deal.shares if share.people]
        return [answer for one, people in shares for answer in assign(one, people, actor=actor, reason=reason)]
    first = deal.shares[0].training_class
    return enqueue(
        ASSIGN, actor=actor, unit=first.unit, title=f"安排学员：{first.title}等{len(deal.shares)}个班",
        params={"classes": deal.lists, "reason": reason}, total=deal.people,
    )  # fmt: skip


def assign(training_class: TrainingClass, people: Sequence[Officer], *, actor: User, reason: str = "") -> list[Answer]:
    return enroll_many(training_class, people, Way(Source.ASSIGNED, actor, reason))


def by_staff_numbers(user: User, text: str) -> list[Officer]:
    """People by their numbers, in the order written; refuses unknown ones by name, all of them."""
    numbers = list(dict.fromkeys(text.replace("，", " ").replace(",", " ").split()))
    rows = Officer.objects.filter(user.scope_filter(ENROLL, "unit")).select_related("unit", "user")
    found = {one.staff_no: one for one in rows.filter(staff_no__in=numbers)}
    if missing := [number for number in numbers if number not in found]:
        raise ValidationError(f"没有这些人员，或不在您的管理范围内：{'、'.join(missing[:10])}。", code="unknown")
    if not numbers:
        raise ValidationError("请填写人员编号。", code="nobody")
    return [found[number] for number in numbers]
