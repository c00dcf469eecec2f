"""What was done to a plan, on its own page and in the audit; and whose business it is."""

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse

from courses.training.models import PlanChange, TrainingPlan
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.access import ROLES
from lms.people.models import OrgUnit, RoleGrant, User

ADD, CHANGE, APPROVE, FILE, ACCEPT = (
    f"training.{verb}_trainingplan" for verb in ("add", "change", "approve", "file", "accept")
)
ACTIONS = {
    "create": "编制", "copy": "沿用上年计划", "import": "从文件导入", "add_item": "增加项目", "edit_item": "修改项目",
    "remove_item": "删除项目", "retype": "改列为会议", "edit_plan": "修改计划", "approve": "本单位审核", "reopen": "撤回修改",
    "file": "报备", "accept": "备案", "return": "退回", "change": "备案后变更", "close": "关闭",
    "visit": "督导", "rectify": "填报整改", "close_visit": "督导销号",
}  # fmt: skip
STATE_CHANGES = {"create", "approve", "reopen", "file", "accept", "return", "close", "change", "visit", "close_visit"}


def log(
    plan: TrainingPlan, action: str, actor, *, reason: str = "", number: int | None = None, changed: dict | None = None
) -> PlanChange:
    """`number` is the line it is about; what changed stands as {field: [before, after]}, or {field: value} of a whole."""
    said = {"reason": reason, "number": number, "changed": changed or {}}
    record(f"training.{action}_plan", actor=actor, target=plan, unit=plan.unit, said=said)
    return plan.changes.create(action=action, item_number=number, changed=changed or {}, reason=reason, by=actor)


def is_own(user, permission: str, unit: OrgUnit) -> bool:
    """One owner for a unit's plan: its own office; for a team also the office of its district."""
    scopes = user.scope(permission)
    own = any(scope.pk == unit.pk for scope in scopes)
    of_team = unit.kind == OrgUnit.Kind.TEAM and not own
    return own or (of_team and any(_over(scope, unit) and not scope.is_whole_city for scope in scopes))


def is_above(user, permission: str, unit: OrgUnit) -> bool:
    """Of a unit above; nobody is above the city, so its own office stands in."""
    scopes = user.scope(permission)
    if unit.is_whole_city:
        return any(scope.is_whole_city for scope in scopes)
    return any(_over(scope, unit) for scope in scopes)


def _over(scope: OrgUnit, unit: OrgUnit) -> bool:
    return scope.pk != unit.pk and (scope.is_whole_city or unit.path.startswith(scope.path))


def must(allowed: bool, who: str):
    if not allowed:
        raise ValidationError(f"须由{who}办理，您不在其列。", code="not_yours")


def holders(unit: OrgUnit | None, permission: str) -> QuerySet[User]:
    """Whoever holds a permission for exactly this unit."""
    roles = [role for role, grantable in ROLES.items() if permission in grantable.permissions]
    grants = RoleGrant.objects.current().filter(unit=unit, role__in=roles)
    return User.objects.filter(is_active=True, role_grants__in=grants).distinct()


def tell_above(plan: TrainingPlan, title: str, body: str, *, but=None) -> int:
    users = holders(plan.unit.get_parent() or plan.unit, ACCEPT)
    return notify(users.exclude(pk=but.pk) if but else users, title=title[:80], body=body, link=page_of(plan))


def tell_unit(plan: TrainingPlan, title: str, body: str) -> int:
    """Its office and whoever compiled it."""
    users = User.objects.filter(Q(pk__in=holders(plan.unit, FILE)) | Q(pk=plan.made_by_id), is_active=True)
    return notify(users, title=title[:80], body=body, link=page_of(plan))


def page_of(plan: TrainingPlan) -> str:
    return reverse("trainingplan:inspect", args=[plan.pk])
