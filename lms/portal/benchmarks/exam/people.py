"""A hall full of officers who sit one exam of single-choice questions, with accounts to sign in by."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.utils import timezone

from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.papers.models import Blueprint, BlueprintCell
from exams.sittings.models import (
    Answer,
    AnswerEvent,
    Attempt,
    Candidate,
    Exam,
    Presence,
    Receipt,
    Score,
    Signal,
    Sitting,
)
from exams.sittings.services.preparing import prepare
from lms.people.models import Officer, OrgUnit, User

PASSWORD = "Chengguan-2026!"  # noqa: S105 - of people who live as long as the benchmark
IN_BANK, ASKED, AT_ONCE = 120, 50, 200


@dataclass(frozen=True)
class Guest:
    """What a caller must know of one candidate."""

    account: str
    candidate: int
    cookie: str


def make_exam(people: int) -> Exam:
    city = OrgUnit.add_root(code="BENCH", name="考试压力测试", kind=OrgUnit.Kind.CITY)
    setter, checker = User.objects.bulk_create([User(username=f"bench-{name}") for name in ("setter", "checker")])
    twice = {"made_by": setter, "checked_by": checker, "checked_at": timezone.now()}
    blueprint = _blueprint(city, twice)
    exam = Exam.objects.create(
        code="bench", title="考试压力测试", unit=city, kind=Exam.Kind.LEVEL, level="BASIC", blueprint=blueprint,
        limit_minutes=120, grace_seconds=60, pass_percent=60, **twice,
    )  # fmt: skip
    opens_at = timezone.now() - timedelta(minutes=1)
    sitting = Sitting.objects.create(exam=exam, number=1, opens_at=opens_at, closes_at=opens_at + timedelta(hours=12))
    officers = _officers(city, people)
    candidates = Candidate.objects.bulk_create(
        Candidate(exam=exam, sitting=sitting, officer=one, unit=city, number=one.staff_no) for one in officers
    )
    for start in range(0, people, AT_ONCE):
        prepare(exam, candidates[start : start + AT_ONCE])
    return exam


def _blueprint(city: OrgUnit, twice: dict) -> Blueprint:
    bank = QuestionBank.objects.create(code="bench", name="压力测试", unit=city)
    for number in range(IN_BANK):
        options = [{"id": f"o{one}", "html": f"选项{one}的说明文字", "weight": str(int(one == 1))} for one in range(4)]
        stem = f"第{number}题：下列说法正确的是（　　）。"
        content = {"type": "single", "stem": stem, "options": options}
        question = Question.objects.create(bank=bank, type="single")
        version = QuestionVersion.objects.create(
            question=question, number=1, content=content, stem_text=stem, digest=str(number), **twice
        )
        Question.objects.filter(pk=question.pk).update(state=Question.State.ACTIVE, current=version)
    blueprint = Blueprint.objects.create(code="bench", name="压力测试", unit=city, **twice)
    blueprint.banks.add(bank)
    BlueprintCell.objects.create(blueprint=blueprint, order=1, type="single", count=ASKED, marks=2)
    return blueprint


def _officers(city: OrgUnit, people: int) -> list[Officer]:
    password, born = make_password(PASSWORD), date(2015, 7, 1)
    accounts = User.objects.bulk_create(
        User(username=f"BENCH-{number:05d}", first_name=f"测试员·{number:05d}", password=password)
        for number in range(people)
    )
    return Officer.objects.bulk_create(
        Officer(user=one, staff_no=one.username, name=one.first_name, unit=city, sex="M", entered_on=born)
        for one in accounts
    )


def guests_of(exam: Exam) -> list[Guest]:
    """The candidates with a session each, as if they had signed in."""
    found = []
    for candidate in exam.candidates.select_related("officer__user").order_by("pk"):
        client = Client(headers={"host": "localhost"})
        client.force_login(candidate.officer.user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        found.append(Guest(candidate.officer.user.username, candidate.pk, cookie))
    return found


def forget_attempts(exam: Exam) -> None:
    """Everybody has yet to begin again. Only here, in a city that is thrown away."""
    attempts = Attempt.objects.filter(candidate__exam=exam)
    tables = ", ".join(model._meta.db_table for model in (AnswerEvent, Answer, Presence, Receipt, Score, Signal))
    with connection.cursor() as cursor:
        # Nothing of an exam can be taken back while its guards stand.
        cursor.execute(
            f"SET session_replication_role = replica; TRUNCATE {tables} CASCADE; RESET session_replication_role"
        )
    attempts.update(
        state=Attempt.State.READY,
        epoch=0,
        started_at=None,
        deadline_at=None,
        finished_at=None,
        submitted_at=None,
        how="",
    )
