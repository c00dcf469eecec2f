"""D4: a level exam in three windows, from its draft to the last decision of an appeal."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone

from courses.catalogue.models import Topic
from courses.training.models import Enrollment
from exams.papers.models import Blueprint, BlueprintCell
from exams.papers.services.blueprints import save_blueprint
from exams.papers.services.drawing import rebuilt
from exams.papers.services.sealing import approve_blueprint, open_paper
from exams.results.invariants import INVARIANTS
from exams.results.services.figures import figures_of
from exams.results.services.releasing import propose_release
from exams.sittings.models import Attempt, Candidate, Exam, Hall, Outcome, Sitting
from exams.sittings.saving import Kind, save
from exams.sittings.services.absence import mark_absent
from exams.sittings.services.candidates import nominate
from exams.sittings.services.exams import draft_exam, publish_exam
from exams.sittings.services.files import import_candidates, look_at
from exams.sittings.services.listing import Wanted, carry_out, chosen, preview
from exams.sittings.services.ordering import order_preparing
from exams.sittings.services.seating import seat_candidates
from exams.sittings.services.starting import start_attempt, take_over
from exams.sittings.services.submitting import submit
from exams.sittings.services.windows import Places, add_hall, add_sitting, copy_sitting, share_places
from lms.audit.models import AuditEvent
from lms.certificates.models import Certificate
from lms.certificates.services.designs import install_first_design
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.ledger.models import Entry
from lms.people.access import Role
from lms.people.models import Officer, User
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.factory import make_class
from tests.exams.bank.samples import short_answer
from tests.exams.papers.factory import make_bank, make_question
from tests.scenarios.d4_afterwards import appealed, marked, told

pytestmark = pytest.mark.django_db
DISTRICTS, WINDOWS, TOPICS, ABSENT, MINUTE = 12, 3, 12, 4, 41
# 20 questions over 12 topics do not divide evenly: the first topics give one more.
SINGLE, MULTIPLE, JUDGED, CASES = 60, 20, 20, 2


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def staff(access, rules, city):
    roles = (Role.EXAM_ADMIN, Role.CHIEF_EXAMINER, Role.EXAM_SETTER)
    return {role: factory.make_staff(role, city) for role in roles}


@pytest.fixture
def districts(city):
    return [factory.make_district(city, f"Q{number:02d}") for number in range(1, DISTRICTS + 1)]


def officers_of(districts, people: int) -> list[Officer]:
    """In bulk: a city's worth of them."""
    users = User.objects.bulk_create(
        User(username=f"N-{at:05d}", first_name=f"测试员·{at:05d}") for at in range(people)
    )
    return Officer.objects.bulk_create(
        Officer(user=user, staff_no=user.username, name=user.first_name, unit=districts[at % DISTRICTS], sex="M",
                entered_on=date(2020, 7, 1), status="SERVING")
        for at, user in enumerate(users)
    )  # fmt: skip


def case_of(at: int) -> dict:
    """A case whose two parts people mark, 50 in all."""
    parts = [{**short_answer(), "share": share} for share in ("0.4", "0.6")]
    return {"type": "case", "stem": f"案例{at}：某日，执法人员巡查时……", "parts": parts, "feedback": "综合题。"}


def blueprint_of(city, staff) -> Blueprint:
    bank = make_bank(city, "D4")
    cells = []
    for at in range(TOPICS):
        topic = Topic.objects.create(code=f"d4-{at}", name=f"专题{at}")
        wanted = {"single": SINGLE // TOPICS, "multiple": MULTIPLE // TOPICS + (at < MULTIPLE % TOPICS),
                  "true_false": JUDGED // TOPICS + (at < JUDGED % TOPICS)}  # fmt: skip
        for kind, count in wanted.items():
            for _ in range(count + 2):
                make_question(bank, kind, topic=topic)
            cells.append(BlueprintCell(type=kind, topic=topic, count=count, marks=Decimal("0.5")))
    for at in range(CASES + 1):
        make_question(bank, "case", content=case_of(at))
    cells.append(BlueprintCell(type="case", count=CASES, marks=Decimal(50)))
    blueprint = Blueprint(code="D4", name="等级考试方案", unit=city)
    saved = save_blueprint(blueprint, cells, [bank], actor=staff[Role.EXAM_ADMIN])
    return approve_blueprint(saved, actor=staff[Role.CHIEF_EXAMINER])


def exam_of(city, staff, *, people: int, forms: int) -> Exam:
    """Drafted, three windows with their halls, published by the chief."""
    admin = staff[Role.EXAM_ADMIN]
    exam = draft_exam(
        Exam(code="D4", title="等级能力考试", unit=city, kind="LEVEL", level="BASIC", blueprint=blueprint_of(city, staff),
             forms=forms, limit_minutes=120, grace_seconds=60, attempts=None, pass_percent=None),
        actor=admin, day=timezone.localdate(),
    )  # fmt: skip
    opens_at, seats = timezone.now() + timedelta(days=1), people // WINDOWS // 2
    first = add_sitting(Sitting(exam=exam, opens_at=opens_at, closes_at=opens_at + timedelta(minutes=150)), actor=admin)
    for number in (1, 2):
        add_hall(Hall(sitting=first, unit=city, name=f"第{number}考场", seats=seats), [], actor=admin)
    for hours in (4, 8):
        copy_sitting(first, opens_at + timedelta(hours=hours), actor=admin)
    return publish_exam(exam, actor=staff[Role.CHIEF_EXAMINER])


def fill(exam: Exam, officers: list[Officer], districts, admin) -> None:
    """One window by the districts within their places, one by a class, one by a file."""
    named, classed, filed = exam.sittings.order_by("number")
    thirds = [officers[turn::WINDOWS] for turn in range(WINDOWS)]
    by_unit = {unit: [one for one in thirds[0] if one.unit_id == unit.pk] for unit in districts}
    share_places(named, [Places(unit, len(theirs)) for unit, theirs in by_unit.items()], actor=admin)
    for theirs in by_unit.values():
        assert all(answer.candidate for answer in nominate(named, theirs, actor=admin))
    training_class = make_class(exam.unit, capacity=len(officers))
    Enrollment.objects.bulk_create(
        Enrollment(training_class=training_class, officer=one, unit=one.unit, source="ASSIGNED", state="CONFIRMED",
                   made_by=admin)
        for one in thirds[1]
    )  # fmt: skip
    shown = preview(admin, classed, chosen(admin, classed, Wanted(training_class=training_class)), training_class)
    carry_out(admin, classed, shown, shown.fingerprint)
    data = write_xlsx("考生", ["工号", "姓名"], [[one.staff_no, one.name] for one in thirds[2]])
    outcome = look_at(data, "d4.xlsx", filed, actor=admin)
    assert outcome.problems == []
    import_candidates(data, "d4.xlsx", filed, actor=admin, expected=outcome.fingerprint)
    for sitting in (named, classed, filed):
        seat_candidates(sitting, actor=admin)


def refused(paper, actor) -> str:
    with pytest.raises(ValidationError) as caught:
        open_paper(paper, actor=actor)
    return caught.value.code


def open_since(sitting: Sitting, minutes: int) -> None:
    begun = timezone.now() - timedelta(minutes=minutes)
    Sitting.objects.filter(pk=sitting.pk).update(opens_at=begun, closes_at=begun + timedelta(minutes=150))


def attempts_of(sitting: Sitting) -> list[Attempt]:
    rows = Attempt.objects.filter(candidate__sitting=sitting).order_by("candidate__number")
    return list(rows.select_related("paper", "candidate"))


def answers(attempt: Attempt, slots) -> list[tuple[int, int, str]]:
    return [(slot, 1, '"a"') for slot in slots]


def write_cases(attempt: Attempt) -> None:
    """The two cases come last on every paper."""
    total = SINGLE + MULTIPLE + JUDGED
    text = '{"1": "先亮证，固定证据。", "2": "适用简易程序。"}'
    told = save(attempt.pk, attempt.epoch, [(total + at + 1, 1, text) for at in range(CASES)])
    assert all(item.is_stored for item in told.items)


def power_loss(attempt: Attempt) -> None:
    """At minute 41 the workstation dies with one answer unsent; another goes on where the server stands."""
    started = start_attempt(attempt)
    back = timezone.now() - timedelta(minutes=MINUTE)
    deadline = back + timedelta(minutes=120)
    Attempt.objects.filter(pk=started.pk).update(started_at=back, deadline_at=deadline)
    acknowledged = list(range(1, 41))
    told = save(started.pk, 1, answers(started, acknowledged))
    assert all(item.is_stored for item in told.items)
    moved = take_over(started)
    assert (moved.epoch, moved.paper_id, moved.deadline_at) == (2, attempt.paper_id, deadline)
    assert save(started.pk, 1, answers(started, [41])).kind == Kind.SUPERSEDED
    assert list(moved.answers.order_by("slot").values_list("slot", flat=True)) == acknowledged
    assert save(started.pk, 2, answers(started, [41])).items[0].is_stored
    assert submit(moved).answered == len(acknowledged) + 1


@pytest.mark.parametrize(
    ("people", "forms"), [(120, 0), pytest.param(1200, 24, marks=pytest.mark.slow)], ids=["120", "1200"]
)
def test_d4(people, forms, city, districts, staff):
    admin, chief, setter = (staff[role] for role in (Role.EXAM_ADMIN, Role.CHIEF_EXAMINER, Role.EXAM_SETTER))
    exam = exam_of(city, staff, people=people, forms=forms)
    fill(exam, officers_of(districts, people), districts, admin)
    assert list(exam.sittings.annotate(n=Count("candidates")).values_list("n", flat=True)) == [people // WINDOWS] * 3
    assert not Candidate.objects.filter(seat=None).exists()

    job = order_preparing(exam, actor=admin)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (Job.State.DONE, people), job.failure
    papers = {attempt.paper for attempt in Attempt.objects.select_related("paper__snapshot__blueprint__unit")}
    assert len(papers) == (forms or people)
    paper = min(papers, key=lambda one: one.pk)
    assert (refused(paper, setter), refused(paper, chief)) == ("not_allowed", "sealed")
    events = AuditEvent.objects.filter(action="papers.refuse", target=f"papers.paper:{paper.pk}")
    assert [event.detail["code"] for event in events.order_by("seq")] == ["not_allowed", "sealed"]

    for sitting in exam.sittings.order_by("number"):
        open_since(sitting, MINUTE)
        first, *others = attempts_of(sitting)
        power_loss(first)
        for attempt in others[:-ABSENT]:
            begun = start_attempt(attempt)
            write_cases(begun)
            submit(begun, Attempt.How.INVIGILATOR)
        open_since(sitting, 200)
    assert mark_absent() == WINDOWS * ABSENT
    sat = Attempt.objects.filter(state="SUBMITTED").count()
    absent = Candidate.objects.filter(state="ABSENT").count()
    assert (sat, absent) == (people - WINDOWS * ABSENT, WINDOWS * ABSENT)
    assert sat + absent == people

    afterwards(exam, city, staff, sat)
    assert (
        Attempt.objects.filter(state="SUBMITTED").count() + Candidate.objects.filter(state="ABSENT").count() == people
    )

    for one in sorted(papers, key=lambda one: one.pk)[:3]:
        assert rebuilt(one) == one.sha256
        assert (
            one.items.values("version__question__topic").exclude(version__question__topic=None).distinct().count()
            == TOPICS
        )
        kinds = dict(one.items.values_list("content__type").annotate(n=Count("pk")))
        assert kinds == {"single": SINGLE, "multiple": MULTIPLE, "true_false": JUDGED, "case": CASES}


def afterwards(exam: Exam, city, staff, sat: int) -> None:
    """Marking, release, appeals; both marks are for auditors only."""
    admin, chief = staff[Role.EXAM_ADMIN], staff[Role.CHIEF_EXAMINER]
    with pytest.raises(ValidationError) as caught:
        propose_release(exam, list(exam.sittings.all()), actor=chief, feedback="POINTS")
    assert "unmarked" in {one.code for one in caught.value.error_list}
    marked(exam, city, admin)
    install_first_design(factory.make_user(), factory.make_user(), "EXAM")
    attempts = told(exam, chief, admin)
    passed = Outcome.objects.filter(is_passed=True).count()
    rate = figures_of(exam, 5).first
    assert (rate.part, rate.whole) == (passed, sat)
    assert str(rate).endswith(f"（{passed:,}/{sat:,}人）")
    assert Certificate.objects.filter(kind="EXAM").count() == Entry.objects.standing().count() == passed > 0

    found = appealed(exam, attempts, factory.make_staff(Role.CHIEF_EXAMINER, city))
    assert {result: len(rows) for result, rows in found.items()} == {"RAISED": 2, "LOWERED": 1, "KEPT": 9}
    changed = [one.attempt_id for result in ("RAISED", "LOWERED") for one in found[result]]
    seen = {
        role: Outcome.objects.visible_to(factory.make_staff(role, city)).filter(attempt__in=changed).count()
        for role in (Role.AUDITOR, Role.CHIEF_EXAMINER, Role.EXAM_ADMIN, Role.CITY_OFFICE)
    }
    assert seen == {"AUDITOR": 6, "CHIEF_EXAMINER": 3, "EXAM_ADMIN": 3, "CITY_OFFICE": 3}
    assert Outcome.objects.count() == sat + 3
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)
