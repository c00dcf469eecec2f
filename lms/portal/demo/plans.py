"""Plans of the demo city: its three years, this year of 25 classes, and what every unit makes of it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from courses.training.models import PlanChange, PlanItem, TrainingPlan
from courses.training.services.plan_checks import modules_of
from lms.people.models import OrgUnit, User
from lms.portal.demo.city import CITY, Unit

COMMON = ("XI_LAW", "INTEGRITY")
RETURN_REASON = "缺少必修模块“廉政警示教育（年度）”，请补充后再报。"
# Title, kind, audience, classes, seats, days, quarter: 20 classes of 90 for 3 days, 5 of 100 for 5.
CITY_LINES = (
    ("初任执法人员理论集训", "NEW_ENTRANT", "新录用执法人员", 4, 90, 3, 2),
    ("区局分管领导和科长专题研讨班", "PROMOTION", "新任科级及以上干部", 2, 90, 3, 1),
    ("中队长任职培训班", "PROMOTION", "新任中队长", 2, 90, 3, 2),
    ("执法业务骨干培训班", "IN_SERVICE", "执法业务骨干", 5, 90, 3, 3),
    ("法制审核人员培训班", "IN_SERVICE", "法制审核人员", 3, 90, 3, 2),
    ("市级师资培训班", "IN_SERVICE", "市级师资和实践教员", 2, 90, 3, 3),
    ("舆情应对和信访处置培训班", "IN_SERVICE", "办公室和信访岗位", 2, 90, 3, 4),
    ("一线执法人员轮训班", "IN_SERVICE", "一线执法人员", 5, 100, 5, 3),
)
DISTRICT_LINES = (
    ("初任执法人员实践分训", "NEW_ENTRANT", "新录用执法人员", 1, 18, 5, 3, 1),
    ("中队长业务能力提升班", "PROMOTION", "中队长", 1, 9, 2, 2, 3),
    ("执法办案实务训练", "IN_SERVICE", "一线执法人员", 3, 45, 1, 4),
)
ROTATION = 60
HOURS_A_DAY = 8


@dataclass(frozen=True)
class Signers:
    maker: User
    second: User
    upper: User


def make_plans(shapes: tuple[Unit, ...], units: dict[str, OrgUnit], signers: Signers, year: int, today: date) -> int:
    """Says how many plans were made. The last district has not filed, the one before it waits to be decided."""
    city = units[CITY]
    three = _plan(city, signers, year - 1, TrainingPlan.Span.THREE_YEARS, None, "市城管执法系统教育培训三年行动计划")
    _lines(three, CITY_LINES[:3])
    _settle(three, signers, date(year, 1, 15), today, "ACCEPTED")
    upper = _plan(city, signers, year, TrainingPlan.Span.YEAR, three, f"{year}年全市教育培训计划")
    _lines(upper, CITY_LINES)
    _meeting(upper, "全系统教育培训工作推进会", 120)
    _settle(upper, signers, date(year, 1, 28), today, "ACCEPTED")
    planned = [shape for shape in shapes if shape.teams]
    for number, shape in enumerate(planned):
        plan = _plan(units[shape.code], signers, year, TrainingPlan.Span.YEAR, upper)
        rotation = ("全员轮训班", "IN_SERVICE", "全体执法人员", -(-shape.people // ROTATION), ROTATION, 2, 2)
        _lines(plan, (*DISTRICT_LINES, rotation), upper)
        state = _state(number, len(planned))
        if state == "DRAFT":
            _meeting(plan, "年度教育培训工作推进会", 40, "TRAINING")
        _settle(plan, signers, date(year, 3, 6) + timedelta(days=number), today, state)
    return len(planned) + 2


def _state(number: int, count: int) -> str:
    if count > 5 and number == count - 1:
        return "DRAFT"
    if count > 5 and number == count - 2:
        return "FILED"
    return "AGAIN" if number == 1 else "ACCEPTED"


def _plan(unit, signers, year, span, follows, title="") -> TrainingPlan:
    return TrainingPlan.objects.create(
        unit=unit, span=span, year=year, follows=follows, made_by=signers.maker,
        title=title or f"{unit}{year}年教育培训计划",
    )  # fmt: skip


def _lines(plan: TrainingPlan, lines, upper: TrainingPlan | None = None) -> None:
    above = {item.number: item for item in upper.items.all()} if upper else {}
    codes = list(modules_of(plan.year))
    rows = []
    for number, (title, kind, audience, classes, seats, days, quarter, *followed) in enumerate(lines, 1):
        # Induction and rotation carry every module, the others what is common to all.
        modules = codes if kind == "NEW_ENTRANT" or "轮训" in title else [code for code in codes if code in COMMON]
        rows.append(PlanItem(
            plan=plan, number=number, title=title, kind=kind, audience=audience, classes=classes, seats=seats,
            days=Decimal(days), hours=Decimal(days * HOURS_A_DAY), quarter=quarter, modules=modules,
            follows=above.get(followed[0]) if followed else None,
        ))  # fmt: skip
    PlanItem.objects.bulk_create(rows)


def _meeting(plan: TrainingPlan, title: str, seats: int, event_type: str = "MEETING") -> None:
    PlanItem.objects.create(
        plan=plan, number=plan.items.count() + 1, title=title, event_type=event_type, audience="各单位负责人",
        seats=seats, days=1, quarter=1,
    )  # fmt: skip


def _settle(plan: TrainingPlan, signers: Signers, filed_on: date, today: date, state: str) -> None:
    """The rows that the real walk leaves, on days that are not yet to come."""
    steps = [("create", signers.maker, "")]
    if state != "DRAFT":
        steps += [("approve", signers.second, ""), ("file", signers.maker, "")]
    if state == "AGAIN":
        steps += [("return", signers.upper, RETURN_REASON), ("edit_item", signers.maker, ""),
                  ("approve", signers.second, ""), ("file", signers.maker, "")]  # fmt: skip
    if state in ("ACCEPTED", "AGAIN"):
        steps.append(("accept", signers.upper, ""))
    moments = [_moment(min(filed_on + timedelta(days=at), today)) for at in range(len(steps))]
    last = {action: moment for (action, *_), moment in zip(steps, moments, strict=True)}
    for (action, by, reason), at in zip(steps, moments, strict=True):
        # Raw: the moment would otherwise be that of the seeding.
        PlanChange(plan=plan, action=action, by=by, reason=reason, at=at).save_base(raw=True)
    plan.state = "ACCEPTED" if state == "AGAIN" else state
    plan.returns = int(state == "AGAIN")
    plan.approved_by = signers.second if state != "DRAFT" else None
    plan.filed_at = last.get("file")
    plan.decided_at = last.get("accept")
    plan.decided_by = signers.upper if plan.decided_at else None
    plan.save()
    TrainingPlan.objects.filter(pk=plan.pk).update(made_at=moments[0])


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10, 30)))
