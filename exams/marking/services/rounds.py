"""The two blind rounds of a question: who marks what in each, and when the first freezes."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from exams.marking.allocation import BEFORE, DEPOSITED, Job, NobodyLeft, Person, allocate, is_drawn, order
from exams.marking.models import Assignment, Mark, MarkerBar, MarkingTask, Script
from exams.marking.models.marks import Stage
from exams.marking.services.preparing import new_code
from exams.marking.services.terms import number
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import User

LEAST = 2
Round = MarkingTask.Round


def lock_task(task: MarkingTask) -> MarkingTask:
    """Opening rounds and changing teams queue here."""
    rows = MarkingTask.objects.select_for_update(of=("self",), no_key=True).select_related("exam__unit")
    return rows.get(pk=task.pk)


def team_of(task: MarkingTask) -> list[Person]:
    return [Person(one.user_id, one.facts) for one in task.markers.current().order_by("user_id")]


def jobs_of(scripts: Iterable[Script]) -> list[Job]:
    """With whoever may not: who marked one before, and who is barred from it by a decision."""
    rows = list(scripts)
    excluded: dict[int, dict[int, str]] = defaultdict(dict)
    for script, user in MarkerBar.objects.filter(script__in=rows).values_list("script", "user"):
        excluded[script][user] = DEPOSITED
    for script, user in Mark.objects.filter(script__in=rows).values_list("script", "marker"):
        excluded[script][user] = BEFORE
    return [Job(one.pk, one.facts, excluded[one.pk]) for one in rows]


@transaction.atomic
def open_first(task: MarkingTask, *, actor) -> MarkingTask:
    """Hand the waiting scripts to the team for their first marks. Again after later windows, for what is new.

    ValidationError "team_too_small" | "nothing" | "nobody_left" with how many scripts nobody of the team may mark.
    """
    task = lock_task(task)
    scripts = list(task.scripts.filter(state=Script.State.WAITING))
    if not scripts:
        raise ValidationError("没有待分配的答卷：都已分配，或还没有生成。", code="nothing")
    _plan(task, scripts, Stage.FIRST)
    task.scripts.filter(pk__in=[one.pk for one in scripts]).update(state=Script.State.ROUND1)
    task.round = max(task.round, Round.FIRST)
    task.first_opened_at = task.first_opened_at or timezone.now()
    task.save(update_fields=["round", "first_opened_at"])
    record("marking.open_first", actor=actor, target=task, scripts=len(scripts))
    tell_team(task, "第一轮评卷已开始", "first")
    return task


def unfinished_first(task: MarkingTask) -> tuple[int, int]:
    """(without a first mark, in round one)."""
    rows = task.scripts.filter(state=Script.State.ROUND1)
    everyone = rows.count()
    return everyone - rows.filter(marks__stage=Stage.FIRST).count(), everyone


@transaction.atomic
def open_second(task: MarkingTask, *, actor) -> MarkingTask:
    """Freeze the first marks and hand the scripts to others; a sample goes again to whoever marked it, unknown to him.

    ValidationError "first_unfinished" with how many are missing, "nothing", "nobody_left".
    """
    task = lock_task(task)
    scripts = list(task.scripts.select_for_update(of=("self",)).filter(state=Script.State.ROUND1).order_by("pk"))
    missing, everyone = unfinished_first(task)
    if not scripts:
        raise ValidationError("没有可进入第二轮的答卷。", code="nothing")
    if missing:
        raise ValidationError(f"第一轮还有{missing}/{everyone}份没有评完，不能开第二轮。", code="first_unfinished")
    _plan(task, scripts, Stage.SECOND)
    _plant(task, scripts)
    task.scripts.filter(pk__in=[one.pk for one in scripts]).update(state=Script.State.ROUND2)
    task.round, task.second_opened_at = Round.SECOND, task.second_opened_at or timezone.now()
    task.save(update_fields=["round", "second_opened_at"])
    record("marking.open_second", actor=actor, target=task, scripts=len(scripts))
    tell_team(task, "第二轮评卷已开始", "second")
    return task


def _plan(task: MarkingTask, scripts: list[Script], stage: int) -> None:
    people = team_of(task)
    if len(people) < LEAST:
        raise ValidationError(f"本题阅卷员不足{LEAST}人，不能开评。请先添加阅卷员。", code="team_too_small")
    plan = planned(scripts, people, f"{task.seed}-{stage}", loads_of(task, stage))
    Assignment.objects.bulk_create(_assignment(task, one, stage, plan[one.pk]) for one in scripts)
    with connection.cursor() as cursor:
        # Thousands of rows the planner knows nothing of yet: each of the first scripts would take half a second.
        cursor.execute("ANALYZE marking_assignment, marking_script")


def planned(scripts: list[Script], people: list[Person], seed: str, loads: dict[int, int]) -> dict[int, int]:
    try:
        return allocate(jobs_of(scripts), people, seed, loads)
    except NobodyLeft as left:
        codes = "、".join(one.code for one in scripts if one.pk in set(left.scripts[:5]))
        raise ValidationError(
            f"{len(left.scripts)}/{len(scripts)}份答卷没有可评的人（都须回避或已评过）：{codes}等。请增加其他单位的阅卷员。",
            code="nobody_left",
        ) from left


def loads_of(task: MarkingTask, stage: int) -> dict[int, int]:
    rows = Assignment.objects.filter(script__task=task, stage=stage).values_list("marker", flat=True)
    return Counter(rows)


def place_of(task: MarkingTask, script: Script, stage: int) -> int:
    """One question version after the other, in an order of the seed's."""
    return script.version_id % 30_000 * 65_536 + int(order(task.seed, stage, script.code)[:4], 16)


def _assignment(task: MarkingTask, script: Script, stage: int, user: int) -> Assignment:
    return Assignment(script=script, stage=stage, marker_id=user, code=script.code, place=place_of(task, script, stage))


def _plant(task: MarkingTask, scripts: list[Script]) -> None:
    """The seeded sample: under other codes, among the scripts of the second round."""
    percent = number(task, "remark_percent")
    drawn = {one.pk: one for one in scripts if is_drawn(task.seed, "again", one.code, percent)}
    firsts = Mark.objects.filter(script__in=drawn, stage=Stage.FIRST).values_list("script", "marker")
    team = {one.user for one in team_of(task)}
    Assignment.objects.bulk_create(
        Assignment(
            script=drawn[script], stage=Stage.AGAIN, marker_id=user, code=new_code(),
            place=place_of(task, drawn[script], Stage.AGAIN),
        )
        for script, user in firsts
        if user in team
    )  # fmt: skip


def tell_team(task: MarkingTask, what: str, key: str) -> None:
    users = [one.user for one in task.markers.current().select_related("user")]
    link = reverse("marking:desk", args=[task.exam_id, task.cell])
    body = f"{task.exam}：{task.title}，满分{task.full.normalize():f}分。请在评卷台评阅。"
    notify(
        users,
        title=f"{what}：{task.title}",
        body=body,
        link=link,
        once_key=f"marking:{task.pk}:{key}:{task.scripts.count()}",
    )


def tell_of_more(task: MarkingTask, user: int) -> None:
    """Once a day, and without saying that it is a third mark."""
    notify(
        User.objects.filter(pk=user), title=f"评卷台有新的答卷：{task.title}", body=f"{task.exam}：{task.title}。",
        link=reverse("marking:desk", args=[task.exam_id, task.cell]),
        once_key=f"marking:{task.pk}:more:{timezone.localdate()}",
    )  # fmt: skip
