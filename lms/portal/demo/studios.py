"""The five studios of the demo city: led by instructors, with a year's plan, outputs and a review in every state."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from courses.catalogue.models import Course, Courseware, Topic
from instructors.mentorship.models import Mentorship
from instructors.pool.models import Instructor
from instructors.studios.models import (
    InstructorStudio,
    ScoreSheet,
    StudioMember,
    StudioOutput,
    StudioPlanItem,
    StudioReview,
    Work,
)
from instructors.studios.scoring import RULE, Sheet
from lms.people.models import User
from lms.rules.models import RuleVersion

NAMES = (
    ("文书与法制审核工作室", "以案卷为教材，讲清每一份文书的要素、时限和裁量依据。"),
    ("市容环境执法工作室", "研究街面常见违法行为的取证和处置，开发沿街商户沟通课程。"),
    ("违法建筑治理工作室", "围绕认定、取证、强制三个环节，整理典型案例和操作指引。"),
    ("队列与体能训练工作室", "制定中队日常训练课目，培养各中队小教员。"),
    ("信访处置与沟通工作室", "把投诉处置做成情景课，训练倾听、说明和现场化解。"),
)
PLAN = (("示范课开发", "COURSE", 2, 6), ("视频课件拍摄", "COURSEWARE", 2, 9), ("典型案例整理", "CASE", 4, 10),
        ("带教青年执法人员", "APPRENTICE", 2, 11), ("送教到中队", "ACTIVITY", 6, 11))  # fmt: skip
CASES = ("占道设摊现场处置案例", "建筑垃圾偷倒取证案例", "拒不配合检查处置案例", "违法搭建整治案例", "噪声投诉化解案例")
DUTIES = ("课程开发", "课件制作", "案例整理", "带教指导")
MEMBERS = 4
SCORES = ((22, 21, 12, 17, 12), (20, 22, 13, 16, 11))


class Staff(NamedTuple):
    proposer: User
    office: User
    reviewers: tuple[User, ...]


def found_studios(staff: Staff, taught: Mentorship | None, today: date) -> int:
    leads = _leads(taught, today)
    topics, courses = list(Topic.objects.order_by("order")), list(Course.objects.live().order_by("code"))
    courseware = list(Courseware.objects.filter(checked_by__isnull=False).order_by("pk"))
    used = {lead.pk for lead in leads}
    for place, (lead, (name, summary)) in enumerate(zip(leads, NAMES, strict=False)):
        studio = _found(name, summary, lead, staff, today)
        studio.topics.set(topics[place % len(topics) :][:2])
        used |= _join(studio, used, today)
        _work(studio, place, staff, today)
        _link(studio, Work.COURSE, courses[place : place + 1], staff, today)
        _link(studio, Work.COURSEWARE, courseware[place : place + 1], staff, today)
        if taught and taught.mentor_id == lead.officer_id:
            _link(studio, Work.APPRENTICE, [taught], staff, today)
        _review(studio, place, staff, today)
    return len(leads)


def _leads(taught: Mentorship | None, today: date) -> list[Instructor]:
    """The mentor who brought somebody through first, then one of each unit in turn."""
    rows = Instructor.objects.active_on(today).filter(officer__isnull=False).select_related("unit", "officer")
    found = list(rows.filter(officer=taught.mentor)[:1]) if taught else []
    by_unit: dict[int, list[Instructor]] = {}
    for one in rows.order_by("unit__path", "pk"):
        by_unit.setdefault(one.unit_id, []).append(one)
    turn = 0
    while len(found) < len(NAMES) and turn < max(map(len, by_unit.values()), default=0):
        found += [people[turn] for people in by_unit.values() if turn < len(people) and people[turn] not in found]
        turn += 1
    return found[: len(NAMES)]


def _found(name: str, summary: str, lead: Instructor, staff: Staff, today: date) -> InstructorStudio:
    return InstructorStudio.objects.create(
        name=name, summary=summary, lead=lead, unit=lead.unit, from_on=date(today.year - 1, 1, 1),
        until_on=date(today.year + 1, 12, 31), state="ACTIVE", made_by=staff.proposer, checked_by=staff.office,
        checked_at=_morning(date(today.year - 1, 1, 5)),
    )  # fmt: skip


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(10)))


def _join(studio: InstructorStudio, used: set[int], today: date) -> set[int]:
    """Of the lead's own district first."""
    rows = Instructor.objects.active_on(today).exclude(pk__in=used).select_related("unit")
    near = list(rows.filter(unit__path__startswith=studio.unit.city_level_path).order_by("pk")[:MEMBERS])
    StudioMember.objects.bulk_create(
        StudioMember(studio=studio, instructor=one, from_on=studio.from_on, duty=DUTIES[place % len(DUTIES)])
        for place, one in enumerate(near)
    )
    return {one.pk for one in near}


def _work(studio: InstructorStudio, place: int, staff: Staff, today: date) -> None:
    year = today.year
    StudioPlanItem.objects.bulk_create(
        StudioPlanItem(
            studio=studio, year=year, title=title, kind=kind, target=target, due_on=date(year, month, 28),
            done_on=date(year, month, 20) if date(year, month, 20) < today else None,
            done_note=f"完成{target}项。" if date(year, month, 20) < today else "",
        )
        for title, kind, target, month in PLAN
    )  # fmt: skip
    StudioOutput.objects.bulk_create(
        StudioOutput(
            studio=studio, kind=Work.CASE, title=title, on=today - timedelta(days=20 * number + 5), is_public=number == 0,
            made_by=staff.proposer,
        )
        for number, title in enumerate((CASES * 2)[place : place + 3])
    )  # fmt: skip


def _link(studio: InstructorStudio, kind: str, rows, staff: Staff, today: date) -> None:
    for row in rows:
        title = f"带教{row.apprentice.name}出徒" if kind == Work.APPRENTICE else row.title
        StudioOutput.objects.create(
            studio=studio, kind=kind, title=title[:100], on=today - timedelta(days=12), made_by=staff.proposer,
            is_public=kind != Work.APPRENTICE, **{StudioOutput.LINKS[kind]: row},
        )  # fmt: skip


def _review(studio: InstructorStudio, place: int, staff: Staff, today: date) -> None:
    """Last year's of all is decided; this year's of the first three, under way for the fourth, not begun for the fifth."""
    version = RuleVersion.objects.in_force(RULE, today)
    years = [(today.year - 1, len(staff.reviewers)), (today.year, {3: 1, 4: 0}.get(place, len(staff.reviewers)))]
    for year, sheets in years:
        if not sheets:
            continue
        review = StudioReview.objects.create(studio=studio, year=year, rule_version=version, opened_by=staff.office)
        for number, reviewer in enumerate(staff.reviewers[:sheets]):
            _score(review, reviewer, SCORES[(number + place) % len(SCORES)])
        if sheets == len(staff.reviewers):
            review.decision, review.decided_by = "KEPT", staff.office
            review.decided_at = timezone.now() if year == today.year else _morning(date(year, 12, 21))
            review.save()
        if year != today.year:
            StudioReview.objects.filter(pk=review.pk).update(opened_at=_morning(date(year, 12, 1)))
    if place < len(NAMES) - 2:
        studio.state = "REVIEWED"
        studio.save(update_fields=["state"])


def _score(review: StudioReview, reviewer: User, points: tuple[int, ...]) -> None:
    sheet = Sheet(review.rule_version.formula)
    scores = {item.key: Decimal(point) for item, point in zip(sheet.items, points, strict=True)}
    ScoreSheet.objects.create(
        review=review, reviewer=reviewer, scores=sheet.checked(scores, {}), total=sum(scores.values()),
        comment="计划完成较好，案例可以再精炼。",
    )  # fmt: skip
