"""师带徒 of the demo city: one in every second team (in every team of a small city); one has ended with credit to both."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from instructors.mentorship.forms import AGREEMENT
from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation, Rating, Side, Signature
from instructors.mentorship.services.completion import complete
from instructors.mentorship.terms import RULE, Terms, stretches
from instructors.pool.models import Instructor
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.people import WALKER
from lms.rules.models import RuleVersion

State = Mentorship.State
TERM, LOG_DAYS = 180, 2
# By place: the state, how many of its days are over, how many phases are signed.
SHAPES = (
    (State.ACTIVE, 100, 1), (State.TERMINATED, 45, 0), (State.ACTIVE, 40, 0), (State.ASSESSED, 178, 3),
    (State.PROPOSED, -20, 0), (State.ACTIVE, 150, 2), (State.SIGNED, -10, 0),
)  # fmt: skip
TASKS = (
    "跟随巡查责任区，学习亮证、告知和询问，记录占道设摊一起。",
    "整理简易程序案卷，核对当事人信息和送达回证，补正两处。",
    "参加现场检查，使用执法记录仪全程记录，回队后拷贝归档。",
    "起草责令改正通知书，师傅逐句修改，弄清裁量档次的依据。",
    "处置一起群众投诉，先听诉求再说明依据，当场和解。",
    "随师傅做法制审核，学习证据三性和程序时限。",
)
GOALS = "熟悉责任区和常用执法事项，能独立完成简易程序案件，能在指导下承办普通程序案件。"
SUMMARY = "态度认真，程序意识较强，文书表述还要更准确。"
PRAISE, SEEN = "讲得细，肯放手，遇到问题能当场点评。", "独立完成亮证、告知、询问全过程，程序完整。"
REASON = "徒弟调整到内勤岗位，无法继续跟班。"


class Pair(NamedTuple):
    mentor: Officer
    apprentice: Officer
    unit: OrgUnit


class Stage(NamedTuple):
    officers: dict[str, Officer]
    units: dict[str, OrgUnit]
    office: User
    second: User
    today: date


def pair_off(stage: Stage, done: set[str]) -> tuple[int, Mentorship | None]:
    """How many there are, and the one that was completed. `done` have met the year, so their credit changes no share."""
    version = RuleVersion.objects.in_force(RULE, stage.today)
    rows = [_write(pair, SHAPES[place % len(SHAPES)], stage, version) for place, pair in enumerate(_pairs(stage))]
    finished = _finished(stage, done, version)
    return len(rows) + bool(finished), finished


def _pairs(stage: Stage) -> Iterator[Pair]:
    """The walker's own team first, then others; the oldest of a team teaches its youngest."""
    of_unit: dict[int, list[Officer]] = {}
    for officer in stage.officers.values():
        of_unit.setdefault(officer.unit_id, []).append(officer)
    walker = stage.officers[WALKER]
    yield Pair(_senior(of_unit[walker.unit_id], but=walker), walker, walker.unit)
    teams = [unit for unit in stage.units.values() if unit.kind == OrgUnit.Kind.TEAM and unit.pk != walker.unit_id]
    for unit in teams[:: 2 if len(teams) > len(SHAPES) else 1]:
        people = of_unit.get(unit.pk, [])
        if len(people) > 2:
            mentor = _senior(people, but=walker)
            yield Pair(mentor, max(people, key=lambda one: (one.pk != mentor.pk, one.entered_on, one.staff_no)), unit)


def _senior(people: Iterable[Officer], but: Officer) -> Officer:
    serving = [one for one in people if one.status == Officer.Status.SERVING and one.pk != but.pk]
    return min(serving, key=lambda one: (one.entered_on, one.staff_no))


def _finished(stage: Stage, done: set[str], version: RuleVersion) -> Mentorship | None:
    """Of two of the walker's district, the mentor an instructor; posted by the service, as at the console."""
    path = stage.officers[WALKER].unit.city_level_path
    teaching = Instructor.objects.active_on(stage.today).values_list("officer", flat=True)
    near = [one for name, one in stage.officers.items() if name in done and one.unit.path.startswith(path)]
    free = [one for one in near if not Mentorship.objects.of(one.user).exists() and one.pk not in set(teaching)]
    mentors = [one for one in near if one.pk in set(teaching) and one.status == Officer.Status.SERVING]
    if not (free and mentors) or (stage.today - timedelta(days=60)).year != stage.today.year:
        return None  # logs of last year would need last year's duty
    pair = Pair(mentors[0], free[-1], free[-1].unit)
    row = _write(pair, (State.ASSESSED, 178, 3), stage, version, opened=50)
    return complete(row, actor=stage.second)


def _write(pair: Pair, shape: tuple, stage: Stage, version: RuleVersion, opened: int | None = None) -> Mentorship:
    state, gone, signed = shape
    begin = stage.today - timedelta(days=opened or gone)
    end = begin + timedelta(days=TERM if not opened else opened - 1)
    row = Mentorship(
        mentor=pair.mentor, apprentice=pair.apprentice, unit=pair.unit, from_on=begin, until_on=end, goals=GOALS,
        agreement=AGREEMENT, state=state, rule_version=version, made_by=stage.office,
        instructor=Instructor.objects.active_on(begin).filter(officer=pair.mentor).first(),
    )  # fmt: skip
    if state == State.TERMINATED:
        row.ended_on, row.end_reason = stage.today - timedelta(days=5), REASON
    if state == State.ASSESSED:
        row.result, row.assessment, row.assessed_by = "PASSED", "现场操作和案卷评查均合格。", stage.office
        row.assessed_at = timezone.now()
    row.save()
    sides = [Side.APPRENTICE] if state == State.PROPOSED else list(Side)
    _sign(row, None, sides, stage.office, begin - timedelta(days=7))
    terms = Terms(version.formula)
    for number, (name, stretch) in enumerate(
        zip(terms.phases, stretches(begin, end, len(terms.phases)), strict=True), 1
    ):
        phase = MentorshipPhase(mentorship=row, number=number, title=name, from_on=stretch[0], until_on=stretch[1])
        phase.save()
        if stretch[0] <= stage.today and state not in (State.PROPOSED, State.SIGNED):
            _record(phase, terms, stage, is_signed=number <= signed)
    return row


def _sign(row: Mentorship, phase: MentorshipPhase | None, sides, office: User, on: date) -> None:
    users = {Side.MENTOR: row.mentor.user, Side.APPRENTICE: row.apprentice.user, Side.OFFICE: office}
    note = "本阶段任务完成。" if phase else ""
    made = Signature.objects.bulk_create(
        Signature(mentorship=row, phase=phase, side=side, user=users[side], note=note) for side in sides
    )
    Signature.objects.filter(pk__in=[one.pk for one in made]).update(at=_noon(on))


def _noon(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(15, 30)))


def _record(phase: MentorshipPhase, terms: Terms, stage: Stage, *, is_signed: bool) -> None:
    """Logs, a sheet and, at a phase's end, opinion and signatures; of a phase still open the last log waits."""
    row, last = phase.mentorship, min(phase.until_on, stage.today)
    days = [phase.from_on + timedelta(days=LOG_DAYS * number) for number in range(4)]
    kept = [day for day in days if day <= last]
    LogEntry.objects.bulk_create(
        LogEntry(
            mentorship=row, phase=phase, side=Side.APPRENTICE, on=day, hours=Decimal(2 + number % 3),
            text=TASKS[(phase.number * 2 + number) % len(TASKS)],
            state="WRITTEN" if not is_signed and day == kept[-1] else "CONFIRMED",
        )
        for number, day in enumerate(kept)
    )  # fmt: skip
    scores = {item.key: 3 + (place % 3 == 0) for place, item in enumerate(terms.items)} | {terms.items[1].key: 5}
    Observation.objects.create(
        phase=phase, on=min(kept[-1], last), summary=SUMMARY, rule_version=row.rule_version,
        scores=terms.checked(scores, {terms.items[1].key: SEEN}),
    )  # fmt: skip
    if is_signed:
        Rating.objects.create(phase=phase, score=4, comment=PRAISE)
        _sign(row, phase, list(Side), stage.office, last)
        phase.closed_at = _noon(last)
        phase.save(update_fields=["closed_at"])
