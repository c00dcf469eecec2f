"""Who sits: put on the list by the office, or named by a unit within its places. All queue on the sitting's row."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.sittings.models import Attempt, Candidate, Exam, Sitting, UnitQuota
from exams.sittings.services.windows import lock_sitting, refuse_opened, seats_of
from lms.audit.services import record
from lms.people.models import Officer, User

RUN, NOMINATE = "sittings.run_exam", "sittings.nominate_candidate"
GONE = (Officer.Status.RETIRED, Officer.Status.LEFT)
State = Candidate.State


@dataclass
class Answer:
    """What became of one person: a candidate, or why not."""

    officer: Officer
    candidate: Candidate | None = None
    refusal: ValidationError | None = None


@dataclass
class Desk:
    """What has to be known of everybody who stands in front of it, read once, under the sitting's lock."""

    sitting: Sitting
    is_nomination: bool
    left: int | None
    serial: int
    inside: set[int] = field(default_factory=set)
    quotas: list[UnitQuota] = field(default_factory=list)
    taken: Counter = field(default_factory=Counter)


@transaction.atomic
def add_candidates(sitting: Sitting, officers: Sequence[Officer], *, actor: User, turn: int = 1) -> list[Answer]:
    """By the office of the exam; a refused one keeps nobody else out."""
    return _enter(sitting, officers, actor, is_nomination=False, turn=turn)


@transaction.atomic
def nominate(sitting: Sitting, officers: Sequence[Officer], *, actor: User) -> list[Answer]:
    """By a unit's own office, of its own people, as long as it has places."""
    return _enter(sitting, officers, actor, is_nomination=True)


def _enter(
    sitting: Sitting, officers: Sequence[Officer], actor: User, *, is_nomination: bool, turn: int = 1
) -> list[Answer]:
    row = lock_sitting(sitting)
    refuse_opened(row)
    if is_nomination and not row.exam.is_checked:
        raise ValidationError("考试还没有发布，不能推荐。", code="not_published")
    # Two sittings of one exam have two locks: whoever is put on both lists at once meets himself here.
    list(Officer.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in officers]).order_by("pk"))
    desk = _open_desk(row, officers, turn, is_nomination=is_nomination)
    answers = [_answer(desk, officer, turn) for officer in officers]
    made = Candidate.objects.bulk_create(one.candidate for one in answers if one.candidate)
    if made:
        action = "sittings.nominate" if is_nomination else "sittings.add_candidates"
        unit, numbers = actor.audit_unit if is_nomination else None, [one.number for one in made]
        record(action, actor=actor, target=row, unit=unit, count=len(made), numbers=numbers, turn=turn)
    return answers


def _open_desk(sitting: Sitting, officers: Sequence[Officer], turn: int, *, is_nomination: bool) -> Desk:
    present = sitting.candidates.exclude(state=State.DEFERRED)
    seats = seats_of(sitting)
    again = Candidate.objects.filter(exam=sitting.exam_id, officer__in=officers, turn__gte=turn)
    quotas = list(sitting.quotas.select_related("unit")) if is_nomination else []
    paths = present.values_list("unit__path", flat=True) if quotas else []
    return Desk(
        sitting, is_nomination, seats - present.count() if seats else None, _last_serial(sitting),
        set(again.values_list("officer", flat=True)), quotas,
        Counter(quota.pk for path in paths if (quota := quota_of(quotas, path))),
    )  # fmt: skip


def _last_serial(sitting: Sitting) -> int:
    return max((int(number[-4:]) for number in sitting.candidates.values_list("number", flat=True)), default=0)


def quota_of(quotas: Sequence[UnitQuota], path: str) -> UnitQuota | None:
    """The places of the nearest unit above."""
    over = [one for one in quotas if path.startswith(one.unit.path)]
    return max(over, key=lambda one: len(one.unit.path), default=None)


def _answer(desk: Desk, officer: Officer, turn: int) -> Answer:
    try:
        _refuse(desk, officer, turn)
    except ValidationError as refusal:
        return Answer(officer, refusal=refusal)
    desk.inside.add(officer.pk)
    desk.serial += 1
    if desk.left is not None:
        desk.left -= 1
    return Answer(officer, candidate_of(desk.sitting, officer, turn=turn, serial=desk.serial))


def _refuse(desk: Desk, officer: Officer, turn: int) -> None:
    if officer.status in GONE:
        raise ValidationError("已退休或调离，不能参加考试。", code="not_in_service")
    if officer.pk in desk.inside:
        raise ValidationError("已是本考试的考生，不能重复安排。", code="already_in")
    if desk.left is not None and desk.left <= 0:
        raise ValidationError("本场座位已满，请另加考场或换场次。", code="full")
    if desk.is_nomination:
        _take_place(desk, officer)


def _take_place(desk: Desk, officer: Officer) -> None:
    quota = quota_of(desk.quotas, officer.unit.path)
    if quota is None:
        raise ValidationError("本场没有分给贵单位名额，请与组织单位联系。", code="no_quota")
    if desk.taken[quota.pk] >= quota.places:
        raise ValidationError(f"{quota.unit}本场名额{quota.places}人已用完。", code="quota_full")
    desk.taken[quota.pk] += 1


def candidate_of(sitting: Sitting, officer: Officer, *, turn: int, serial: int) -> Candidate:
    """准考证号: year, exam, window and serial number within it."""
    year = timezone.localtime(sitting.opens_at).year % 100
    return Candidate(
        exam_id=sitting.exam_id, sitting=sitting, officer=officer, unit=officer.unit, turn=turn,
        number=f"{year:02d}{sitting.exam_id:04d}{sitting.number:02d}{serial:04d}", facts=facts_of(officer),
    )  # fmt: skip


def facts_of(officer: Officer) -> dict:
    """What he is on the day he is entered; a later transfer changes nothing of it."""
    unit = officer.unit
    return {
        "unit": unit.code, "unit_name": unit.name, "unit_path": unit.path, "rank": officer.rank,
        "entered_on": str(officer.entered_on or ""), "source": officer.source, "status": officer.status,
    }  # fmt: skip


@transaction.atomic
def remove_candidate(candidate: Candidate, *, actor) -> Exam:
    """Only while nothing was prepared for him: afterwards he is deferred or absent, and stays on the list."""
    lock_sitting(candidate.sitting)
    if Attempt.objects.filter(candidate=candidate).exists():
        raise ValidationError("已为该考生备好答卷，不能移除。不参加的，请登记缓考。", code="prepared")
    exam, number, staff_no = candidate.exam, candidate.number, candidate.officer.staff_no
    record("sittings.remove_candidate", actor=actor, target=candidate.sitting, number=number, officer=staff_no)
    candidate.groups.clear()
    candidate.delete()
    return exam


@transaction.atomic
def defer(candidate: Candidate, *, actor, reason: str) -> Candidate:
    """缓考: gives seat and place back. Not for whoever has begun."""
    lock_sitting(candidate.sitting)
    row = Candidate.objects.select_for_update(of=("self",)).get(pk=candidate.pk)
    attempt = Attempt.objects.select_for_update(of=("self",)).filter(candidate=row).first()
    if row.state != State.EXPECTED:
        raise ValidationError(f"已登记{row.get_state_display()}，不能再登记缓考。", code="not_expected")
    if attempt and attempt.state != Attempt.State.READY:
        raise ValidationError("考生已经开始答题，不能登记缓考。", code="begun")
    row.state, row.reason, row.hall, row.seat = State.DEFERRED, reason, None, None
    row.save(update_fields=["state", "reason", "hall", "seat"])
    record("sittings.defer", actor=actor, target=row, reason=reason, number=row.number)
    return row
