"""教研组 from the proposal to its dissolution, who belongs to it, and what it wants to have done by when."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.development.models import CourseDevelopmentGroup, DevelopmentProject, GroupMember, Milestone
from courses.development.services.rights import holds, must_hold, tell
from lms.audit.services import record
from lms.people.models import Officer, User

State = CourseDevelopmentGroup.State
ADD, CHANGE, APPROVE = (f"development.{verb}_coursedevelopmentgroup" for verb in ("add", "change", "approve"))


@transaction.atomic
def propose_group(group: CourseDevelopmentGroup, topics: Iterable, officers: Iterable[Officer], *, actor):
    must_hold(actor, ADD, group.unit)
    group.made_by = actor
    group.save(force_insert=True)
    _write(group, topics, officers)
    record("development.propose_group", actor=actor, target=group, name=group.name)
    return group


@transaction.atomic
def change_group(group: CourseDevelopmentGroup, topics: Iterable, officers: Iterable[Officer], *, actor):
    """Lead, term, topics and members; the unit stays. Who leaves is kept with the day."""
    stored = _locked(group)
    must_hold(actor, CHANGE, stored.unit)
    if stored.state == State.DISSOLVED:
        raise ValidationError("教研组已撤销，不能再改。", code="dissolved")
    group.save(update_fields=["name", "lead", "task", "from_on", "until_on"])
    _write(group, topics, officers)
    record("development.change_group", actor=actor, target=group, name=group.name)
    return group


def _write(group: CourseDevelopmentGroup, topics: Iterable, officers: Iterable[Officer]) -> None:
    today = timezone.localdate()
    group.topics.set(topics)
    wanted = {officer.pk for officer in officers} | {group.lead_id}
    current = group.members.filter(until=None)
    current.exclude(officer__in=wanted).update(until=today)
    new = wanted - set(current.values_list("officer", flat=True))
    GroupMember.objects.bulk_create(GroupMember(group=group, officer_id=pk, since=today) for pk in sorted(new))


def _locked(group: CourseDevelopmentGroup) -> CourseDevelopmentGroup:
    return CourseDevelopmentGroup.objects.select_for_update(of=("self",)).select_related("unit").get(pk=group.pk)


@transaction.atomic
def approve_group(group: CourseDevelopmentGroup, *, actor) -> CourseDevelopmentGroup:
    must_hold(actor, APPROVE, group.unit)
    group = _locked(group)
    if group.is_checked:
        raise ValidationError("教研组已批准。", code="already_checked")
    if group.made_by_id == actor.pk:
        raise ValidationError("教研组由您申报，请由另一人批准。", code="same_person")
    group.checked_by, group.checked_at, group.state = actor, timezone.now(), State.ACTIVE
    group.save(update_fields=["checked_by", "checked_at", "state"])
    record("development.approve_group", actor=actor, target=group, name=group.name)
    tell(members_of(group), f"教研组已批准：{group}", f"组长{group.lead.name}，任期至{group.until_on:%Y年%-m月%-d日}。")
    return group


def members_of(group: CourseDevelopmentGroup):
    return User.objects.filter(officer__group_memberships__in=group.members.filter(until=None)).distinct()


@transaction.atomic
def review_group(group: CourseDevelopmentGroup, *, actor, conclusion: str) -> CourseDevelopmentGroup:
    """The yearly look at what was made; the group goes on until it is dissolved."""
    group = _locked(group)
    must_hold(actor, APPROVE, group.unit)
    if not group.is_at_work:
        raise ValidationError("教研组尚未批准或已撤销，不能考核。", code="not_at_work")
    if group.lead.user_id == actor.pk:
        raise ValidationError("组长不能考核自己的教研组。", code="same_person")
    group.state, group.conclusion, group.reviewed_on = State.REVIEWED, conclusion, timezone.localdate()
    group.save(update_fields=["state", "conclusion", "reviewed_on"])
    record("development.review_group", actor=actor, target=group, conclusion=conclusion)
    return group


@transaction.atomic
def dissolve_group(group: CourseDevelopmentGroup, *, actor, reason: str) -> CourseDevelopmentGroup:
    group = _locked(group)
    must_hold(actor, APPROVE, group.unit)
    if not group.is_at_work:
        raise ValidationError("教研组尚未批准或已撤销。", code="not_at_work")
    under_way = group.projects.under_way().count()
    if under_way:
        raise ValidationError(f"还有{under_way}个项目在开发，请先完成、终止或划归其他教研组。", code="projects")
    group.state, group.ended_on, group.end_reason = State.DISSOLVED, timezone.localdate(), reason
    group.save(update_fields=["state", "ended_on", "end_reason"])
    group.members.filter(until=None).update(until=group.ended_on)
    record("development.dissolve_group", actor=actor, target=group, reason=reason)
    return group


# --- milestones --------------------------------------------------------------------------
def may_keep(user, parent: CourseDevelopmentGroup | DevelopmentProject) -> bool:
    """Members keep the milestones of their own group, and the office those of its unit."""
    group = parent if isinstance(parent, CourseDevelopmentGroup) else parent.group
    return holds(user, CHANGE, group.unit) or group.members.filter(officer__user=user, until=None).exists()


def _must_keep(user, parent) -> None:
    if not may_keep(user, parent):
        raise ValidationError("须由本组成员或牵头单位办理，您不在其列。", code="not_yours")


@transaction.atomic
def add_milestone(parent, *, actor, title: str, due_on) -> Milestone:
    _must_keep(actor, parent)
    milestone = parent.milestones.create(title=title, due_on=due_on)
    record("development.add_milestone", actor=actor, target=parent, milestone=title, due_on=str(due_on))
    return milestone


@transaction.atomic
def finish_milestone(milestone: Milestone, *, actor) -> Milestone:
    parent = milestone.project or milestone.group
    _must_keep(actor, parent)
    milestone = Milestone.objects.select_for_update().get(pk=milestone.pk)
    if milestone.done_on:
        raise ValidationError("节点已完成。", code="done")
    milestone.done_on = timezone.localdate()
    milestone.save(update_fields=["done_on"])
    record("development.finish_milestone", actor=actor, target=parent, milestone=milestone.title)
    return milestone
