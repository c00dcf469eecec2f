"""Practice bases of the demo city: 40 in varied states, their courses, a round under way, and who used them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from django.core.management import call_command
from django.utils import timezone

from courses.catalogue.models import CatalogueIndex, Course
from courses.training.models import Attendance, ClassSession, Enrollment
from instructors.bases.entitlement import key_of
from instructors.bases.models import (
    BaseChecklist,
    BaseDecision,
    BaseMaterial,
    BaseReview,
    BaseRound,
    PracticeBase,
    ScoreSheet,
)
from instructors.bases.services.upkeep import tend_bases
from instructors.bases.terms import version_on, years_later
from instructors.pool.models import Instructor
from instructors.venues.models import Venue
from lms.certificates.services.issuing import issue
from lms.people.access import Role
from lms.people.models import OrgUnit, RoleGrant, User
from lms.people.services.roles import sync_groups
from lms.portal.demo.courses import PLACEHOLDER, Outline, Publisher
from lms.portal.demo.media import paper, picture
from lms.rules.models import RuleVersion

THEMES = (
    "建筑垃圾全链条执法", "违法建筑认定与拆除", "街面市容实训", "户外广告设施安全", "文明施工与扬尘", "餐饮油烟与噪声", "生活垃圾分类执法",
    "燃气安全检查", "水务执法", "执法记录仪与全过程记录", "现场沟通与突发处置", "无人机巡查", "非现场执法", "模拟听证", "案卷制作与评查",
    "队列与体能",
)  # fmt: skip
NEW, INCOMPLETE, DUE, OVERDUE = "NEW", "INCOMPLETE", "DUE", "OVERDUE"
KINDS = {1: DUE, 2: INCOMPLETE, 3: NEW, 8: OVERDUE, 15: INCOMPLETE, 21: DUE, 27: NEW, 33: INCOMPLETE, 36: DUE}
WITHOUT_COURSE = (NEW, INCOMPLETE)
APPLYING = ("DRAFT", "DISTRICT", "CITY", "SCORING", "SCORED", "RECTIFYING", "REFUSED", "SCORING")
SCORES = {"SCORED": (86, 82), "RECTIFYING": (77, 75), "REFUSED": (70, 66)}
TEXTS = {
    "introduction": f"{PLACEHOLDER}室外实训场一处、研讨室两间，配实训道具和录播设备。",
    "safety": f"{PLACEHOLDER}设负责人一名，有安全预案、急救箱和每季一次的演练记录。",
    "results_note": f"{PLACEHOLDER}形成案例三件，所在中队案卷评查得分提高。",
}
PROOFS = (("site", "室外实训场", "PHOTO"), ("site", "研讨室", "PHOTO"), ("management", "安全预案", "DOCUMENT"))
REMARKS = f"{PLACEHOLDER}主题清楚，带教教员稳定；建议增加夜间和雨天实训环节。"


@dataclass(frozen=True)
class Scene:
    """The city's two who decide, the reviewers, and what everything is scored by."""

    office: User
    second: User
    reviewers: Sequence[User]
    checklist: BaseChecklist
    rule: RuleVersion
    today: date

    def points(self, total: int) -> dict[str, int]:
        """Each item gets its share, so that they are `total` together."""
        found = {item["key"]: item["points"] * total // 100 for item in self.checklist.items}
        for item in self.checklist.items:
            room = min(item["points"] - found[item["key"]], total - sum(found.values()))
            found[item["key"]] += max(0, room)
        return found


def build_bases(signers: tuple[User, User], today: date) -> tuple[int, int, int]:
    """(bases, applications under way, sessions held there)."""
    call_command("load_base_checklist", verbosity=0)
    scene = Scene(
        User.objects.get(username="CITY-OFFICE"), signers[1], _reviewers(signers), BaseChecklist.objects.in_use(),
        version_on(today), today,
    )  # fmt: skip
    venues = list(
        Venue.objects.filter(kind=Venue.Kind.PRACTICE_BASE).select_related("unit").order_by("unit__path", "name")
    )
    bases = _name(venues, _courses(len(venues), signers), scene)
    _apply(sorted({base.venue.unit for base in bases}, key=lambda unit: unit.path), scene)
    held = _hold_sessions(bases)
    tend_bases(today)
    return len(bases), BaseReview.objects.under_way().count(), held


def _reviewers(signers) -> list[User]:
    """The account of the demonstration, and one officer each of two districts who is nobody's example."""
    people = [User.objects.get(username="BASE-REVIEWER")]
    for unit in OrgUnit.objects.filter(kind=OrgUnit.Kind.DISTRICT).order_by("path")[:2]:
        officer = unit.officers.select_related("user").order_by("-staff_no").first()
        RoleGrant.objects.create(
            user=officer.user, role=Role.BASE_REVIEWER, unit=unit, reason="演示账号", made_by=signers[0],
            checked_by=signers[1], checked_at=timezone.now(),
        )  # fmt: skip
        sync_groups(officer.user)
        people.append(officer.user)
    return people


def _courses(count: int, signers) -> list[Course | None]:
    """One flagship course for each base that is to have one."""
    publisher = Publisher(CatalogueIndex.objects.get(), {}, signers)
    made: list[Course | None] = []
    for number in range(count):
        if KINDS.get(number) in WITHOUT_COURSE:
            made.append(None)
            continue
        theme = THEMES[number % len(THEMES)]
        body = f"<p>{PLACEHOLDER}{theme}的实训要点：准备、示范、分组操作、讲评。正式课文由基地编写、评审后发布。</p>"
        title = f"基地实践课：{theme}" + (f"（{number // len(THEMES) + 1}）" if number >= len(THEMES) else "")
        outline = Outline(
            f"B{number + 1:02d}",
            title,
            f"{PLACEHOLDER}实践教学基地的精品课程，须到基地实训。",
            (("实训要点", 15, body),),
        )
        made.append(publisher.publish(outline, "field"))
    Course.objects.filter(pk__in=[course.pk for course in made if course]).update(is_flagship=True)
    return made


def _named_on(number: int, today: date) -> date:
    kind = KINDS.get(number)
    fixed = {NEW: 20, INCOMPLETE: 120}
    if kind in fixed:
        return today - timedelta(days=fixed[kind])
    if kind in (DUE, OVERDUE):
        return years_later(today, -3) + timedelta(days=45 if kind == DUE else -20)
    return today - timedelta(days=150 + 37 * number % 700)


def _name(venues: Sequence[Venue], courses: Sequence[Course | None], scene: Scene) -> list[PracticeBase]:
    rounds: dict[int, BaseRound] = {}
    bases = []
    for number, (venue, course) in enumerate(zip(venues, courses, strict=True)):
        named_on = _named_on(number, scene.today)
        if named_on.year not in rounds:
            rounds[named_on.year] = _round(named_on.year, scene)
        theme = THEMES[number % len(THEMES)]
        naming = BaseReview.objects.create(
            round=rounds[named_on.year], unit=venue.unit, name=venue.name, theme=theme, address=venue.address,
            seats=venue.seats, state=BaseReview.State.NAMED, course=course, **_signed(scene), **TEXTS,
        )  # fmt: skip
        naming.trainers.set(_trainers(venue.unit))
        score = 82 + number * 7 % 14
        _sheets(naming, (score + 1, score - 1), scene)
        BaseDecision.objects.create(
            review=naming, outcome="NAME", score=score, made_by=scene.office, checked_by=scene.second,
            checked_at=timezone.now(),
        )  # fmt: skip
        base = PracticeBase.objects.create(
            venue=venue, naming=naming, theme=theme, course=course, named_on=named_on,
            review_due_on=years_later(named_on, 3),
        )  # fmt: skip
        issue(key_of(base), actor=scene.office)
        when = timezone.make_aware(datetime.combine(named_on - timedelta(days=30), time(10)))
        BaseReview.objects.filter(pk=naming.pk).update(made_at=when, passed_at=when, accepted_at=when)
        bases.append(base)
    return bases


def _round(year: int, scene: Scene) -> BaseRound:
    """Open today, if it is this year's."""
    opens = scene.today - timedelta(days=60) if year == scene.today.year else date(year, 1, 5)
    return BaseRound.objects.get_or_create(
        year=year, title=f"{year}年实践教学基地创建",
        defaults={
            "opens_on": opens, "closes_on": opens + timedelta(days=90), "places": 2, "made_by": scene.office,
            "note": "主题突出、课程成型、带教稳定、安全有保障的，均可申报。",
        },
    )[0]  # fmt: skip


def _signed(scene: Scene) -> dict:
    now = timezone.now()
    return {
        "made_by": scene.office, "passed_by": scene.second, "passed_at": now, "accepted_by": scene.office,
        "accepted_at": now, "checklist": scene.checklist, "rule_version": scene.rule,
    }  # fmt: skip


def _trainers(unit: OrgUnit) -> list[Instructor]:
    return list(Instructor.objects.filter(unit__path__startswith=unit.path).order_by("pk")[:3])


def _sheets(review: BaseReview, totals: Sequence[int], scene: Scene) -> None:
    """Handed in, by reviewers who are not of the district."""
    for reviewer, total in zip(_fit(review.unit, scene), totals, strict=False):
        ScoreSheet.objects.create(
            review=review, reviewer=reviewer, points=scene.points(total), remarks=REMARKS, assigned_by=scene.office,
            submitted_at=timezone.now(),
        )  # fmt: skip


def _fit(unit: OrgUnit, scene: Scene) -> list[User]:
    return [
        user for user in scene.reviewers
        if not hasattr(user, "officer") or not user.officer.unit.path.startswith(unit.city_level_path)
    ]  # fmt: skip


def _apply(units: Sequence[OrgUnit], scene: Scene) -> None:
    """This year's applications, one at each stop."""
    row = _round(scene.today.year, scene)
    for number, state in enumerate(APPLYING):
        unit, theme = units[number % len(units)], THEMES[-1 - number % len(THEMES)]
        signed = _signed(scene) if state not in ("DRAFT", "DISTRICT", "CITY") else {"made_by": scene.office}
        review = BaseReview.objects.create(
            round=row, unit=unit, name=f"{theme}实训点", theme=theme, address="待建实训场", seats=30, state=state,
            due_on=scene.today + timedelta(days=72) if state == "RECTIFYING" else None, **signed, **TEXTS,
        )  # fmt: skip
        review.trainers.set(_trainers(unit))
        if state != "DRAFT":
            _prove(review)
        if totals := SCORES.get(state):
            _score(review, totals, scene)
        elif state == "SCORING":
            _assign(review, number, scene)


def _prove(review: BaseReview) -> None:
    """Two drawn pictures and a paper."""
    for part, name, kind in PROOFS:
        content = _drawn(name, kind)
        BaseMaterial.objects.create(
            review=review, part=part, kind=kind, title=name, content=content, bytes=len(content)
        )  # fmt: skip


@cache
def _drawn(name: str, kind: str) -> bytes:
    lines = ("演示材料，由系统绘制。",)
    return paper(name, lines) if kind == BaseMaterial.Kind.DOCUMENT else picture(name, lines[0])


def _score(review: BaseReview, totals: Sequence[int], scene: Scene) -> None:
    _sheets(review, totals, scene)
    outcome = {"RECTIFYING": "RECTIFY", "REFUSED": "REFUSE"}.get(review.state)
    if outcome:
        reason = (
            "安全预案没有演练记录，带教教员不足三名，补齐后再次评分。"
            if outcome == "RECTIFY"
            else "场地没有独立教学区，课程没有成型。"
        )
        BaseDecision.objects.create(
            review=review, outcome=outcome, score=sum(totals) / 2, reason=reason, made_by=scene.office,
            checked_by=scene.second, checked_at=timezone.now(),
        )  # fmt: skip


def _assign(review: BaseReview, number: int, scene: Scene) -> None:
    """Of one application half of the items are filled in, of the other nothing."""
    for place, reviewer in enumerate(_fit(review.unit, scene)[:2]):
        points = dict(list(scene.points(88).items())[:8]) if number == len(APPLYING) - 1 and not place else {}
        ScoreSheet.objects.create(review=review, reviewer=reviewer, points=points, assigned_by=scene.office)


def _hold_sessions(bases: Sequence[PracticeBase]) -> int:
    """The last half-day of every past class of a district was held at one of its bases."""
    of_unit: dict[int, list[PracticeBase]] = {}
    for base in bases:
        of_unit.setdefault(base.venue.unit_id, []).append(base)
    moved = list(_moved(of_unit))
    ClassSession.objects.bulk_update(moved, ["venue", "rule"], batch_size=500)
    Attendance.objects.bulk_create(_attendance(moved), batch_size=2000)
    return len(moved)


def _moved(of_unit: dict[int, list[PracticeBase]]) -> Iterator[ClassSession]:
    past = ClassSession.objects.filter(
        training_class__unit__in=of_unit, training_class__form="CLASS", during__endswith__lt=timezone.now()
    )
    last = past.order_by("training_class_id", "-during").distinct("training_class_id").select_related("training_class")
    for number, session in enumerate(last):
        own = of_unit[session.training_class.unit_id]
        session.venue, session.rule = own[number % len(own)].venue, "R15"
        yield session


def _attendance(sessions: Sequence[ClassSession]) -> Iterator[Attendance]:
    begins: dict[int, list[tuple[int, datetime]]] = {}
    for session in sessions:
        begins.setdefault(session.training_class_id, []).append((session.pk, session.during.lower))
    rows = Enrollment.objects.filter(training_class__in=begins, state=Enrollment.State.CONFIRMED)
    for enrollment in rows.filter(officer__isnull=False).select_related("officer"):
        for pk, begin in begins[enrollment.training_class_id]:
            yield Attendance(
                session_id=pk, enrollment=enrollment, state=Attendance.State.PRESENT, method=Attendance.Method.CODE,
                signed_at=begin - timedelta(minutes=5), by_id=enrollment.officer.user_id,
            )  # fmt: skip
