"""The site's first pages: the home page, the shelf and the published courses.

One quotes real articles of the Administrative Penalty Law (2021 revision); the others say that they are placeholders.
"""

from dataclasses import dataclass

from django.core.files.base import ContentFile, File
from django.core.management import call_command
from wagtail.models import Page, Site

from courses.catalogue.models import CatalogueIndex, Course, Courseware, ItemCode, Lesson, LessonQuestion, Topic
from courses.catalogue.services.courseware import add_courseware, check_courseware
from lms.portal.demo.basis import COERCION, ITEMS, PENALTIES, PENALTIES_OLD, write_basis
from lms.portal.demo.media import film, paper
from lms.portal.demo.titles import FORMS, TITLES, Title
from lms.portal.models import HomePage
from lms.rules.models import Category

PLACEHOLDER = "〔演示内容〕"
READ_BEFOREHAND = 10
# C17 cites a version that has been replaced, so that the list of courses to revise has a line.
_CITED = {
    "C05": (PENALTIES,), "C09": (PENALTIES,), "C16": (PENALTIES,), "C17": (PENALTIES_OLD,), "C06": (COERCION,),
    "C21": (PENALTIES, COERCION), "M01": (PENALTIES,), "M02": (PENALTIES,), "M03": (PENALTIES,), "M04": (PENALTIES,),
}  # fmt: skip
_WITHOUT_ITEMS = {"politics", "field", "office"}


@dataclass(frozen=True)
class Outline:
    code: str
    title: str
    summary: str
    lessons: tuple[tuple[str, int, str], ...]  # title, minutes, body
    level: str = Course.Level.BASIC
    category: str = Category.LAW
    module: str = ""


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def _placeholder(topic: str) -> str:
    return _paragraphs(
        f"{PLACEHOLDER}本节讲{topic}。正式课文由课程编辑撰写、法制部门审核后发布，此处只为演示学习、计时和入账的过程。",
        "读满本节规定的时间后，可以进入下一节；全部读完，学时学分按在线课程规则记入台账。",
    )


_PENALTIES = _paragraphs(
    "《中华人民共和国行政处罚法》由1996年3月17日第八届全国人民代表大会第四次会议通过，2021年1月22日第十三届全国人民代表大会"
    "常务委员会第二十五次会议修订，自2021年7月15日起施行。",
) + (
    "<h3>第九条　处罚的种类</h3>"
    "<p>行政处罚的种类：</p><ul><li>（一）警告、通报批评；</li><li>（二）罚款、没收违法所得、没收非法财物；</li>"
    "<li>（三）暂扣许可证件、降低资质等级、吊销许可证件；</li>"
    "<li>（四）限制开展生产经营活动、责令停产停业、责令关闭、限制从业；</li><li>（五）行政拘留；</li>"
    "<li>（六）法律、行政法规规定的其他行政处罚。</li></ul>"
    "<h3>要点</h3><p>责令改正不在上列种类之中。先分清作出的是处罚还是责令改正，文书、程序和救济途径都不同。</p>"
)
_LENIENCY = (
    "<h3>第三十三条　不予处罚</h3><p>违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。初次违法且危害后果轻微并及时改正的，"
    "可以不予行政处罚。</p><p>当事人有证据足以证明没有主观过错的，不予行政处罚。法律、行政法规另有规定的，从其规定。</p>"
    "<p>对当事人的违法行为依法不予行政处罚的，行政机关应当对当事人进行教育。</p>"
    "<h3>第三十六条　时效</h3><p>违法行为在二年内未被发现的，不再给予行政处罚；涉及公民生命健康安全、金融安全且有危害后果的，"
    "上述期限延长至五年。法律另有规定的除外。</p><p>前款规定的期限，从违法行为发生之日起计算；违法行为有连续或者继续状态的，"
    "从行为终了之日起计算。</p><h3>要点</h3><p>“轻微不罚”是应当，“首违不罚”是可以：前者没有危害后果，后者危害后果轻微。</p>"
)
_PROCEDURE = (
    "<h3>第四十二条　执法人员</h3><p>行政处罚应当由具有行政执法资格的执法人员实施。执法人员不得少于两人，法律另有规定的除外。</p>"
    "<h3>第五十一条　当场处罚</h3><p>违法事实确凿并有法定依据，对公民处以二百元以下、对法人或者其他组织处以三千元以下罚款或者警告的"
    "行政处罚的，可以当场作出行政处罚决定。法律另有规定的，从其规定。</p>"
    "<h3>第六十条　办案期限</h3><p>行政机关应当自行政处罚案件立案之日起九十日内作出行政处罚决定。法律、法规、规章另有规定的，"
    "从其规定。</p>"
    "<h3>第六十三条、第六十四条　听证</h3><p>拟作出较大数额罚款、没收较大数额违法所得或者没收较大价值非法财物、降低资质等级或者"
    "吊销许可证件、责令停产停业或者责令关闭或者限制从业等决定的，应当告知当事人有要求听证的权利；当事人要求听证的，应当组织听证。"
    "当事人不承担行政机关组织听证的费用。</p><p>当事人要求听证的，应当在行政机关告知后五日内提出；行政机关应当在举行听证的七日前，"
    "通知当事人及有关人员听证的时间、地点。</p>"
    "<h3>要点</h3><p>当场处罚看金额和对象，听证看处罚种类和数额，两条线不要混。</p>"
)
OUTLINES = (
    Outline(
        "C05", "行政处罚法要点", "处罚种类、不予处罚与时效、程序与听证：2021年修订后常用的八条。",
        (("处罚的种类", 15, _PENALTIES), ("不予处罚与时效", 15, _LENIENCY), ("程序、期限与听证", 15, _PROCEDURE)),
    ),
    Outline(
        "C17", "案件审核与案卷评查", f"{PLACEHOLDER}审核什么、评查怎样打分。",
        (("案件审核的内容", 20, _placeholder("案件审核的内容")), ("案卷评查的要点", 20, _placeholder("案卷评查的要点"))),
        level=Course.Level.ADVANCED,
    ),
    Outline(
        "C25", "建筑垃圾全链条监管", f"{PLACEHOLDER}从产生、运输到消纳，各环节查什么。",
        (("产生与申报", 15, _placeholder("产生与申报")), ("运输与消纳", 15, _placeholder("运输与消纳"))),
        level=Course.Level.INTERMEDIATE,
    ),
    Outline(
        "C01", "习近平法治思想专题", f"{PLACEHOLDER}政治理论必修，记入学籍。",
        (("专题学习", 45, _placeholder("习近平法治思想")),), category=Category.POLITICS, module="XI_LAW",
    ),
    Outline(
        "C02", "廉政警示教育（年度）", f"{PLACEHOLDER}年度必修。",
        (("年度警示教育", 45, _placeholder("廉政警示教育")),), category=Category.SKILLS, module="INTEGRITY",
    ),
    Outline(
        "C37", "微课：721工作法", "一分钟读完：七分服务、两分管理、一分执法。",
        (
            (
                "721工作法", 1,
                _paragraphs(
                    "“721工作法”指七分用服务手段解决、两分用管理手段解决、一分用执法手段解决：变被动管理为主动服务，变末端执法为"
                    "源头治理。",
                    f"{PLACEHOLDER}本微课只有一节，读满一分钟即可完成，用来走一遍学习、计时和入账的全过程。",
                ),
            ),
        ),
    ),
)  # fmt: skip


SMALL_SECONDS = 45
SMALL_ITEMS = 60
_MICRO = ("当场处罚的三个条件", "听证告知的时间", "责令改正不是处罚")
_MICRO_LINES = (
    ("违法事实确凿并有法定依据。", "对公民二百元以下、对单位三千元以下罚款或者警告。", "法律另有规定的，从其规定。"),
    ("告知当事人有要求听证的权利。", "当事人在告知后五日内提出。", "举行听证的七日前通知时间、地点。"),
    ("处罚的种类由法律列明。", "责令改正不在其中。", "文书、程序和救济途径都不同。"),
)


def publish_site(profile: str, signers) -> list[Course]:
    """Make the home page the site's root and publish the courses through Wagtail, which freezes their versions."""
    home = _home()
    shelf = home.add_child(instance=CatalogueIndex(title="课程目录", slug="courses"))
    call_command("set_up_workflow", verbosity=0)
    publisher = Publisher(shelf, write_basis(SMALL_ITEMS if profile == "small" else ITEMS), signers)
    written = {outline.code: outline for outline in OUTLINES}
    titles = [one for one in TITLES if profile != "small" or one.code in written]
    courses = [publisher.publish(written.get(one.code) or outline_of(one), one.topic) for one in titles]
    return [*courses, *publisher.publish_media(SMALL_SECONDS if profile == "small" else None)]


def outline_of(title: Title) -> Outline:
    """Placeholder lessons; what is taught in a room shows only what one reads beforehand."""
    if title.is_online:
        parts: tuple[str, ...] = ("要点", "常见问题")
        minutes, summary = title.minutes, f"{PLACEHOLDER}{title.title}。"
    else:
        forms = "、".join(FORMS[form] for form in title.forms.split("/") if form in FORMS)
        minutes, parts = READ_BEFOREHAND, ("课前预习",)
        summary = f"{PLACEHOLDER}{forms}课程，{title.minutes}分钟，须到课；此处只有课前预习材料。"
    lessons = tuple((part, minutes // len(parts), _placeholder(f"{title.title}：{part}")) for part in parts)
    return Outline(title.code, title.title, summary, lessons, level=title.level)


def _home() -> HomePage:
    root = Page.get_first_root_node()
    root.title = root.draft_title = "全部页面"
    root.save()
    home = root.add_child(instance=HomePage(title="城管学堂", slug="xuetang"))
    site, _ = Site.objects.get_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    welcome = site.root_page
    site.root_page, site.site_name = home, home.title
    site.save()
    if welcome.specific_class is Page and welcome.depth > 1:
        welcome.delete()
    return HomePage.objects.get(pk=home.pk)


class Publisher:
    """Puts courses on the shelf; `signers` upload and check the files."""

    def __init__(self, shelf: CatalogueIndex, sources: dict, signers):
        self.shelf, self.sources, self.signers = shelf, sources, signers
        self.topics = {topic.code: topic for topic in Topic.objects.all()}
        self.items = list(ItemCode.objects.all())

    def publish(self, outline: Outline, topic: str) -> Course:
        lessons = [Lesson(title=title, minutes=minutes, body=body) for title, minutes, body in outline.lessons]
        about = {name: getattr(outline, name) for name in ("code", "title", "summary", "level", "category", "module")}
        return self._put(about, lessons, topic)

    def publish_media(self, seconds: int | None) -> list[Course]:
        """Three micro-courses of 12 minutes and one of 26, all with questions, and a paper; shorter where asked."""
        made = [
            self._film(f"M{number:02d}", f"微课：{title}", lines, seconds or 12 * 60)
            for number, (title, lines) in enumerate(zip(_MICRO, _MICRO_LINES, strict=True), 1)
        ]
        if seconds is None:
            made.append(
                self._film("M04", "行政处罚程序串讲", tuple(line for one in _MICRO_LINES for line in one), 26 * 60)
            )
        return [
            *made,
            self._paper("M05", "执法记录仪使用要点（PDF）", ("出勤前检查电量和时间。", "执法全过程不间断记录。")),
        ]

    def _film(self, code: str, title: str, lines: tuple[str, ...], seconds: int) -> Course:
        with film(title, lines, seconds).open("rb") as file:
            courseware = self._courseware(title, Courseware.Kind.VIDEO, File(file, f"{code}.mp4"))
        lesson = Lesson(title=title, kind=Lesson.Kind.VIDEO, courseware=courseware, body=_paragraphs(*lines))
        lesson.questions = [
            LessonQuestion(at=seconds * part // 3, stem="这一页讲的是哪一条？", options="\n".join(lines[:3]), answer=part - 1,
                           explain=f"{PLACEHOLDER}见画面。", sort_order=part)
            for part in (1, 2)
        ]  # fmt: skip
        summary = f"{PLACEHOLDER}视频为生成的幻灯片和走时，用来走一遍观看、断网续传、随堂题和入账的过程。"
        return self._put({"code": code, "title": title, "summary": summary}, [lesson], "procedure")

    def _paper(self, code: str, title: str, lines: tuple[str, ...]) -> Course:
        content = ContentFile(paper(title, lines), f"{code}.pdf")
        courseware = self._courseware(title, Courseware.Kind.PDF, content)
        lesson = Lesson(title=title, kind=Lesson.Kind.PDF, courseware=courseware, minutes=10)
        return self._put({"code": code, "title": title, "summary": f"{PLACEHOLDER}PDF课件。"}, [lesson], "procedure")

    def _courseware(self, title: str, kind: str, file: File) -> Courseware:
        made_by, checked_by = self.signers
        return check_courseware(add_courseware(title, kind, file, actor=made_by), actor=checked_by)

    def _put(self, about: dict, lessons: list[Lesson], topic: str) -> Course:
        course = Course(**about, slug=about["code"].lower(), live=False)
        for place, lesson in enumerate(lessons):
            lesson.sort_order = place
        course.lessons = lessons
        self.shelf.add_child(instance=course)
        course.topics = [self.topics[topic]]
        course.sources = [self.sources[key] for key in _CITED.get(course.code, ())]
        place = len(self.items) and course.pk % len(self.items)
        course.items = self.items[place : place + 2] if topic not in _WITHOUT_ITEMS else []
        course.save_revision().publish()
        return course
