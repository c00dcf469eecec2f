"""Plans and the people they pass through."""

from types import SimpleNamespace

from courses.training.models import PlanItem, TrainingPlan
from courses.training.services import filing
from lms.people.access import Role
from lms.people.models import OrgUnit
from tests import factory

MODULES = ["XI_LAW", "INTEGRITY", "CASES", "CONDUCT", "NEW_RULES"]


def make_plan(unit: OrgUnit, *, made_by=None, **fields) -> TrainingPlan:
    fields = {"year": 2026, "title": f"{unit}2026年教育培训计划", **fields}
    return TrainingPlan.objects.create(unit=unit, made_by=made_by or factory.make_user(), **fields)


def make_item(plan: TrainingPlan, **fields) -> PlanItem:
    number = plan.items.count() + 1
    fields = {
        "title": f"执法业务培训{number}",
        "audience": "一线执法人员",
        "seats": 40,
        "days": 2,
        "hours": 16,
        **fields,
    }
    item = PlanItem(plan=plan, number=number, **fields)
    item.save()
    item.refresh_from_db()
    return item


def make_office(unit: OrgUnit) -> SimpleNamespace:
    """Two persons of a unit's training office."""
    role = Role.CITY_OFFICE if unit.is_whole_city else Role.DISTRICT_OFFICE
    return SimpleNamespace(maker=factory.make_staff(role, unit), second=factory.make_staff(role, unit))


def make_filed(unit: OrgUnit, office, *, modules=MODULES, reason="", **fields) -> TrainingPlan:
    plan = make_plan(unit, made_by=office.maker, **fields)
    make_item(plan, modules=list(modules))
    filing.approve_plan(plan, actor=office.second)
    return filing.file_plan(plan, actor=office.maker, reason=reason)
