"""A studio from proposal to dissolution, and who belongs to it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.pool.models import Instructor
from instructors.studios.models import InstructorStudio, StudioMember
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify
from lms.people.services.offices import office_of

State = InstructorStudio.State
DECIDE, CHANGE, VIEW = (
    "studios.decide_instructorstudio",
    "studios.change_instructorstudio",
    "studios.view_instructorstudio",
)


def locked(studio: InstructorStudio) -> InstructorStudio:
    rows = InstructorStudio.objects.select_for_update(of=("self",)).select_related("unit", "lead__officer")
    return rows.get(pk=studio.pk)


def running(studio: InstructorStudio) -> InstructorStudio:
    row = locked(studio)
    if not row.is_running:
        raise ValidationError(f"工作室现为“{row.get_state_display()}”，批准后、撤销前才能办理。", code="not_running")
    return row


def refuse_unappointed(instructor: Instructor, day: date) -> None:
    if not Instructor.objects.active_on(day).filter(pk=instructor.pk).exists():
        raise ValidationError(
            f"{instructor.name}在{day:%Y年%-m月%-d日}不是在聘教员，请先办理聘任或另选。", code="not_appointed"
        )


@transaction.atomic
def propose_studio(studio: InstructorStudio, topics, *, actor) -> InstructorStudio:
    refuse_unappointed(studio.lead, studio.from_on)
    studio.made_by = actor
    studio.full_clean()
    studio.save()
    studio.topics.set(topics)
    record("studios.propose", actor=actor, target=studio, lead=str(studio.lead))
    notify(office_of(studio.unit, DECIDE), title=f"工作室待批准：{studio}")
    return studio


@transaction.atomic
def change_studio(studio: InstructorStudio, topics, *, actor) -> InstructorStudio:
    """Name, words and term; another lead has to be an instructor today."""
    stored = locked(studio)
    if stored.state == State.DISSOLVED:
        raise ValidationError("工作室已撤销，不能再改。", code="dissolved")
    if stored.lead_id != studio.lead_id:
        refuse_unappointed(studio.lead, max(studio.from_on, timezone.localdate()))
    studio.full_clean()
    studio.save(update_fields=["name", "unit", "lead", "summary", "from_on", "until_on"])
    studio.topics.set(topics)
    record("studios.change", actor=actor, target=studio, lead=str(studio.lead))
    return studio


@transaction.atomic
def approve_studio(studio: InstructorStudio, *, actor) -> InstructorStudio:
    row = locked(studio)
    if row.state != State.PROPOSED:
        raise ValidationError(f"工作室现为“{row.get_state_display()}”，不再批准。", code="wrong_state")
    refuse_unappointed(row.lead, max(row.from_on, timezone.localdate()))
    row = check_by_second_person(row, actor, action="studios.approve", name=row.name)
    row.state = State.ACTIVE
    row.save(update_fields=["state"])
    tell_lead(row, "工作室已批准设立", "请报年度计划。")
    return row


def tell_lead(studio: InstructorStudio, title: str, body: str = "") -> None:
    if studio.lead.officer:
        notify([studio.lead.officer.user], title=f"{title}：{studio}", body=body)


@transaction.atomic
def dissolve_studio(studio: InstructorStudio, *, actor, reason: str) -> InstructorStudio:
    row = locked(studio)
    if row.state == State.DISSOLVED:
        raise ValidationError("工作室已撤销。", code="dissolved")
    today = timezone.localdate()
    row.state, row.dissolved_on, row.dissolve_reason = State.DISSOLVED, today, reason
    row.save(update_fields=["state", "dissolved_on", "dissolve_reason"])
    for member in row.members.active_on(today):
        member.until_on = today
        member.save(update_fields=["until_on"])
    record("studios.dissolve", actor=actor, target=row, reason=reason)
    tell_lead(row, "工作室已撤销", reason)
    return row


@transaction.atomic
def add_member(
    studio: InstructorStudio, *, actor, instructor: Instructor, from_on: date, duty: str = ""
) -> StudioMember:
    row = running(studio)
    if instructor.pk == row.lead_id:
        raise ValidationError("领衔人不用再登记为成员。", code="is_lead")
    refuse_unappointed(instructor, from_on)
    member = StudioMember(studio=row, instructor=instructor, from_on=from_on, duty=duty)
    member.full_clean()
    member.save()
    record("studios.add_member", actor=actor, target=member, instructor=str(instructor), from_on=str(from_on))
    return member


@transaction.atomic
def end_member(member: StudioMember, *, actor, until_on: date) -> StudioMember:
    stored = (
        StudioMember.objects.select_for_update(of=("self",)).select_related("studio", "instructor").get(pk=member.pk)
    )
    if stored.until_on:
        raise ValidationError("该成员已办理退出。", code="already_ended")
    stored.until_on = until_on
    stored.full_clean()
    stored.save(update_fields=["until_on"])
    record("studios.end_member", actor=actor, target=stored, until_on=str(until_on))
    return stored
