"""A level exam with a written case, its marking half done: round one finished, round two under way, one for the chief."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from courses.catalogue.models.references import Level
from exams.bank.formats.markup import plain
from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import digest
from exams.marking.models import Mark, MarkingTask
from exams.marking.rubric import Line
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import Sent, flag, lines_for, save_mark
from exams.marking.services.preparing import make_scripts, make_tasks, waiting
from exams.marking.services.rounds import open_first, open_second
from exams.marking.services.teams import set_team
from exams.papers.models import Blueprint, BlueprintCell, Paper
from exams.papers.services.blueprints import save_blueprint
from exams.papers.services.sealing import approve_blueprint
from exams.sittings.models import Answer, AnswerEvent, Attempt, Exam, Sitting
from exams.sittings.services.candidates import add_candidates
from exams.sittings.services.exams import draft_exam, publish_exam
from exams.sittings.services.preparing import prepare
from exams.sittings.services.submitting import close
from exams.sittings.services.windows import add_sitting
from lms.people.models import Officer, User
from lms.portal.demo.exams import Office

EACH, FULL, LIMIT, WRITTEN = 36, 50, 90, "written"
STEM = (
    "<p>【占位试题】某商户在门前人行道堆放货物，经劝导后仍未清理。请依次写出：一、现场应固定哪些证据；"
    "二、适用何种程序并说明理由；三、裁量时应考虑哪些情节；四、应制作哪些文书。</p>"
)
RUBRIC = (
    ("一、证据固定：全景细部、测量、笔录、劝导记录", "0.24"), ("二、程序适用：结论、理由、转换条件", "0.28"),
    ("三、裁量情节：情节列举与说理", "0.24"), ("四、文书制作：必备文书", "0.16"), ("表述规范：用语准确、条理清楚", "0.08"),
)  # fmt: skip
PARTS = (
    (
        "一、证据方面。到达现场后先亮证、开启执法记录仪，拍摄堆放物的全景、方位和细部照片，测量占用人行道的长度和宽度，"
        "制作现场检查笔录，由当事人和见证人签字。",
        "对此前劝导的时间、方式和当事人答复，应一并提取劝导记录，用来说明其经劝导仍未改正。",
    ),
    (
        "二、程序方面。事实清楚、证据确凿，拟作出的罚款在当场处罚的限额以内的，可以适用简易程序。",
        "超出限额，或者当事人对事实有争议的，应当转为普通程序，立案后由两名以上执法人员调查。",
    ),
    (
        "三、裁量方面。考虑占用面积、持续时间、是否影响通行、是否初次、是否主动改正。",
        "当事人在责令期限内清理完毕的，可以从轻，并在决定书里写明裁量理由。",
    ),
    (
        "四、文书方面。现场检查笔录、责令改正通知书、询问笔录、处罚决定书、送达回证。",
        "采用普通程序的，还应有立案审批表。",
    ),
)
MARKERS = ("MARKER", "MARKER-PD", "MARKER-XH")


def hold_marking(office: Office, officers: Mapping[str, Officer]) -> int:
    """How many scripts there are."""
    chance = random.Random(EACH)  # noqa: S311 - a demo
    serving = [one for _, one in sorted(officers.items()) if one.status == "SERVING"]
    people = serving[7 :: max(1, len(serving) // EACH)][:EACH]
    exam = _exam(office, _blueprint(office), people)
    for attempt in Attempt.objects.filter(candidate__exam=exam).select_related("candidate", "paper").order_by("pk"):
        _hand_in(attempt, exam.sittings.get().opens_at, chance)
    task = make_tasks(exam, actor=office.admin)[0]
    made = make_scripts(exam, list(waiting(exam)))
    markers = list(User.objects.filter(username__in=MARKERS).order_by("username"))
    _mark(task, markers, office, chance)
    return made


def _blueprint(office: Office) -> Blueprint:
    bank = QuestionBank.objects.create(code=WRITTEN, name="主观题库（演示）", unit=office.city)
    content = {
        "type": "short_answer", "stem": STEM, "reference": "<p>按评分细则各点给分；言之成理的可酌情给分。</p>",
        "rubric": [{"text": text, "share": share} for text, share in RUBRIC],
    }  # fmt: skip
    question = Question.objects.create(bank=bank, type="short_answer", level=Level.BASIC)
    setter, reviewer = (User.objects.get(username=f"EXAM-{name}") for name in ("SETTER", "REVIEWER"))
    question.current = QuestionVersion.objects.create(
        question=question, number=1, content=content, stem_text=plain(STEM), digest=digest(content), made_by=setter,
        checked_by=reviewer, checked_at=timezone.now(),
    )  # fmt: skip
    question.state = Question.State.ACTIVE
    question.save()
    blueprint = Blueprint(code="LEVEL-WRITTEN", name="案例分析方案", unit=office.city)
    cells = [BlueprintCell(type="short_answer", count=1, marks=Decimal(FULL))]
    banks = QuestionBank.objects.filter(pk=bank.pk)
    return approve_blueprint(save_blueprint(blueprint, cells, banks, actor=office.admin), actor=office.chief)


def _exam(office: Office, blueprint: Blueprint, people: Sequence[Officer]) -> Exam:
    today = timezone.localdate()
    exam = draft_exam(
        Exam(
            code="LEVEL-BASIC-CASE", title="基础级等级能力考试（案例分析）", unit=office.city, kind=Exam.Kind.LEVEL,
            level=Level.BASIC, blueprint=blueprint, forms=1, limit_minutes=LIMIT, grace_seconds=30,
        ),
        actor=office.admin, day=today,
    )  # fmt: skip
    begin = timezone.now() + timedelta(hours=1)
    sitting = Sitting(exam=exam, opens_at=begin, closes_at=begin + timedelta(minutes=LIMIT))
    sitting = add_sitting(sitting, actor=office.admin)
    add_candidates(sitting, people, actor=office.admin)
    exam = publish_exam(exam, actor=office.chief)
    prepare(exam, list(exam.candidates.order_by("pk")))
    opened = timezone.make_aware(datetime.combine(today - timedelta(days=3), time(9)))
    exam.sittings.update(opens_at=opened, closes_at=opened + timedelta(minutes=LIMIT))
    papers = Attempt.objects.filter(candidate__exam=exam).values("paper")
    Paper.objects.filter(pk__in=papers).update(opens_at=opened)
    return exam


def _hand_in(attempt: Attempt, opened: datetime, chance: random.Random) -> None:
    attempt.state, attempt.epoch, attempt.started_at = Attempt.State.OPEN, 1, opened
    attempt.deadline_at = opened + timedelta(minutes=LIMIT)
    attempt.save(update_fields=["state", "epoch", "started_at", "deadline_at"])
    row = {
        "attempt": attempt,
        "slot": 1,
        "rev": 1,
        "payload": _text(chance),
        "received_at": opened + timedelta(hours=1),
    }
    AnswerEvent.objects.create(**row, epoch=1, kind=AnswerEvent.Kind.STORED)
    Answer.objects.create(**row)
    close(attempt, Attempt.How.SELF, opened + timedelta(minutes=70))


def _text(chance: random.Random) -> str:
    """Of each part its first sentence, and mostly the second."""
    return "\n".join(first + (second if chance.random() < 0.7 else "") for first, second in PARTS)


def _mark(task: MarkingTask, markers: Sequence[User], office: Office, chance: random.Random) -> None:
    set_team(task, markers, actor=office.admin)
    open_first(task, actor=office.admin)
    for user in markers:
        _give(task, user, EACH, chance)
    open_second(task, actor=office.admin)
    for user in markers:
        _give(task, user, EACH // 6, chance)
    doubtful = hand_out(task, markers[0])
    if doubtful:
        flag(doubtful, "第三问的作答写在第二问之后，请主考定如何计分。", actor=markers[0])


def _give(task: MarkingTask, user: User, most: int, chance: random.Random) -> None:
    for _ in range(most):
        found = hand_out(task, user)
        if found is None:
            return
        share = Decimal(chance.choice(["0.55", "0.7", "0.75", "0.8", "0.8", "0.9", "1"]))
        points = {line.key: _points(line, share) for line in lines_for(found.script)}
        told = save_mark(found, Sent(points, "程序转换条件写得完整。" if share > Decimal("0.8") else ""), actor=user)
        Mark.objects.filter(pk=told.mark.pk).update(seconds=chance.randint(150, 420))


def _points(line: Line, share: Decimal) -> str:
    return f"{(line.full * share).quantize(Decimal(1)).normalize():f}"
