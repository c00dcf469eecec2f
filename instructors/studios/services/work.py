"""What a studio plans for a year, and what comes of it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from instructors.mentorship.models import Mentorship
from instructors.studios.models import InstructorStudio, StudioOutput, StudioPlanItem, Work
from instructors.studios.services.studios import running
from lms.audit.services import record


@transaction.atomic
def add_plan_item(studio: InstructorStudio, *, actor, **fields) -> StudioPlanItem:
    item = StudioPlanItem(studio=running(studio), **fields)
    if item.due_on.year != item.year:
        raise ValidationError("完成期限应在所选年度之内。", code="other_year")
    item.full_clean()
    item.save()
    record("studios.plan", actor=actor, target=item, year=item.year, title=item.title)
    return item


@transaction.atomic
def finish_plan_item(item: StudioPlanItem, *, actor, done_on: date, done_note: str) -> StudioPlanItem:
    running(item.studio)
    stored = StudioPlanItem.objects.select_for_update(of=("self",)).select_related("studio__unit").get(pk=item.pk)
    if stored.done_on:
        raise ValidationError("这项任务已完成。", code="already_done")
    stored.done_on, stored.done_note = done_on, done_note
    stored.save(update_fields=["done_on", "done_note"])
    record("studios.plan_done", actor=actor, target=stored, done_on=str(done_on))
    return stored


@transaction.atomic
def add_output(studio: InstructorStudio, *, actor, **fields) -> StudioOutput:
    """Linked to the course, courseware or mentorship it is; a mentorship is one of the lead's or a member's."""
    row = running(studio)
    output = StudioOutput(studio=row, made_by=actor, **fields)
    if output.kind == Work.APPRENTICE:
        _check_apprentice(row, output.mentorship)
    output.full_clean()
    output.save()
    record("studios.output", actor=actor, target=output, kind=output.kind, title=output.title)
    return output


def _check_apprentice(studio: InstructorStudio, mentorship: Mentorship | None) -> None:
    if mentorship is None:
        raise ValidationError("带教成果请选择师带徒。", code="no_mentorship")
    if mentorship.state != Mentorship.State.COMPLETED:
        raise ValidationError("出徒后才能登记为成果。", code="not_completed")
    people = {studio.lead.officer_id, *studio.members.values_list("instructor__officer", flat=True)}
    if mentorship.mentor_id not in people:
        raise ValidationError("师傅不是本工作室的领衔人或成员。", code="other_mentor")
