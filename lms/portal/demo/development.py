"""Course development of the demo city: six groups, projects in every stage, a crowd call half done, cases and a book."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import cycle

from django.core.files import File
from django.utils import timezone

from courses.catalogue.models import Course, Courseware, Topic
from courses.catalogue.services.courseware import add_courseware, check_courseware
from courses.development.models import (
    Claim,
    Contributor,
    CourseDevelopmentGroup,
    CrowdCall,
    DevelopmentProject,
    GroupMember,
    Milestone,
    Output,
    PeerReview,
    Submission,
    Work,
)
from courses.development.services.authors import credit, evenly
from courses.development.services.reviews import Content
from courses.development.services.works import content_of
from courses.development.terms import RUBRIC, version_on
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.city import CITY
from lms.portal.demo.media import film

VIDEOS, FILM_SECONDS = 16, 20
GROUPS = ("执法程序与文书", "市容环境卫生执法", "违法建筑治理", "典型案例与法制", "现场处置与沟通", "智慧执法")
# Title, the place of its group, stage.
PROJECTS = (
    ("行政处罚程序精讲", 0, "PUBLISHED"), ("执法文书制作规范", 0, "PUBLISHED"), ("占道经营执法要点", 1, "PUBLISHED"),
    ("听证与陈述申辩", 0, "ACCEPTED"), ("建筑垃圾全程监管", 1, "REVIEWING"), ("违法建筑认定与拆除", 2, "REVIEWING"),
    ("历史建筑保护执法", 2, "APPROVED"), ("涉诉案件复盘", 3, "APPROVED"), ("复议应诉实务", 3, "APPROVED"),
    ("冲突现场劝导", 4, "APPROVED"), ("信访接待与回复", 4, "PROPOSED"), ("无人机巡查取证", 5, "PROPOSED"),
    ("非现场执法平台操作", 5, "STOPPED"),
)  # fmt: skip
VIDEO_TITLES = (
    "流动摊贩劝离三步法", "店招店牌安全检查", "渣土车辆拦查要领", "油烟扰民现场取证", "共享单车停放管理", "户外广告执法流程",
    "生活垃圾分类执法", "毁绿占绿查处", "夜间施工噪声处置", "责令改正文书填写", "执法记录仪规范使用", "当场处罚办理",
    "暂扣物品保管移交", "违停告知与取证",
)  # fmt: skip
CLAIMS = ("ACCEPTED",) * 5 + ("SUBMITTED",) * 3 + ("RETURNED",) + ("CLAIMED",) * 3 + ("LAPSED", "REJECTED")
CASES = (("占道经营处罚案（指导案例）", "GUIDING", "PUBLISHED"), ("拆违决定被诉案", "LITIGATION", "SUBMITTED"),
         ("油烟扰民调解案", "REFERENCE", "DRAFT"))  # fmt: skip
BOOK, CHAPTERS = "新时代城市管理精细化执法", ("第一章 总论", "第二章 执法程序", "第三章 典型案例")
CASE_TEXT = "当事人某甲在某路段占用人行道设摊。执法人员现场检查、固定证据、责令改正，逾期未改后立案处罚。\n\n本案的要点是程序完整、证据充分、裁量适当。"
COMMENT = "依据准确，案例贴近一线；建议补充法律文书的填写示范。"


@dataclass(frozen=True)
class Workshop:
    """Who makes courses: `people` owe nothing more this year, so that the city's shares stay what they are."""

    units: Mapping[str, OrgUnit]
    tops: list[OrgUnit]
    people: Mapping[int, list[Officer]]
    signers: tuple[User, User]
    today: date

    def of(self, unit: OrgUnit, count: int) -> list[Officer]:
        """Of the unit where it has them, of the city otherwise."""
        own = self.people.get(unit.pk, []) or [one for officers in self.people.values() for one in officers]
        return own[:count]

    def judges(self, unit: OrgUnit) -> list[Officer]:
        elsewhere = [officers[-1] for key, officers in self.people.items() if key != unit.pk]
        return elsewhere[:2]


def workshop(units, tops: list[OrgUnit], done: list[Officer], signers, today: date) -> Workshop:
    people: dict[int, list[Officer]] = {}
    by_path = {top.path: top.pk for top in tops}
    for officer in done:
        people.setdefault(by_path[officer.unit.city_level_path], []).append(officer)
    return Workshop(units, tops, people, signers, today)


def develop_courses(shop: Workshop) -> str:
    """Says what was made."""
    groups = [_group(shop, number, name) for number, name in enumerate(GROUPS)]
    courses = iter(Course.objects.live().filter(versions__isnull=False).order_by("path").distinct())
    for title, place, stage in PROJECTS:
        _project(shop, groups[place], title, stage, courses)
    claims = _crowd(shop)
    works = _works(shop)
    return f"{len(groups)} groups, {len(PROJECTS)} course projects, {claims} crowd claims, {works} cases and chapters"


def _group(shop: Workshop, number: int, name: str) -> CourseDevelopmentGroup:
    unit = shop.units[CITY] if number < 3 else shop.tops[number % len(shop.tops)]
    maker, checker = shop.signers
    people = [officers[number % len(officers)] for officers in shop.people.values()][:5]
    begin = date(shop.today.year, 3, 1)
    group = CourseDevelopmentGroup.objects.create(
        name=f"{name}教研组", unit=unit, lead=people[number % len(people)], task=f"研究{name}的培训需求，开发配套课程、案例和课件。",
        from_on=begin, until_on=date(shop.today.year + 1, 12, 31), state="ACTIVE", made_by=maker, checked_by=checker,
        checked_at=timezone.now(),
    )  # fmt: skip
    topics = list(Topic.objects.all())
    group.topics.set(topics[number % len(topics) :][:2])
    GroupMember.objects.bulk_create(GroupMember(group=group, officer=one, since=begin) for one in people)
    for title, days in (("需求调研", -60), ("选题论证", -20), ("年度成果汇总", 45)):
        _milestone(shop, title, days, number, group=group)
    return group


def _milestone(shop: Workshop, title: str, days: int, number: int, **parent) -> None:
    due_on = shop.today + timedelta(days=days)
    is_late = days == -20 and number == 2
    Milestone.objects.create(title=title, due_on=due_on, done_on=due_on if days < 0 and not is_late else None, **parent)


def _project(shop: Workshop, group, title: str, stage: str, courses: Iterator[Course]) -> None:
    maker, checker = shop.signers
    is_out, is_seen = stage == "PUBLISHED", stage in ("PUBLISHED", "ACCEPTED", "REVIEWING")
    course = next(courses) if is_seen else None
    pinned = {"version": course.versions.order_by("-number").first(), "published_on": shop.today} if is_out else {}
    project = DevelopmentProject.objects.create(
        kind=Output.Kind.COURSEWARE, title=course.title if course else title, unit=group.unit, host=group.unit, group=group,
        made_by=maker, aim=f"面向一线执法人员，讲清{title}的依据、程序和常见问题。", course=course, stage=stage,
        due_on=shop.today + timedelta(days=60 if stage != "APPROVED" else 20),
        stop_reason="平台改版，课程内容并入新项目" if stage == "STOPPED" else "", **pinned,
    )  # fmt: skip
    for step, days in (("大纲和脚本", -20), ("样课试讲", 10)):
        _milestone(shop, step, days, 0, project=project)
    _sign(project, [row.officer for row in group.members.select_related("officer")[:3]])
    if course:
        verdict = "PASSED" if stage != "REVIEWING" else ""
        scores = ("95", "92") if title == PROJECTS[0][0] else ("86", "82")
        submission = _submission(project, Content(revision=course.latest_revision), verdict, checker, scores)
        _judge(shop, submission, scores if verdict else scores[:1])
    if is_out:
        _adopt(project, checker)
    if title == PROJECTS[0][0]:
        _flag(project, shop.signers)


def _flag(project: DevelopmentProject, signers) -> None:
    maker, checker = signers
    assert project.version is not None
    project.flagships.create(
        version=project.version, average=Decimal("93.50"), scored=2, reason="依据准确，实务性强，两名评审均在90分以上",
        made_by=maker, checked_by=checker, checked_at=timezone.now(),
    )  # fmt: skip
    Course.objects.filter(pk=project.course_id).update(is_flagship=True)


def _sign(output, people: list[Officer]) -> None:
    Contributor.objects.bulk_create(Contributor(output=output, **part._asdict()) for part in evenly(people))


def _submission(output, content: Content, verdict: str, decider: User, scores, *, reason: str = "") -> Submission:
    decided = {"decided_by": decider, "decided_at": timezone.now(), "reason": reason} if verdict else {}
    if verdict:
        decided |= {"average": sum(map(Decimal, scores)) / len(scores), "scored": len(scores)}
    return output.submissions.create(
        number=1, digest=content.digest, courseware=content.courseware, revision=content.revision, body=content.body,
        submitted_by=output.made_by, verdict=verdict, **decided,
    )  # fmt: skip


def _judge(shop: Workshop, submission: Submission, scores) -> None:
    """As many have sent theirs as there are scores; the others are at it."""
    rubric, now = version_on(RUBRIC, shop.today), timezone.now()
    for officer, score in zip(shop.judges(submission.output.unit), [*scores, None], strict=False):
        parts = {item["key"]: f"{Decimal(item['value']) * Decimal(score) / 100:.1f}" for item in rubric.formula["items"]} if score else {}  # fmt: skip
        sent = {"scores": parts, "total": Decimal(score), "comment": COMMENT, "sent_at": now} if score else {}
        PeerReview.objects.get_or_create(
            submission=submission, reviewer=officer.user,
            defaults={"rubric": rubric, "due_on": shop.today + timedelta(days=6), "begun_at": now, **sent},
        )  # fmt: skip


def _adopt(output, checker: User) -> None:
    output.checked_by, output.checked_at = checker, timezone.now()
    output.save(update_fields=["checked_by", "checked_at"])
    credit(Output.objects.select_related("checked_by").get(pk=output.pk))


def _crowd(shop: Workshop) -> int:
    maker, checker = shop.signers
    call = CrowdCall.objects.create(
        title=f"{shop.today.year}年执法微课众筹", unit=shop.units[CITY], target=VIDEOS, per_unit=-(-VIDEOS // len(shop.tops)),
        brief="每个5至10分钟，一课一事，讲清依据、步骤和常见错误；画面中不得出现当事人面部、车牌和住址。", state="OPEN",
        due_on=shop.today + timedelta(days=120), made_by=maker, checked_by=checker, checked_at=timezone.now(),
    )  # fmt: skip
    for title, state, unit in zip(VIDEO_TITLES, CLAIMS, cycle(shop.tops), strict=False):
        _claim(shop, call, unit, title, state)
    return len(CLAIMS)


def _claim(shop: Workshop, call: CrowdCall, unit: OrgUnit, title: str, state: str) -> None:
    people = shop.of(unit, 3)
    is_over = state in ("ACCEPTED", "LAPSED", "REJECTED")
    claim = Claim.objects.create(
        kind=Output.Kind.COURSEWARE, title=title, unit=unit, host=call.unit, call=call, state=state, made_by=people[0].user,
        due_on=shop.today + timedelta(days=-3 if state == "LAPSED" else 25), ended_at=timezone.now() if is_over else None,
    )  # fmt: skip
    _sign(claim, people)
    verdicts = {"ACCEPTED": "PASSED", "SUBMITTED": "", "RETURNED": "RETURNED", "REJECTED": "REJECTED"}
    if state not in verdicts:
        return
    scores = {"RETURNED": ("72", "64"), "REJECTED": ("58", "61")}.get(state, ("88", "84"))
    reason = {"RETURNED": "引用的条文已修订，请更新后重交", "REJECTED": "内容与已有课件重复"}.get(state, "")
    courseware = _courseware(title, claim.made_by)
    decider = shop.signers[1]
    if state == "ACCEPTED":
        check_courseware(courseware, actor=decider)
    submission = _submission(claim, Content(courseware=courseware), verdicts[state], decider, scores, reason=reason)
    _judge(shop, submission, scores if verdicts[state] else scores[:1])
    if state == "ACCEPTED":
        _adopt(claim, decider)


def _courseware(title: str, actor: User) -> Courseware:
    with film(title, ("依据", "步骤", "常见错误"), FILM_SECONDS).open("rb") as file:
        return add_courseware(title, Courseware.Kind.VIDEO, File(file, "film.mp4"), actor=actor)


def _works(shop: Workshop) -> int:
    for (title, form, state), unit in zip(CASES, cycle(shop.tops), strict=False):
        work = _work(shop, unit, title, form, state, source="优秀执法案例评选")
        if state != "DRAFT":
            _mask(work, shop.signers)
            _see_through(shop, work)
    book = _work(shop, shop.units[CITY], BOOK, "TEXTBOOK", "PUBLISHED", source="公开出版")
    for title in CHAPTERS:
        chapter = _work(shop, shop.units[CITY], title, "CHAPTER", "PUBLISHED", book=book)
        _see_through(shop, chapter)
    return len(CASES) + len(CHAPTERS)


def _work(shop: Workshop, unit: OrgUnit, title: str, form: str, state: str, **fields) -> Work:
    kind = Output.Kind.CHAPTER if form in ("TEXTBOOK", "CHAPTER") else Output.Kind.CASE
    work = Work.objects.create(
        kind=kind, title=title, unit=unit, host=unit, form=form, state=state, body=CASE_TEXT, made_by=shop.signers[0],
        published_on=shop.today if state == "PUBLISHED" else None, **fields,
    )  # fmt: skip
    _sign(work, shop.of(unit, 2))
    return work


def _mask(work: Work, signers) -> None:
    maker, checker = signers
    work.maskings.create(
        digest=content_of(work).digest, removed="当事人姓名、住址、摊位位置和执法人员姓名", made_by=maker, checked_by=checker,
        checked_at=timezone.now(),
    )  # fmt: skip


def _see_through(shop: Workshop, work: Work) -> None:
    is_out, scores = work.state == "PUBLISHED", ("90", "87")
    submission = _submission(work, content_of(work), "PASSED" if is_out else "", shop.signers[1], scores)
    _judge(shop, submission, scores if is_out else ())
    if is_out:
        _adopt(work, shop.signers[1])
