"""Why results cannot be released yet, each with who or what it is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Max, Q, QuerySet

from exams.marking.models import Script
from exams.marking.services.finals import unmarked
from exams.results.models import ExamVoiding
from exams.results.services.marks import slots_by_hand
from exams.sittings.models import Attempt, Candidate, Exam, Incident, LateAcceptance, Sitting, Voiding
from exams.sittings.services.starting import database_now

SHOWN = 50
State = Attempt.State


@dataclass(frozen=True)
class Obstacle:
    code: str
    text: str
    count: int
    lines: list[str] = field(default_factory=list)


def due(exam: Exam, sittings: Iterable[Sitting]) -> QuerySet[Attempt]:
    """What a release of these windows would tell: handed in and not told before."""
    rows = Attempt.objects.filter(candidate__exam=exam, candidate__sitting__in=sittings, state=State.SUBMITTED)
    return rows.filter(outcomes=None).select_related("candidate__officer__user").order_by("pk")


def obstacles(exam: Exam, sittings: list[Sitting]) -> list[Obstacle]:
    """In the order a person would clear them."""
    attempts = list(due(exam, sittings))
    found = [
        _voided(exam), _running(sittings), _unregistered(sittings), _unscored(attempts), _unmarked(exam, attempts),
        _corrections(exam), _undecided(exam, sittings), _incidents(sittings),
    ]  # fmt: skip
    if not attempts:
        found.append(Obstacle("nobody", "所选场次没有待发布的答卷。", 0))
    return [one for one in found if one]


def _of(code: str, text: str, lines: list[str], count: int | None = None) -> Obstacle | None:
    return Obstacle(code, text, count or len(lines), lines[:SHOWN]) if lines else None


def _voided(exam: Exam) -> Obstacle | None:
    if ExamVoiding.objects.done().filter(exam=exam, attempt=None).exists():
        return Obstacle("voided", "整场考试已作废，不能再发布成绩。", 1)
    return None


def _running(sittings: list[Sitting]) -> Obstacle | None:
    now = database_now()
    running = [f"第{one.number}场" for one in sittings if one.closes_at is None or one.closes_at >= now]
    if running:
        return _of("not_over", "场次还没有结束。", running)
    rows = Attempt.objects.filter(candidate__sitting__in=sittings, state=State.OPEN).order_by("candidate__number")
    return _of("still_open", "还有没收的答卷，到时会自动收卷。", list(rows.values_list("candidate__number", flat=True)))


def _unregistered(sittings: list[Sitting]) -> Obstacle | None:
    rows = Candidate.objects.filter(sitting__in=sittings, state=Candidate.State.EXPECTED)
    rows = rows.filter(Q(attempt=None) | Q(attempt__state=State.READY)).order_by("number")
    return _of("not_registered", "考生没有开考，也没有登记缺考或缓考。", list(rows.values_list("number", flat=True)))


def _unscored(attempts: list[Attempt]) -> Obstacle | None:
    rows = Attempt.objects.filter(pk__in=[one.pk for one in attempts], scores=None).order_by("candidate__number")
    return _of(
        "unscored",
        "答卷还没有客观题得分，系统每几分钟会自动计分。",
        list(rows.values_list("candidate__number", flat=True)),
    )


def _unmarked(exam: Exam, attempts: list[Attempt]) -> Obstacle | None:
    """By the codes of scripts, never by whose they are; papers without a script by how many there are."""
    wanted = slots_by_hand(attempts)
    scripts = Script.objects.filter(attempt__in=attempts)
    made = set(scripts.values_list("attempt_id", "slot"))
    missing = [
        (one.pk, slot) for one in attempts for slot in wanted.get(one.paper_id, ()) if (one.pk, slot) not in made
    ]
    waiting = unmarked(exam).filter(attempt__in=attempts).order_by("slot", "code")
    lines = [f"第{one.slot}题 {one.code} {one.get_state_display()}" for one in waiting]
    if missing:
        lines.insert(0, f"{len(missing)}份主观题还没有分给阅卷员")
    return _of("unmarked", "主观题还没有评完。", lines, len(missing) + waiting.count())


def _corrections(exam: Exam) -> Obstacle | None:
    rows = exam.corrections.select_related("version")
    waiting = [str(one.version) for one in rows.filter(checked_by=None)]
    if waiting:
        return _of("correction_waiting", "答案更正还没有复核。", waiting)
    checked = rows.in_force().aggregate(last=Max("checked_at"))["last"]
    scored = exam.regrades.aggregate(last=Max("made_at"))["last"]
    if checked and (scored is None or scored < checked):
        return Obstacle("regrade_waiting", "答案更正复核后还没有重新计分。", 1)
    return None


def _undecided(exam: Exam, sittings: list[Sitting]) -> Obstacle | None:
    voidings = Voiding.objects.pending().filter(candidate__sitting__in=sittings).select_related("candidate")
    late = LateAcceptance.objects.pending().filter(attempt__candidate__sitting__in=sittings)
    lines = [f"{one.candidate.number} 作废待决定" for one in voidings]
    lines += [f"{one.attempt.candidate.number} 过时作答待决定" for one in late.select_related("attempt__candidate")]
    return _of("undecided", "考场事项还没有决定。", lines)


def open_incidents(sittings: Iterable[Sitting]) -> QuerySet[Incident]:
    """Reported, and nobody has said what follows from it."""
    rows = Incident.objects.filter(candidate__sitting__in=sittings, clearance=None, voidings=None)
    return rows.select_related("candidate__officer", "candidate__sitting", "reported_by").order_by("at")


def _incidents(sittings: list[Sitting]) -> Obstacle | None:
    lines = [f"{one.candidate.number} {one.kind}" for one in open_incidents(sittings)]
    return _of("incident", "考场记录还没有处理：提出作废，或注明不影响成绩。", lines)
