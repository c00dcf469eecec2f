"""D4 from the last hand-in on: two blind rounds, thirds, the release by two persons, twelve appeals."""

from decimal import Decimal

from exams.marking.models import Assignment, MarkingTask, Script
from exams.marking.services.handing import hand_out
from exams.marking.services.rounds import open_first, open_second
from exams.marking.services.teams import set_team
from exams.results.models import ExamAppeal, Finding
from exams.results.services.appeals import file_appeal
from exams.results.services.deciding import accept, decide_marks
from exams.results.services.releasing import carry_out, propose_release
from exams.sittings.models import Attempt, Exam, Outcome
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.people.models import User
from tests.exams.marking.factory import give, make_markers, prepared, quiet

FIRST, AGREED, APART, EXACTLY, THIRD = 47, 47, 30, 37, 45
MARKERS, APPEALS = 6, 12


def second_of(place: int) -> int:
    """Of ten scripts one is 17 apart, and one 10, which is not more than 10."""
    return {0: APART, 1: EXACTLY}.get(place % 10, AGREED)


def mark_all(task: MarkingTask, users: list[User], total_of) -> int:
    """Until nobody of the team has anything left: a third may fall to somebody who was through."""
    done, before = 0, -1
    while done > before:
        before = done
        for user in users:
            while (found := hand_out(task, user)) is not None:
                give(found, user, total_of(found.script_id))
                done += 1
    return done


def marked(exam: Exam, city, admin) -> MarkingTask:
    """Every case twice by two people, a third where they are more than 10 of 50 apart."""
    (task,) = prepared(exam, actor=admin)
    assert task.full == 50
    quiet(task)
    users = make_markers(city, MARKERS)
    set_team(task, users, actor=admin)
    waiting = list(Script.objects.filter(exam=exam, state="WAITING").order_by("pk").values_list("pk", flat=True))
    places = {pk: at for at, pk in enumerate(waiting)}
    open_first(task, actor=admin)
    assert mark_all(task, users, lambda pk: FIRST) == len(waiting)
    open_second(task, actor=admin)
    thirds = sum(second_of(at) == APART for at in places.values())
    done = mark_all(task, users, lambda pk: THIRD if is_third(pk) else second_of(places[pk]))
    assert done == len(waiting) + thirds
    assert Script.objects.filter(exam=exam, cause="THIRD").count() == thirds > 0
    finals = {pk: Script.objects.get(pk=pk).final for pk in waiting[:12]}
    assert [finals[pk] for pk in waiting[:3]] == [46, 42, 47], "the nearest pair, ten apart, agreed"
    for script in Script.objects.filter(exam=exam).prefetch_related("assignments")[:50]:
        people = [one.marker_id for one in script.assignments.all()]
        assert len(people) == len({*people}), "nobody marks a script twice"
    return task


def is_third(pk: int) -> bool:
    return Assignment.objects.filter(script=pk, stage=3).exists()


def told(exam: Exam, chief, admin) -> list[Attempt]:
    """Proposed by the chief, carried out by the office; everybody who sat has a result."""
    proposed = propose_release(exam, list(exam.sittings.order_by("number")), actor=chief, feedback="POINTS")
    carry_out(proposed, actor=admin)
    attempts = list(Attempt.objects.filter(candidate__exam=exam, state="SUBMITTED").order_by("pk"))
    assert Outcome.objects.count() == proposed.released.count() == len(attempts)
    job = Job.objects.get(kind="results.follow")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.held) == ("DONE", len(attempts), 0), job.failure
    return attempts


def appealed(exam: Exam, attempts: list[Attempt], handler: User) -> dict[str, list[ExamAppeal]]:
    """Twelve, of which two go up and one goes down."""
    found: dict[str, list[ExamAppeal]] = {"RAISED": [], "LOWERED": [], "KEPT": []}
    written = [one for one in attempts if Script.objects.filter(attempt=one, final__gt=0).count() == 2]
    for at, attempt in enumerate(written[:APPEALS]):
        script = Script.objects.filter(attempt=attempt).order_by("slot").first()
        appeal = ExamAppeal(attempt=attempt, kind="QUESTION", slot=script.slot, text="程序部分应当给分。")
        appeal = file_appeal(appeal, actor=attempt.candidate.officer.user, accepts_lower=True)
        accept(appeal, actor=handler)
        change = {0: Decimal(2), 1: Decimal(1), 2: Decimal(-3)}.get(at)
        findings = [Finding(slot=script.slot, is_by_hand=True, marks=script.final + change)] if change else []
        appeal = decide_marks(appeal, findings, actor=handler, reply="已按评分标准复核。")
        found[appeal.result].append(appeal)
    return found
