from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.people.access import Role
from lms.people.models import OrgUnit, RoleGrant, User


@transaction.atomic
def propose_role(user: User, role: str, unit: OrgUnit, *, actor: User, reason: str) -> RoleGrant:
    """Ask for a role. An office may ask for its own units only; nothing changes until it is granted."""
    may = [*actor.scope("people.propose_role"), *actor.scope("people.grant_roles")]
    if not any(unit.path.startswith(scope.path) for scope in may):
        raise PermissionDenied("只能为本单位范围内的人员提出授权。")
    grant = RoleGrant(user=user, role=Role(role), unit=unit, made_by=actor, reason=reason)
    grant.full_clean()
    grant.save()
    record("people.propose_role", actor=actor, target=grant, role=role, user=user.username, scope=unit.code)
    return grant


@transaction.atomic
def grant_role(grant: RoleGrant, *, actor: User) -> RoleGrant:
    """A security admin lets a proposed role take effect, on the holder's next request."""
    if not actor.has_perm("people.grant_roles"):
        raise PermissionDenied("只有安全管理员可以批准授权。")
    if grant.user_id == actor.pk:
        raise ValidationError("不能给自己授权。", code="oneself")
    if grant.ended_at:
        raise ValidationError("该授权已终止。", code="ended")
    grant = check_by_second_person(grant, actor, action="people.grant_role", role=grant.role, user=grant.user.username)
    sync_groups(grant.user)
    return grant


@transaction.atomic
def end_grant(grant: RoleGrant, *, actor: User, reason: str) -> RoleGrant:
    """Take a role away, effective on the holder's next request. The row stays."""
    if not actor.has_perm("people.grant_roles"):
        raise PermissionDenied("只有安全管理员可以终止授权。")
    grant = RoleGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if grant.ended_at:
        raise ValidationError("该授权已终止。", code="ended")
    grant.ended_at, grant.ended_by = timezone.now(), actor
    grant.save(update_fields=["ended_at", "ended_by"])
    sync_groups(grant.user)
    record("people.end_grant", actor=actor, target=grant, role=grant.role, user=grant.user.username, reason=reason)
    return grant


def sync_groups(user: User) -> None:
    """Make the user's groups those of his current roles."""
    roles = {grant.role for grant in user.role_grants.current()}
    user.groups.set(Group.objects.filter(name__in=[group_name(role) for role in roles]))
    user.__dict__.pop("current_grants", None)


def group_name(role: str) -> str:
    return Role(role).label
