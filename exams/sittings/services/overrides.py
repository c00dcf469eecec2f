"""个别时间安排: other times for a candidate or a group, proposed by the office, in force once another agreed."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.sittings.models import Attempt, Candidate, CandidateGroup, TimeOverride
from exams.sittings.services.starting import lock_attempt
from exams.sittings.services.times import deadline_of
from lms.audit.services import record
from lms.kit.services import check_by_second_person


@transaction.atomic
def propose_override(override: TimeOverride, *, actor) -> TimeOverride:
    if override.closes_at is None and override.limit_minutes is None and not override.is_open_ended:
        raise ValidationError("请填结束时间或时长，至少一项。", code="says_nothing")
    override.made_by = actor
    override.full_clean(exclude=["made_by"])
    override.save(force_insert=True)
    record("sittings.propose_override", actor=actor, target=override, whose=str(override.candidate or override.group),
           reason=override.reason)  # fmt: skip
    return override


@transaction.atomic
def approve_override(override: TimeOverride, *, actor) -> TimeOverride:
    """In force at once, also for those already writing: their deadline is worked out again."""
    row = check_by_second_person(override, actor, action="sittings.approve_override", reason=override.reason)
    whose = {"candidate": row.candidate_id} if row.candidate_id else {"candidate__groups": row.group_id}
    for pk in Attempt.objects.filter(state=Attempt.State.OPEN, **whose).order_by("pk").values_list("pk", flat=True):
        _work_out_again(pk)
    return row


def _work_out_again(pk: int) -> None:
    attempt = lock_attempt(pk)
    if attempt.state == Attempt.State.OPEN and attempt.started_at:
        attempt.deadline_at = deadline_of(attempt.candidate, attempt.started_at)
        attempt.save(update_fields=["deadline_at"])


@transaction.atomic
def add_group(group: CandidateGroup, candidates: Sequence[Candidate], *, actor) -> CandidateGroup:
    group.save(force_insert=True)
    record("sittings.add_group", actor=actor, target=group, name=group.name)
    return set_members(group, candidates, actor=actor)


@transaction.atomic
def set_members(group: CandidateGroup, candidates: Sequence[Candidate], *, actor) -> CandidateGroup:
    """The whole group anew. ValidationError "in_force" where times already agreed would change unseen."""
    row = CandidateGroup.objects.select_for_update(of=("self",)).get(pk=group.pk)
    if row.overrides.in_force().exists():
        raise ValidationError("该组的时间安排已批准，成员不能再变。请另建一组。", code="in_force")
    if strangers := [one.number for one in candidates if one.exam_id != row.exam_id]:
        raise ValidationError(f"{'、'.join(strangers[:5])}不是本考试的考生。", code="other_exam")
    if row.name != group.name:
        row.name = group.name
        row.save(update_fields=["name"])
    row.members.set(candidates)
    record("sittings.set_members", actor=actor, target=row, numbers=sorted(one.number for one in candidates))
    return row


def by_numbers(exam, text: str) -> list[Candidate]:
    """Candidates by their admission or staff numbers; unknown ones are refused by name."""
    wanted = list(dict.fromkeys(text.replace("，", " ").replace(",", " ").split()))
    rows = list(exam.candidates.filter(number__in=wanted).select_related("officer"))
    rows += exam.candidates.filter(officer__staff_no__in=wanted).select_related("officer")
    known = {one.number for one in rows} | {one.officer.staff_no for one in rows}
    if missing := [one for one in wanted if one not in known]:
        raise ValidationError(f"本考试没有这些考生：{'、'.join(missing[:10])}。", code="unknown")
    return rows
