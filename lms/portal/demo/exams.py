"""Three level exams of the demo city: one that comes, one that is being written now, one that is over and marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from courses.catalogue.models.references import Level
from exams.bank.models import QuestionBank
from exams.bank.types import of
from exams.papers.models import Blueprint, BlueprintCell, Paper, PaperItem
from exams.papers.services.blueprints import save_blueprint
from exams.papers.services.sealing import approve_blueprint
from exams.sittings.models import Answer, AnswerEvent, Attempt, Candidate, Exam, Hall, Sitting
from exams.sittings.services.absence import mark_absent
from exams.sittings.services.candidates import add_candidates, defer
from exams.sittings.services.exams import draft_exam, publish_exam, terms_for
from exams.sittings.services.preparing import prepare
from exams.sittings.services.scoring import score_attempt
from exams.sittings.services.seating import seat_candidates
from exams.sittings.services.starting import start_attempt
from exams.sittings.services.submitting import close
from exams.sittings.services.windows import Places, add_hall, add_sitting, filled, share_places
from exams.statistics.services.analysing import analyse
from exams.statistics.services.gathering import gather, source_of
from lms.people.models import Officer, OrgUnit, User
from lms.portal.demo.accounts import DISTRICTS
from lms.portal.demo.answers import answers
from lms.portal.demo.people import WALKER
from lms.portal.demo.questions import EXAM

CELLS = (("single", 30, 1), ("true_false", 10, 1), ("ordering", 4, 5), ("matching", 4, 5))
LIMIT, WINDOW, EACH, SEATS = 90, timedelta(minutes=120), 40, 22
BEGUN_AGO, ABSENT = timedelta(minutes=20), 3
FORMS, PLACES = 4, 6
WEAKEST, STRONGEST = 45, 95


@dataclass(frozen=True)
class Office:
    city: OrgUnit
    admin: User
    chief: User
    invigilator: User


def hold_exams(office: Office, officers: Mapping[str, Officer], units: Mapping[str, OrgUnit], walker: str = WALKER):
    """How many candidates there are; the walker sits for the exam of today, and did for the last one."""
    people = [one for staff_no, one in sorted(officers.items()) if staff_no != walker and one.status == "SERVING"]
    spread = people[:: max(1, len(people) // (3 * EACH))][: 3 * EACH]
    groups = [spread[turn::3] for turn in range(3)]
    groups[1] = [officers[walker], *groups[1][:-1]]
    groups[2] = [groups[2][0], officers[walker], *groups[2][2:]]
    blueprint = _blueprint(office)
    _coming(office, blueprint, groups[0], units)
    _running(office, blueprint, groups[1])
    _finished(office, blueprint, groups[2])
    return Candidate.objects.count()


def _blueprint(office: Office) -> Blueprint:
    blueprint = Blueprint(code="LEVEL-BASIC", name="基础级等级考试方案", unit=office.city)
    cells = [BlueprintCell(type=kind, count=count, marks=Decimal(marks)) for kind, count, marks in CELLS]
    banks = QuestionBank.objects.filter(code=EXAM)
    return approve_blueprint(save_blueprint(blueprint, cells, banks, actor=office.admin), actor=office.chief)


def _exam(office: Office, blueprint: Blueprint, code: str, title: str, forms: int = FORMS) -> Exam:
    kind, level, today = Exam.Kind.LEVEL, Level.BASIC, timezone.localdate()
    terms = terms_for(kind, level, today)
    names = ("grace_seconds", "entry_minutes", "hand_in_minutes", "attempts", "pass_percent")
    exam = Exam(
        code=code, title=title, unit=office.city, kind=kind, level=level, blueprint=blueprint, forms=forms,
        limit_minutes=LIMIT, **{name: getattr(terms, name) for name in names},
    )  # fmt: skip
    return draft_exam(exam, actor=office.admin, day=today)


def _sitting(office: Office, exam: Exam, opens_at: datetime, people: Sequence[Officer]) -> Sitting:
    sitting = add_sitting(Sitting(exam=exam, opens_at=opens_at, closes_at=opens_at + WINDOW), actor=office.admin)
    for number in (1, 2):
        hall = Hall(sitting=sitting, unit=office.city, name=f"第{number}考场", seats=SEATS)
        add_hall(hall, [office.invigilator], actor=office.admin)
    add_candidates(sitting, people, actor=office.admin)
    seat_candidates(sitting, actor=office.admin)
    return sitting


def _coming(office: Office, blueprint: Blueprint, people: Sequence[Officer], units: Mapping[str, OrgUnit]) -> None:
    """Published, half of the places still open to the districts."""
    exam = _exam(office, blueprint, "LEVEL-BASIC-2", "基础级等级能力考试（第二批）")
    begin = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=10), time(9)))
    sitting = _sitting(office, exam, begin, people[: EACH // 2])
    _sitting(office, exam, begin + timedelta(hours=5), people[EACH // 2 :])
    shares = [Places(units[code], filled(sitting, units[code]) + PLACES) for code in DISTRICTS]
    share_places(sitting, shares, actor=office.admin)
    publish_exam(exam, actor=office.chief)


def _running(office: Office, blueprint: Blueprint, people: Sequence[Officer]) -> None:
    """Most have begun, some have answered; the walker has not."""
    exam = _exam(office, blueprint, "LEVEL-BASIC-1", "基础级等级能力考试（第一批）")
    attempts = _prepared(office, exam, people)
    _open_now(exam, timezone.now() - BEGUN_AGO)
    for place, attempt in enumerate(attempts[1:-ABSENT], start=1):
        started = start_attempt(attempt)
        _answer(started, _items(started)[: place % 30], timezone.now())


def _prepared(office: Office, exam: Exam, people: Sequence[Officer]) -> list[Attempt]:
    """Papers and attempts of everybody, before the window is moved to where the demo wants it."""
    _sitting(office, exam, timezone.now() + timedelta(hours=1), people)
    exam = publish_exam(exam, actor=office.chief)
    prepare(exam, list(exam.candidates.order_by("pk")))
    order = {one.pk: place for place, one in enumerate(people)}
    found = Attempt.objects.filter(candidate__exam=exam).select_related("candidate__officer", "paper")
    return sorted(found, key=lambda one: order[one.candidate.officer_id])


def _open_now(exam: Exam, opens_at: datetime) -> None:
    exam.sittings.update(opens_at=opens_at, closes_at=opens_at + WINDOW)
    papers = Attempt.objects.filter(candidate__exam=exam).values("paper")
    Paper.objects.filter(pk__in=papers).update(opens_at=opens_at)


def _finished(office: Office, blueprint: Blueprint, people: Sequence[Officer]) -> None:
    """Written two weeks ago: one deferred, a few absent, everybody else marked; then analysed."""
    exam = _exam(office, blueprint, "LEVEL-BASIC-0", "基础级等级能力考试（补考）", forms=1)
    attempts = _prepared(office, exam, people)
    defer(attempts[0].candidate, actor=office.admin, reason="因公出差，已经单位同意")
    opened = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=14), time(9)))
    _open_now(exam, opened)
    for place, attempt in enumerate(attempts[1:-ABSENT]):
        _hand_in(attempt, place, opened)
    mark_absent(exam.sittings.get())
    source = source_of(exam)
    written = [one for chunk in gather(source) for one in chunk]
    analyse(source, written, actor=office.chief, source_key=f"demo:{exam.code}")


def _hand_in(attempt: Attempt, place: int, opened: datetime) -> None:
    attempt.state, attempt.epoch = Attempt.State.OPEN, 1
    attempt.started_at = opened + timedelta(seconds=place)
    attempt.deadline_at = attempt.started_at + timedelta(minutes=LIMIT)
    attempt.save(update_fields=["state", "epoch", "started_at", "deadline_at"])
    given = answers(_items(attempt), place, WEAKEST + 45 * place % (STRONGEST - WEAKEST))
    _store(attempt, given, opened + timedelta(minutes=40))
    close(attempt, Attempt.How.SELF, opened + timedelta(minutes=50 + place % 35))
    score_attempt(attempt)


def _items(attempt: Attempt) -> list[PaperItem]:
    return list(attempt.paper.items.order_by("slot"))


def _answer(attempt: Attempt, items: Sequence[PaperItem], at: datetime, wrong_every: int = 5) -> None:
    """The key, and nothing at every so many questions."""
    keys = [(item.slot, of(item.content).key(item.content)) for item in items if item.slot % wrong_every]
    _store(attempt, keys, at)


def _store(attempt: Attempt, given: Sequence[tuple[int, object]], at: datetime) -> None:
    rows = [{"attempt": attempt, "slot": slot, "rev": 1, "payload": one, "received_at": at} for slot, one in given]
    AnswerEvent.objects.bulk_create(AnswerEvent(**row, epoch=1, kind=AnswerEvent.Kind.STORED) for row in rows)
    Answer.objects.bulk_create(Answer(**row) for row in rows)
