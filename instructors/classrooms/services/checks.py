"""自评、核验、定级、复核: what a unit says of its room, and what somebody else found."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from instructors.classrooms.checklist import LABELS, Checklist
from instructors.classrooms.models import RoomCheck, RoomEquipment, SmartClassroom
from instructors.venues.opening import RULE
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.services.offices import office_of
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

ASSESS, VERIFY = "classrooms.assess_smartclassroom", "classrooms.verify_roomcheck"
State = RoomCheck.State


def standard_on(day: date) -> RuleVersion:
    version = RuleVersion.objects.in_force(RULE, day)
    if version is None:
        raise ValidationError("规则R30尚未生效，暂不能定级，请联系市局教育培训处。", code="no_rule")
    return version


def checklist_on(day: date) -> Checklist | None:
    """None where nobody has laid down a standard that day: pages then say so, and nothing can be graded."""
    version = RuleVersion.objects.in_force(RULE, day)
    return checklist_in(version.formula if version else None)


def checklist_in(formula) -> Checklist | None:
    try:
        return Checklist.of(formula)
    except ValidationError:
        return None


def likely(room: SmartClassroom, checklist: Checklist) -> set[str]:
    """What a self-assessment begins with: what the last one found, and what is in good order by the register."""
    good = room.equipment.filter(state=RoomEquipment.State.GOOD).values_list("kind", flat=True)
    broken = set(room.equipment.filter(state=RoomEquipment.State.FAULTY).values_list("kind", flat=True)) - set(good)
    return (set(room.found) | set(good)) & set(checklist.items) - broken


def broken_in(room: SmartClassroom) -> list[str]:
    """What the grade rests on and is out of order now, with nothing of its kind that works."""
    states: dict[str, set] = {}
    for one in room.equipment.all():
        states.setdefault(one.kind, set()).add(one.state)
    return [kind for kind in room.found if kind in states and RoomEquipment.State.GOOD not in states[kind]]


@transaction.atomic
def submit_check(room: SmartClassroom, claimed: Collection[str], note: str = "", *, actor) -> RoomCheck:
    """A room has one self-assessment under way at a time."""
    room = SmartClassroom.objects.select_for_update(of=("self",)).select_related("venue__unit").get(pk=room.pk)
    if room.checks.filter(state=State.SUBMITTED).exists():
        raise ValidationError("该教室的自评正在核验，核验或退回后再提交。", code="under_way")
    version = standard_on(timezone.localdate())
    items = _known(version, claimed)
    row = RoomCheck.objects.create(room=room, version=version, claimed=items, note=note, made_by=actor)
    record("classrooms.submit_check", actor=actor, target=row, room=str(room), claimed=items)
    notify(
        [user for user in office_of(room.audit_unit, VERIFY) if user.pk != actor.pk],
        title=f"智慧教室待核验：{room}"[:80], body=f"{room.audit_unit}自评具备{len(items)}项。",
        link=reverse("roomcheck:inspect", args=[row.pk]),
    )  # fmt: skip
    return row


def _known(version: RuleVersion, chosen: Collection[str]) -> list[str]:
    """In the checklist's order; nothing that is not on it."""
    items = Checklist.of(version.formula).items
    if not set(chosen) <= set(items):
        raise ValidationError("条目与现行标准不符，请刷新后重填。", code="unknown_item")
    return [item for item in items if item in set(chosen)]


def _decide(row: RoomCheck, actor, action: str, **fields) -> RoomCheck:
    """By another person, once; the state changes with the signature, in one statement of the same transaction."""
    room = SmartClassroom.objects.select_for_update(of=("self",)).get(pk=row.room_id)
    stored = RoomCheck.objects.get(pk=row.pk)
    if stored.state != State.SUBMITTED:
        raise ValidationError("该自评已经办理，不能重复办理。", code="already_checked")
    if stored.made_by_id == actor.pk:
        raise ValidationError("自评人不能核验自己的自评，请由另一人核验。", code="same_person")
    now = timezone.now()
    RoomCheck.objects.filter(pk=row.pk).update(checked_by=actor, checked_at=now, **fields)
    stored = RoomCheck.objects.select_related("room__venue__unit", "version", "made_by").get(pk=row.pk)
    record(
        action, actor=actor, target=stored, room=str(room.pk), state=stored.state, grade=stored.grade, found=stored.found,
        reply=stored.reply,
    )  # fmt: skip
    return stored


@transaction.atomic
def verify_check(row: RoomCheck, found: Collection[str], reply: str = "", *, actor) -> RoomCheck:
    """The grade follows from what was found; it may be lower than before, or none."""
    version = RoomCheck.objects.select_related("version").get(pk=row.pk).version
    items = _known(version, found)
    if items != row.claimed and not reply.strip():
        raise ValidationError("核验结果与自评不一致，请写明原因。", code="no_reason")
    grade, today = Checklist.of(version.formula).grade(items), timezone.localdate()
    recheck_on = _years_after(today, int(parameter(version.formula, "recheck_years")))
    done = _decide(
        row, actor, "classrooms.verify_check", state=State.VERIFIED, found=items, grade=grade, reply=reply,
        recheck_on=recheck_on,
    )  # fmt: skip
    SmartClassroom.objects.filter(pk=done.room_id).update(current=done)
    _tell(done, f"定为{LABELS[grade]}" if grade else "未达到基础级")
    return done


@transaction.atomic
def return_check(row: RoomCheck, reply: str, *, actor) -> RoomCheck:
    done = _decide(row, actor, "classrooms.return_check", state=State.RETURNED, reply=reply)
    _tell(done, "自评退回")
    return done


def _tell(row: RoomCheck, outcome: str) -> None:
    until = f"请在{row.recheck_on:%Y年%-m月%-d日}前复核。" if row.recheck_on else ""
    notify(
        [row.made_by], title=f"智慧教室{outcome}：{row.room}"[:80], body=f"{row.reply}{until}",
        link=reverse("smartclassroom:inspect", args=[row.room_id]),
    )  # fmt: skip


def _years_after(day: date, years: int) -> date:
    """The same day of a later year; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
