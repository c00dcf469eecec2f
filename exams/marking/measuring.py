"""How long a marker waits for his next script in a large exam; all of it is taken back."""

import json
import time
from decimal import Decimal
from itertools import count

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.db import transaction
from django.test import Client
from django.utils import timezone

from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import digest
from exams.marking.models import MarkingTask
from exams.marking.services.preparing import make_scripts, make_tasks, waiting
from exams.marking.services.rounds import open_first
from exams.papers.models import Blueprint, BlueprintCell
from exams.papers.services.drawing import draw_papers, take_snapshot
from exams.sittings.models import Answer, Attempt, Candidate, Exam, Score, Sitting
from lms.people.access import Role
from lms.people.models import Officer, RoleGrant, User
from lms.people.services.accounts import enroll_second_factor
from lms.people.services.roles import sync_groups

PEOPLE, TURNS, QUESTIONS, MARKERS, TIMES = 1200, 20, 2, 10, 40
WORDS = "到达现场后先亮证、开启执法记录仪，拍摄堆放物的全景、方位和细部照片，测量占用人行道的长度和宽度。\n" * 12
RUBRIC = [{"text": f"第{at}点", "share": "0.2"} for at in range(1, 6)]
_numbers = count(1)


@transaction.atomic
def next_script(figures, officer) -> None:
    """Saving a mark and being shown the next script, through the view, beside the next script alone."""
    task, markers = _exam_in_marking(officer)
    client = Client(headers={"host": "localhost"})
    client.force_login(markers[0])
    base = f"/marking/{task.exam_id}/{task.cell}/"
    script = _post(client, f"{base}next/", {})["script"]
    taken, alone = [], []
    for _ in range(TIMES):
        if script is None:
            break
        points = {one["key"]: one["full"] for one in script["lines"]}
        body = {"code": script["code"], "points": points, "comment": "条理清楚", "version": 0}
        begun = time.perf_counter()
        script = _post(client, f"{base}save/", body)["script"]
        taken.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        _post(client, f"{base}next/", {})
        alone.append(time.perf_counter() - begun)
    scripts = task.exam.scripts.count()
    slowest = sorted(taken)[int(len(taken) * 0.95)] if taken else 0.0
    figures.put(f"save_and_next_script_of_{scripts}", _middle(taken) * 1000, "ms", len(taken))
    figures.put(f"save_and_next_script_of_{scripts}_p95", slowest * 1000, "ms", len(taken))
    figures.put(f"next_script_of_{scripts}", _middle(alone) * 1000, "ms", len(alone))
    transaction.set_rollback(True)


def _middle(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2] if seconds else 0.0


def _post(client: Client, address: str, body: dict) -> dict:
    return client.post(address, json.dumps(body), content_type="application/json").json()


def _exam_in_marking(officer) -> tuple[MarkingTask, list[User]]:
    exam, attempts = _handed_in(officer)
    make_tasks(exam, actor=officer.user)
    make_scripts(exam, attempts)
    if waiting(exam).exists():
        raise RuntimeError("Scripts are missing.")
    markers = [_marker(officer) for _ in range(MARKERS)]
    for task in exam.marking_tasks.all():
        for user in markers:
            task.markers.create(user=user)
        open_first(task, actor=officer.user)
    return exam.marking_tasks.order_by("cell")[0], markers


def _marker(officer) -> User:
    user = User.objects.create(username=f"bench-marker-{next(_numbers)}-{time.time_ns()}")
    RoleGrant.objects.create(
        user=user, role=Role.MARKER, unit=officer.unit.get_root(), reason="bench", made_by=user, checked_by=officer.user,
        checked_at=timezone.now(),
    )  # fmt: skip
    sync_groups(user)
    enroll_second_factor(user, generate_totp_secret())
    return user


def _handed_in(officer) -> tuple[Exam, list[Attempt]]:
    """An exam of written questions, handed in by as many as there are."""
    blueprint, now = _blueprint(officer), timezone.now()
    exam = Exam.objects.create(
        code=blueprint.code, title="bench", unit=officer.unit.get_root(), kind=Exam.Kind.PRACTICE, blueprint=blueprint,
        forms=1, grace_seconds=0, pass_percent=60, made_by=officer.user,
    )  # fmt: skip
    sitting = Sitting.objects.create(exam=exam, number=1, opens_at=now)
    # In a small city everybody sits several times.
    people = list(Officer.objects.order_by("pk").select_related("unit")[:PEOPLE])
    candidates = Candidate.objects.bulk_create(
        Candidate(
            exam=exam, sitting=sitting, officer=people[at % len(people)], unit=people[at % len(people)].unit,
            turn=at // len(people) + 1, number=f"{at:05d}",
        )
        for at in range(min(PEOPLE, len(people) * TURNS))
    )  # fmt: skip
    # In memory only: nobody is there to approve it.
    blueprint.checked_by_id, blueprint.checked_at = -1, now
    paper = draw_papers(take_snapshot(blueprint), ["bench"], purpose="bench", actor=officer.user)[0]
    attempts = Attempt.objects.bulk_create(
        Attempt(candidate=one, paper=paper, state="SUBMITTED", grace_seconds=0, started_at=now, finished_at=now,
                submitted_at=now, how="SELF")
        for one in candidates
    )  # fmt: skip
    slots = range(1, QUESTIONS + 1)
    Answer.objects.bulk_create(
        Answer(attempt=one, slot=slot, rev=1, payload=WORDS, received_at=now) for one in attempts for slot in slots
    )
    Score.objects.bulk_create(
        Score(attempt=one, marks=0, full=0, by_slot={}, answers_sha256="0" * 64) for one in attempts
    )
    return exam, attempts


def _blueprint(officer) -> Blueprint:
    name = f"bench-m-{time.time_ns() % 10**8}"
    bank = QuestionBank.objects.create(code=name, name="bench", unit=officer.unit)
    for at in range(QUESTIONS):
        stem = f"第{at}题：写出程序。"
        content = {"type": "short_answer", "stem": stem, "reference": "略", "rubric": RUBRIC}
        question = Question.objects.create(bank=bank, type="short_answer")
        question.current = QuestionVersion.objects.create(
            question=question, number=1, content=content, stem_text=stem, digest=digest(content),
            made_by=officer.user,
        )  # fmt: skip
        question.state = Question.State.ACTIVE
        question.save()
    blueprint = Blueprint.objects.create(code=name, name="bench", unit=officer.unit, made_by=officer.user)
    blueprint.banks.add(bank)
    for order in range(1, QUESTIONS + 1):
        BlueprintCell.objects.create(blueprint=blueprint, order=order, type="short_answer", count=1, marks=Decimal(50))
    return blueprint
