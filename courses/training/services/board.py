"""Who has filed the plan of a year, unit by unit, and who is late."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from courses.training.models import PlanChange, TrainingPlan
from courses.training.services.plan_checks import decide_days, due_on, late_to_decide
from courses.training.services.plan_log import ACCEPT, FILE, holders
from lms.audit.services import record
from lms.notices.models import Delivery
from lms.notices.services import notify
from lms.people.models import OrgUnit, User

VIEW = "training.view_trainingplan"
NONE, DRAFTING, FILED, RETURNED, ACCEPTED = "NONE", "DRAFTING", "FILED", "RETURNED", "ACCEPTED"
LABELS = {NONE: "未编制", DRAFTING: "编制中", FILED: "已报备待办", RETURNED: "退回修改", ACCEPTED: "已备案"}
STANDINGS = {"DRAFT": DRAFTING, "APPROVED": DRAFTING, "FILED": FILED, "RETURNED": RETURNED,
             "ACCEPTED": ACCEPTED, "CLOSED": ACCEPTED}  # fmt: skip
PARTS = (OrgUnit.Kind.DISTRICT, "个区局"), (None, "个市属单位"), (OrgUnit.Kind.TEAM, "个中队")


@dataclass(frozen=True)
class Place:
    """A unit on the board. `is_late`: its plan is not filed in time, or waits too long for a decision."""

    unit: OrgUnit
    plan: TrainingPlan | None
    standing: str
    is_late: bool

    @property
    def label(self) -> str:
        return LABELS[self.standing]


@dataclass(frozen=True)
class Part:
    """Units of one sort, with how many of them filed and how many were accepted."""

    unit_word: str
    places: list[Place]

    @property
    def filed(self) -> int:
        return sum(place.standing in (FILED, ACCEPTED) for place in self.places)

    @property
    def accepted(self) -> int:
        return sum(place.standing == ACCEPTED for place in self.places)

    @property
    def late(self) -> int:
        return sum(place.is_late for place in self.places)


@dataclass(frozen=True)
class Board:
    top: OrgUnit
    year: int
    due: date
    parts: list[Part]

    @property
    def places(self) -> list[Place]:
        return [place for part in self.parts for place in part.places]

    @property
    def late(self) -> int:
        return sum(part.late for part in self.parts)

    def counts(self) -> dict[str, int]:
        return {code: sum(place.standing == code for place in self.places) for code in LABELS}


def top_units(user) -> list[OrgUnit]:
    """Units whose parts the user may follow, the highest first."""
    return sorted({unit.pk: unit for unit in user.scope(VIEW)}.values(), key=lambda unit: (unit.depth, unit.path))


def parts_of(top: OrgUnit) -> list[OrgUnit]:
    """The units directly below that make plans; bureau offices plan with the city itself."""
    rows = OrgUnit.objects.filter(path__startswith=top.path, depth=top.depth + 1, until_on=None)
    kinds = [*OrgUnit.CITY_LEVEL, OrgUnit.Kind.TEAM]
    return list(rows.filter(kind__in=kinds).exclude(kind=OrgUnit.Kind.HEADQUARTERS).order_by("path"))


def build_board(top: OrgUnit, year: int, span: str = "YEAR") -> Board:
    """LookupError if the year has no rule of filing."""
    units = parts_of(top)
    plans = {plan.unit_id: plan for plan in _plans(units, year, span)}
    due, today, days = due_on(year), timezone.localdate(), decide_days(year)
    places = [_place(unit, plans.get(unit.pk), today > due, days) for unit in units]
    return Board(top, year, due, [Part(word, of) for word, of in _sorted(places)])


def home_board(user, year: int) -> Board | None:
    """The board of the highest unit a user may follow; None where nobody files to it or the year has no rule."""
    tops = top_units(user)
    try:
        board = build_board(tops[0], year) if tops else None
    except LookupError:
        return None
    return board if board and board.parts else None


def _plans(units: list[OrgUnit], year: int, span: str):
    reason = PlanChange.objects.filter(plan=OuterRef("pk"), action="return").order_by("-id").values("reason")[:1]
    rows = TrainingPlan.objects.filter(unit__in=units, year=year, span=span).with_totals()
    return rows.annotate(last_return=Subquery(reason)).select_related("unit", "made_by", "approved_by", "decided_by")


def _place(unit: OrgUnit, plan: TrainingPlan | None, is_past_due: bool, days: int) -> Place:
    standing = STANDINGS[plan.state] if plan else NONE
    late = is_past_due and standing in (NONE, DRAFTING, RETURNED)
    if plan and plan.filed_at and standing == FILED:
        late = late_to_decide(plan.filed_at, days)
    return Place(unit, plan, standing, late)


def _sorted(places: list[Place]):
    for kind, word in PARTS:
        rows = [place for place in places if _sort_of(place.unit) == kind]
        if rows:
            yield word, rows


def _sort_of(unit: OrgUnit):
    return unit.kind if unit.kind in (OrgUnit.Kind.DISTRICT, OrgUnit.Kind.TEAM) else None


def once_key(year: int, span: str) -> str:
    return f"training.plan_filing:{span}:{year}"


def to_remind(board: Board, span: str):
    """Whoever files for a unit that has not, and was not reminded before."""
    behind = [place.unit for place in board.places if place.standing in (NONE, DRAFTING, RETURNED)]
    found = Q(pk__in=[])
    for unit in behind:
        found |= Q(pk__in=holders(unit, FILE))
    told = Delivery.objects.filter(once_key=once_key(board.year, span)).values("user")
    return User.objects.filter(found).exclude(pk__in=told)


@transaction.atomic
def remind(board: Board, span: str, *, actor) -> int:
    told = notify(
        to_remind(board, span),
        title=f"请报备{board.year}年培训计划",
        body=f"{board.due:%Y年%-m月%-d日}前报备。未编制的请先编制，退回的请改正后再报。",
        once_key=once_key(board.year, span),
    )
    record("training.remind_filing", actor=actor, target=board.top, unit=board.top, year=board.year, people=told)
    return told


def can_remind(user, top: OrgUnit) -> bool:
    return any(scope.is_whole_city or top.path.startswith(scope.path) for scope in user.scope(ACCEPT))
