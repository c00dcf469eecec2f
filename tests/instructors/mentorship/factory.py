"""Mentorships at any point of their way, without walking it; needs the rules in force."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation, Rating, Signature
from instructors.mentorship.terms import RULE, Terms, stretches
from lms.people.models import OrgUnit
from lms.rules.models import RuleVersion
from tests import factory

WRITTEN = "跟随巡查，学习亮证告知。"


def make_mentorship(unit: OrgUnit, *, state="PROPOSED", mentor=None, apprentice=None, **fields) -> Mentorship:
    """Begun three months ago and running for six, unless told otherwise; phases by the rule."""
    today = timezone.localdate()
    fields = {
        "from_on": today - timedelta(days=90), "until_on": today + timedelta(days=90), "goals": "独立承办一般案件",
        "agreement": "双方按协议履行。", "made_by": factory.make_user(),
        "rule_version": RuleVersion.objects.in_force(RULE, today), **fields,
    }  # fmt: skip
    if state == "TERMINATED":
        fields |= {"ended_on": today, "end_reason": "岗位调整"}
    row = Mentorship.objects.create(
        mentor=mentor or factory.make_officer(unit), apprentice=apprentice or factory.make_officer(unit), unit=unit,
        state=state, **fields,
    )  # fmt: skip
    names = Terms(row.rule_version.formula).phases
    for number, (name, (begin, end)) in enumerate(
        zip(names, stretches(row.from_on, row.until_on, len(names)), strict=True), 1
    ):
        row.phases.create(number=number, title=name, from_on=begin, until_on=end)
    if state != "PROPOSED":
        sign(row)
    return row


def sign(row: Mentorship, phase: MentorshipPhase | None = None, sides=("MENTOR", "APPRENTICE", "OFFICE")) -> None:
    users = {"MENTOR": row.mentor.user, "APPRENTICE": row.apprentice.user}
    for side in sides:
        Signature.objects.create(mentorship=row, phase=phase, side=side, user=users.get(side) or row.made_by)
    if phase and "OFFICE" in sides:
        phase.closed_at = timezone.now()
        phase.save()


def make_log(row: Mentorship, on: date | None = None, **fields) -> LogEntry:
    fields = {"side": "APPRENTICE", "hours": Decimal(2), "text": WRITTEN, "state": "CONFIRMED", **fields}
    phase = fields.pop("phase", None) or row.phases.first()
    return LogEntry.objects.create(mentorship=row, phase=phase, on=on or timezone.localdate(), **fields)


def make_observation(row: Mentorship, phase: MentorshipPhase | None = None, **fields) -> Observation:
    scores = [{"key": "item_law", "label": "法律适用", "score": 3, "narrative": ""}]
    fields = {"scores": scores, "summary": f"{row.apprentice.name}掌握较快。", "on": timezone.localdate(), **fields}
    return Observation.objects.create(phase=phase or row.phases.first(), rule_version=row.rule_version, **fields)


def fill(phase: MentorshipPhase, logs: int = 3) -> None:
    """All that a phase needs before anybody signs its end, the apprentice's opinion included."""
    row = phase.mentorship
    for day in range(logs):
        make_log(row, phase.from_on + timedelta(days=day), phase=phase)
    make_observation(row, phase)
    Rating.objects.create(phase=phase, score=4)


def make_assessed(unit: OrgUnit, **fields) -> Mentorship:
    """Every phase signed, and passed."""
    row = make_mentorship(unit, state="ACTIVE", **fields)
    for phase in row.phases.all():
        fill(phase)
        sign(row, phase)
    row.state, row.result, row.assessed_by, row.assessed_at = "ASSESSED", "PASSED", factory.make_user(), timezone.now()
    row.save()
    return row
