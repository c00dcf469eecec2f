"""An exam whose written answers people mark, at any point of its marking."""

from decimal import Decimal

from django.utils import timezone

from exams.marking.models import Assignment, MarkingTask, Script
from exams.marking.rubric import Line
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import Outcome, Sent, lines_for, save_mark
from exams.marking.services.preparing import make_scripts, make_tasks, waiting
from exams.marking.services.rounds import open_first, open_second
from exams.marking.services.teams import set_team
from exams.sittings.models import Answer, Attempt, Exam
from lms.people.models import User
from tests import factory
from tests.exams.papers.factory import make_bank, make_blueprint, make_question
from tests.exams.sittings.factory import make_attempt, make_sitting

RUBRIC = (("证据固定", "0.24"), ("程序适用", "0.28"), ("裁量情节", "0.24"), ("文书制作", "0.16"), ("表述规范", "0.08"))
WRITTEN = "一、证据方面。到达现场后先亮证。\n二、程序方面。可以适用简易程序。"


def essay(stem="请依次写出应固定的证据和适用的程序。") -> dict:
    rubric = [{"text": text, "share": share} for text, share in RUBRIC]
    return {"type": "short_answer", "stem": stem, "reference": "略。", "rubric": rubric}


def make_written_exam(unit, *, cells=(("short_answer", 1, 50),), code="W1", **fields) -> Exam:
    """A published level exam of written questions only, each from a bank that holds exactly as many as asked."""
    bank = make_bank(unit, code=f"bank-{code}")
    for kind, count, _ in cells:
        for at in range(count):
            content = essay(f"第{at + 1}题，请写出程序。") if kind == "short_answer" else None
            make_question(bank, kind, content=content)
    blueprint = make_blueprint(bank, *cells, code=f"P-{code}")
    return Exam.objects.create(
        code=code, title="基础级等级能力考试", unit=unit, kind="LEVEL", level="BASIC", blueprint=blueprint,
        made_by=factory.make_user(), checked_by=factory.make_user(), checked_at=timezone.now(),
        **{"grace_seconds": 60, "limit_minutes": 120, "pass_percent": 60, **fields},
    )  # fmt: skip


def hand_in(attempt: Attempt, answers: dict | None = None) -> Attempt:
    """Answered (every slot alike by default) and handed in an hour ago, past the clock."""
    slots = attempt.paper.items.values_list("slot", flat=True)
    given = dict.fromkeys(slots, WRITTEN) if answers is None else answers
    now = timezone.now()
    Answer.objects.bulk_create(
        Answer(attempt=attempt, slot=slot, rev=1, payload=payload, received_at=now) for slot, payload in given.items()
    )
    attempt.state, attempt.epoch, attempt.how = Attempt.State.SUBMITTED, 1, Attempt.How.SELF
    attempt.started_at = attempt.finished_at = attempt.submitted_at = now
    attempt.save()
    return attempt


def written(unit, people=4, *, answers=None, **fields) -> Exam:
    """So many attempts handed in."""
    exam = make_written_exam(unit, **fields)
    sitting = make_sitting(exam)
    for _ in range(people):
        hand_in(make_attempt(sitting), answers)
    return exam


def make_markers(unit, count=3) -> list[User]:
    return [factory.make_staff("MARKER", unit, name=f"阅卷员{number}") for number in range(1, count + 1)]


def prepared(exam, *, actor=None) -> list[MarkingTask]:
    tasks = make_tasks(exam, actor=actor or factory.make_user())
    make_scripts(exam, list(waiting(exam)))
    return tasks


def quiet(task, **terms) -> MarkingTask:
    """Without thirds by chance or nearness, unless a test asks for them."""
    task.terms |= {"sample_percent": "0", "near_percent": "0", "remark_percent": "0", **terms}
    task.save()
    return task


def in_first(unit, people=4, *, markers=None, exam=None, **terms) -> tuple[MarkingTask, list[User]]:
    """The first round of the first question is open."""
    exam = exam or written(unit, people)
    task = quiet(prepared(exam)[0], **terms)
    markers = markers or make_markers(unit)
    set_team(task, markers, actor=factory.make_user())
    return open_first(task, actor=factory.make_user()), markers


def in_second(unit, people=4, *, total=30, **fields) -> tuple[MarkingTask, list[User]]:
    """Everything has a first mark of `total`, and the second round is open."""
    task, markers = in_first(unit, people, **fields)
    for user in markers:
        mark_all(task, user, total)
    return open_second(task, actor=factory.make_user()), markers


def points_for(lines: list[Line], total) -> dict[str, str]:
    """Points that add up to a total, the first lines full."""
    left, found = Decimal(total), {}
    for line in lines:
        given = Decimal(0) if line.is_blank else min(left, line.full)
        left -= given
        found[line.key] = f"{given.normalize():f}"
    return found


def give(assignment: Assignment, user: User, total, *, version=0, comment="") -> Outcome:
    return save_mark(assignment, Sent(points_for(lines_for(assignment.script), total), comment, version), actor=user)


def mark_next(task, user, total) -> Script | None:
    found = hand_out(task, user)
    if found is None:
        return None
    give(found, user, total)
    return Script.objects.get(pk=found.script_id)


def mark_all(task, user, total) -> int:
    done = 0
    while mark_next(task, user, total) is not None:
        done += 1
    return done


def assignment_of(script, stage) -> Assignment:
    return Assignment.objects.select_related("marker", "script").get(script=script, stage=stage)
