"""Studios with what belongs to them; a review needs the rules in force."""

from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from courses.catalogue.models import Topic
from instructors.studios.models import InstructorStudio, StudioMember, StudioOutput, StudioPlanItem, StudioReview
from instructors.studios.scoring import RULE
from lms.people.models import OrgUnit
from lms.rules.models import RuleVersion
from tests import factory
from tests.courses.training.factory import make_instructor

_numbers = count(1)


def make_studio(unit: OrgUnit, *, state="ACTIVE", **fields) -> InstructorStudio:
    today, number = timezone.localdate(), next(_numbers)
    fields = {
        "name": f"工作室{number}", "summary": "研究执法文书教学。", "from_on": date(today.year - 1, 1, 1),
        "until_on": date(today.year + 1, 12, 31), "made_by": factory.make_user(), **fields,
    }  # fmt: skip
    if state != "PROPOSED":
        fields |= {"checked_by": factory.make_user(), "checked_at": timezone.now()}
    if state == "DISSOLVED":
        fields |= {"dissolved_on": today, "dissolve_reason": "期满"}
    lead = fields.pop("lead", None) or make_instructor(unit, level="DISTRICT")
    studio = InstructorStudio.objects.create(unit=unit, lead=lead, state=state, **fields)
    studio.topics.set([Topic.objects.get_or_create(code="papers", defaults={"name": "执法文书"})[0]])
    return studio


def make_member(studio: InstructorStudio, **fields) -> StudioMember:
    fields = {"from_on": studio.from_on, **fields}
    instructor = fields.pop("instructor", None) or make_instructor(studio.unit, level="DISTRICT")
    return StudioMember.objects.create(studio=studio, instructor=instructor, **fields)


def make_plan_item(studio: InstructorStudio, **fields) -> StudioPlanItem:
    year = fields.pop("year", timezone.localdate().year)
    fields = {"title": f"任务{next(_numbers)}", "kind": "COURSE", "due_on": date(year, 12, 31), **fields}
    return StudioPlanItem.objects.create(studio=studio, year=year, **fields)


def make_output(studio: InstructorStudio, **fields) -> StudioOutput:
    fields = {
        "title": f"成果{next(_numbers)}",
        "kind": "CASE",
        "on": timezone.localdate() - timedelta(days=1),
        **fields,
    }
    return StudioOutput.objects.create(studio=studio, made_by=factory.make_user(), **fields)


def make_review(studio: InstructorStudio, **fields) -> StudioReview:
    today = timezone.localdate()
    version = RuleVersion.objects.in_force(RULE, today)
    fields = {"year": today.year, "opened_by": factory.make_user(), **fields}
    return StudioReview.objects.create(studio=studio, rule_version=version, **fields)
