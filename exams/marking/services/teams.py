"""Who marks a question. Whoever leaves hands back what he has not marked; whoever joins takes his share."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.marking.allocation import bar
from exams.marking.models import Assignment, Marker, MarkingTask
from exams.marking.models.marks import Stage
from exams.marking.services.facts import facts_of_marker
from exams.marking.services.rounds import LEAST, jobs_of, lock_task, planned, team_of, tell_team
from lms.audit.services import record
from lms.people.access import Role
from lms.people.models import RoleGrant, User

MARKS, RUN = "marking.mark_script", "marking.run_markingtask"
Doing = Assignment.State


def eligible_users():
    """Whoever holds the role, wherever: a marker of another district is what blindness asks for."""
    holders = RoleGrant.objects.current().filter(role=Role.MARKER).values("user")
    return User.objects.filter(pk__in=holders, is_active=True).order_by("username")


@transaction.atomic
def set_team(task: MarkingTask, users: Iterable[User], *, actor) -> MarkingTask:
    """ValidationError "team_too_small", "not_marker", "is_candidate", or "nobody_left" where what was handed out finds no other marker."""
    task = lock_task(task)
    wanted = {user.pk: user for user in users}
    if len(wanted) < LEAST:
        raise ValidationError(f"每题至少{LEAST}名阅卷员，两轮才能由不同的人评阅。", code="team_too_small")
    if wanted.keys() - set(eligible_users().filter(pk__in=wanted).values_list("pk", flat=True)):
        raise ValidationError("所选人员中有人没有阅卷员角色，请先办理授权。", code="not_marker")
    if sitting := User.objects.filter(pk__in=wanted, officer__candidacies__exam=task.exam_id).distinct():
        names = "、".join(one.get_full_name() for one in sitting)
        raise ValidationError(f"{names}是本考试的考生，不能参加本考试的评卷。", code="is_candidate")
    there = {one.user_id for one in task.markers.current()}
    task.markers.current().exclude(user__in=wanted).update(left_at=timezone.now())
    for pk in wanted.keys() - there:
        Marker.objects.create(task=task, user=wanted[pk], facts=facts_of_marker(wanted[pk]))
    share_anew(task)
    record(
        "marking.set_team",
        actor=actor,
        target=task,
        joined=sorted(wanted.keys() - there),
        left=sorted(there - wanted.keys()),
    )
    if task.round:
        tell_team(task, "您已加入评卷组", "team")
    return task


def share_anew(task: MarkingTask) -> None:
    """What nobody has begun, and what leavers had begun, is shared out again among the team."""
    team = team_of(task)
    users = {one.user for one in team}
    rows = Assignment.objects.filter(script__task=task).exclude(state__in=[Doing.DONE, Doing.FLAGGED])
    rows.filter(stage=Stage.AGAIN).exclude(marker__in=users).delete()
    undone = [
        one
        for one in rows.exclude(stage=Stage.AGAIN)
        .select_related("script")
        .select_for_update(of=("self",))
        .order_by("pk")
        if one.state == Doing.PLANNED or one.marker_id not in users
    ]
    by_stage: dict[int, list[Assignment]] = defaultdict(list)
    for one in undone:
        by_stage[one.stage].append(one)
    for stage, several in by_stage.items():
        _share(task, team, stage, several)


def _share(task: MarkingTask, team, stage: int, several: list[Assignment]) -> None:
    kept = Assignment.objects.filter(script__task=task, stage=stage, marker__in=[one.user for one in team])
    loads = Counter(kept.exclude(pk__in=[one.pk for one in several]).values_list("marker", flat=True))
    plan = planned([one.script for one in several], team, f"{task.seed}-{stage}", loads)
    for one in several:
        one.marker_id, one.state, one.locked_until = plan[one.script_id], Doing.PLANNED, None
    Assignment.objects.bulk_update(several, ["marker", "state", "locked_until"])


def may_mark(task: MarkingTask, assignment: Assignment, user: User) -> bool:
    """Whether somebody of the team may take over what another let lapse."""
    from_team = next((one for one in team_of(task) if one.user == user.pk), None)
    if from_team is None:
        return False
    return not bar(jobs_of([assignment.script])[0], from_team)
