from datetime import timedelta

from django.utils import timezone

from exams.sittings.models import Attempt, Candidate, Exam, Hall, Sitting
from exams.sittings.services.preparing import new_code, prepare
from exams.sittings.services.starting import start_attempt
from tests import factory
from tests.exams.papers.factory import make_bank, make_blueprint, make_question

KINDS = ("single", "multiple", "true_false", "fill_in")


def make_exam(unit, *, kinds=KINDS, each=2, kind="LEVEL", code="E1", **fields) -> Exam:
    """A published exam over a bank of its own: `each` questions of every kind, 2 marks each."""
    bank = make_bank(unit, code=f"bank-{code}")
    for one in kinds:
        for _ in range(each):
            make_question(bank, one)
    blueprint = make_blueprint(bank, *[(one, each, 2) for one in kinds], code=f"P-{code}")
    about = {"LEVEL": {"level": "BASIC"}, "QUALIFICATION": {"subject": "GENERAL_LAW"}}.get(kind, {})
    settings = {"grace_seconds": 60, "limit_minutes": 120, "pass_percent": 60, **about, **fields}
    return Exam.objects.create(
        code=code, title="基础级等级能力考试", unit=unit, kind=kind, blueprint=blueprint, made_by=factory.make_user(),
        checked_by=factory.make_user(), checked_at=timezone.now(), **settings,
    )  # fmt: skip


def make_sitting(exam, *, number=1, opens=-5, minutes: int | None = 180) -> Sitting:
    """A window that opened `-opens` minutes ago."""
    opens_at = timezone.now() + timedelta(minutes=opens)
    closes_at = opens_at + timedelta(minutes=minutes) if minutes else None
    return Sitting.objects.create(exam=exam, number=number, opens_at=opens_at, closes_at=closes_at)


def make_hall(sitting, *, name="第1考场", seats=40) -> Hall:
    return Hall.objects.create(sitting=sitting, unit=sitting.exam.unit, name=name, seats=seats, code=new_code())


def make_candidate(sitting, officer=None, *, hall=None, seat=None, **fields) -> Candidate:
    officer = officer or factory.make_officer(sitting.exam.unit)
    fields = {"number": f"{sitting.number:02d}{officer.pk:05d}", "unit": officer.unit, **fields}
    return Candidate.objects.create(exam=sitting.exam, sitting=sitting, officer=officer, hall=hall, seat=seat, **fields)


def make_attempt(sitting, **fields) -> Attempt:
    """Prepared, not begun."""
    candidate = make_candidate(sitting, **fields)
    prepare(sitting.exam, [candidate])
    return Attempt.objects.get(candidate=candidate)


def make_open_attempt(sitting, **fields) -> Attempt:
    return start_attempt(make_attempt(sitting, **fields))
