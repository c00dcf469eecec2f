"""A plan against the rules of its year: compulsory modules (R36), meetings dressed as training (R43)."""

from datetime import date, datetime

from django.utils import timezone

from courses.training import workdays
from courses.training.models import PlanItem, TrainingPlan
from courses.training.planning import Criteria, Finding, findings
from lms.people.models import OrgUnit
from lms.rules.formula import parameter, text_parameter
from lms.rules.models import RuleVersion, TrainingKind

COMPULSORY, REVIEW = "R36", "R43"


def modules_of(year: int) -> dict[str, str]:
    """Codes and names of the modules that are compulsory in a year."""
    version = RuleVersion.objects.in_force(COMPULSORY, date(year, 12, 31))
    items = version.formula["items"] if version else []
    return {item["key"]: item["label"] for item in items if item["value"] == "1"}


def review_formula(year: int) -> dict:
    """LookupError if the year has no rule of how plans are reviewed."""
    version = RuleVersion.objects.in_force(REVIEW, date(year, 12, 31))
    if version is None:
        raise LookupError(f"{REVIEW} has no version in force at the end of {year}")
    return version.formula


def criteria_for(plan: TrainingPlan) -> Criteria:
    """Districts and city-level units must place every module; the city and teams only carry their part."""
    formula, modules = review_formula(plan.year), modules_of(plan.year)
    label = text_parameter(formula, "module_of_every_kind")
    code = next((code for code, name in modules.items() if name == label), "")
    is_team = plan.unit.kind == OrgUnit.Kind.TEAM
    return Criteria(
        words=tuple(filter(None, text_parameter(formula, "meeting_words").split("、"))),
        hours_required=text_parameter(formula, "hours_required") == "1",
        modules=modules if plan.unit.kind in OrgUnit.CITY_LEVEL else {},
        every_kind=("", "") if is_team else (code, label),
        kinds=dict(TrainingKind.choices),
    )


def check_plan(plan: TrainingPlan, items: list[PlanItem] | None = None) -> list[Finding]:
    return findings(plan.items.all() if items is None else items, criteria_for(plan))


def due_on(year: int) -> date:
    """By when a year's plans are filed."""
    formula = review_formula(year)
    return date(year, int(parameter(formula, "filing_month")), int(parameter(formula, "filing_day")))


def decide_days(year: int) -> int:
    return int(parameter(review_formula(year), "decide_days"))


def late_to_decide(filed_at: datetime, days: int) -> bool:
    return timezone.localdate() > workdays.after(timezone.localtime(filed_at).date(), days)
