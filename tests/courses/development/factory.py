"""Groups, calls, claims and works as their makers would leave them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from courses.catalogue.models import Courseware, Topic
from courses.development.models import (
    Claim,
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    GroupMember,
    Output,
    Work,
)
from courses.development.services.authors import evenly, name_authors
from courses.development.services.reviews import assign, send_review
from lms.people.access import Role
from lms.rules.models import RuleVersion
from tests import factory

_numbers = count(1)
WELL, BADLY = "27", "12"


def make_group(unit, *, state="ACTIVE", members=2, **fields) -> CourseDevelopmentGroup:
    number, today = next(_numbers), timezone.localdate()
    people = [factory.make_officer(unit) for _ in range(members)]
    checked = {"checked_by": factory.make_user(), "checked_at": timezone.now()} if state != "PROPOSED" else {}
    group = CourseDevelopmentGroup.objects.create(
        name=f"教研组{number}", unit=unit, lead=people[0], task="开发课程", from_on=today - timedelta(days=30),
        until_on=today + timedelta(days=700), state=state, made_by=factory.make_user(), **checked, **fields,
    )  # fmt: skip
    group.topics.add(Topic.objects.get_or_create(code="d", defaults={"name": "开发专题"})[0])
    GroupMember.objects.bulk_create(GroupMember(group=group, officer=one, since=today) for one in people)
    return group


def make_project(unit, *, group=None, **fields) -> DevelopmentProject:
    group = group or make_group(unit)
    return DevelopmentProject.objects.create(
        kind=Output.Kind.COURSEWARE, title=fields.pop("title", f"课程项目{next(_numbers)}"), unit=group.unit,
        host=group.unit, group=group, aim="目标", due_on=timezone.localdate() + timedelta(days=90),
        made_by=fields.pop("made_by", None) or factory.make_user(), **fields,
    )  # fmt: skip


def make_call(unit, *, target=16, per_unit=1, state="OPEN", **fields) -> CrowdCall:
    checked = {"checked_by": factory.make_user(), "checked_at": timezone.now()} if state != "DRAFT" else {}
    return CrowdCall.objects.create(
        title=f"众筹{next(_numbers)}", unit=unit, brief="视频课件", target=target, per_unit=per_unit, state=state,
        due_on=fields.pop("due_on", timezone.localdate() + timedelta(days=200)), made_by=factory.make_user(), **checked,
    )  # fmt: skip


def make_claim(unit, *, call=None, **fields) -> Claim:
    call = call or make_call(unit)
    return Claim.objects.create(
        kind=Output.Kind.COURSEWARE, title=fields.pop("title", f"选题{next(_numbers)}"), unit=unit, host=call.unit,
        call=call, due_on=fields.pop("due_on", timezone.localdate() + timedelta(days=60)),
        made_by=fields.pop("made_by", None) or factory.make_user(), **fields,
    )  # fmt: skip


def make_work(unit, *, form="GUIDING", **fields) -> Work:
    kind = Output.Kind.CHAPTER if form in ("TEXTBOOK", "CHAPTER", "GUIDE") else Output.Kind.CASE
    return Work.objects.create(
        kind=kind, title=fields.pop("title", f"案例{next(_numbers)}"), unit=unit, host=unit, form=form,
        body=fields.pop("body", "当事人某甲占道经营。"), made_by=fields.pop("made_by", None) or factory.make_user(), **fields,
    )  # fmt: skip


def make_question(unit) -> Output:
    number = next(_numbers)
    return Output.objects.create(
        kind=Output.Kind.QUESTION, title=f"试题{number}", reference=f"Q-{number}", unit=unit, host=unit,
        made_by=factory.make_user(),
    )  # fmt: skip


def make_film() -> Courseware:
    number = next(_numbers)
    return Courseware.objects.create(
        title=f"课件{number}", kind="VIDEO", seconds=600, bytes=4, sha256=f"{number:064d}", made_by=factory.make_user(),
        file=f"courseware/{number}.mp4",
    )  # fmt: skip


def make_office(unit):
    return factory.make_staff(Role.CITY_OFFICE if unit.is_whole_city else Role.DISTRICT_OFFICE, unit)


def name(output, *officers):
    """The first leads."""
    return name_authors(output, evenly(officers), actor=output.made_by)


def judge(output, office, reviewers, *, value=WELL, comment="可以采用。"):
    """Assigned by the office and scored by everybody: `value` of the first criterion, the same share of the others."""
    share = int(value) / 30
    for review in assign(output, [one.user for one in reviewers], actor=office):
        most = {item["key"]: float(item["value"]) for item in review.rubric.formula["items"]}
        scores = {key: f"{share * points:.2f}" for key, points in most.items()}
        send_review(review, scores, comment, actor=review.reviewer)


def make_review(unit):
    """Assigned, not yet done, by somebody of elsewhere."""
    claim = make_claim(unit, state="SUBMITTED")
    name(claim, factory.make_officer(unit))
    submission = claim.submissions.create(number=1, courseware=make_film(), digest="0" * 64, submitted_by=claim.made_by)
    rubric = _rubric()
    return submission.reviews.create(
        reviewer=factory.make_user(), rubric=rubric, due_on=timezone.localdate() + timedelta(days=5)
    )


def _rubric():
    return RuleVersion.objects.get(rule__code="R47")
