from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from lms.certificates.entitlement import Group, provider_of, providers
from lms.jobs.models import Job
from lms.jobs.services import enqueue

KIND = "certificates.issue"
RIGHT = "certificates.issue_certificate"


def due_groups(user) -> list[Group]:
    """Every course or class in which somebody of the user's units has earned a certificate."""
    return [group for provider in providers().values() for group in provider.groups(user, RIGHT)]


@transaction.atomic
def issue_to_group(group: str, *, actor) -> Job:
    """A job that issues to whoever of the actor's units has earned it by now and has none yet."""
    if not (units := actor.scope(RIGHT)):
        raise PermissionDenied("您没有批量发证的权限。")
    found = next((one for one in due_groups(actor) if one.key == group), None)
    if found is None:
        raise ValidationError("没有找到这项发证依据。", code="unknown_group")
    keys = list(provider_of(group).members(group, actor, RIGHT))
    if not keys:
        raise ValidationError("没有可以发证的人员。", code="nobody_due")
    return enqueue(
        KIND, actor=actor, unit=units[0], title=f"批量发证：{found.title}", params={"group": group, "keys": keys},
        total=len(keys), key=f"{group}@{units[0].path}",
    )  # fmt: skip
