"""D3, the exam: 357 of 359 new entrants sit, 355 pass, four sit again, and no rate is said without its fraction."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from exams.results.services.figures import figures_of
from exams.results.services.releasing import carry_out, propose_release
from exams.sittings.models import Attempt, Candidate, Exam, Outcome, Score, Sitting
from exams.sittings.services.absence import open_resit, resit_list
from exams.sittings.services.preparing import prepare
from lms.people.access import Role
from lms.people.models import Officer, User
from tests import factory
from tests.exams.sittings.factory import make_exam, make_sitting

pytestmark = pytest.mark.django_db
PEOPLE, DEFERRED, FAILED, SMALL = 359, 2, 2, 3


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


@pytest.fixture
def people(city) -> list[Officer]:
    """Sixteen districts, the last with three people."""
    districts = [factory.make_district(city, f"Q{number:02d}") for number in range(1, 17)]
    users = User.objects.bulk_create(
        User(username=f"N-{at:04d}", first_name=f"测试员·{at:04d}") for at in range(PEOPLE)
    )
    return Officer.objects.bulk_create(
        Officer(user=user, staff_no=user.username, name=user.first_name, sex="M", entered_on=date(2026, 7, 1),
                status="PROBATION", unit=districts[-1] if at < SMALL else districts[at % 15])
        for at, user in enumerate(users)
    )  # fmt: skip


def hand_in(candidates, failing=()) -> None:
    now = timezone.now()
    for attempt in Attempt.objects.filter(candidate__in=candidates).select_related("candidate", "paper"):
        marks = 2 if attempt.candidate_id in failing else 4
        Score.objects.create(
            attempt=attempt,
            marks=marks,
            full=4,
            by_slot={"1": "2.00", "2": f"{marks - 2:.2f}"},
            answers_sha256="0" * 64,
        )
    Attempt.objects.filter(candidate__in=candidates).update(
        state="SUBMITTED", epoch=1, how="SELF", started_at=now, finished_at=now, submitted_at=now
    )


def release(exam: Exam, sitting: Sitting) -> None:
    proposed = propose_release(exam, [sitting], actor=factory.make_user(), feedback="POINTS")
    carry_out(proposed, actor=factory.make_user())


def sit_first(exam: Exam, sitting: Sitting, people: list[Officer]) -> list[Candidate]:
    """Two deferred on approved leave; of the others two fail."""
    candidates = Candidate.objects.bulk_create(
        Candidate(exam=exam, sitting=sitting, officer=one, unit=one.unit, number=f"{at:04d}",
                  state="DEFERRED" if at < DEFERRED else "EXPECTED")
        for at, one in enumerate(people)
    )  # fmt: skip
    sat = candidates[DEFERRED:]
    prepare(exam, sat)
    hand_in(sat, {one.pk for one in sat[-FAILED:]})
    return candidates


def test_d3_exam(people, city, access, rules, settings, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    exam = make_exam(city, kind="QUALIFICATION", kinds=("single", "multiple"), each=1, forms=2, attempts=2)
    first = make_sitting(exam, opens=-300, minutes=180)
    candidates = sit_first(exam, first, people)
    release(exam, first)
    figures = figures_of(exam, 5)
    assert str(figures.first) == str(figures.final) == "99.4%（355/357人）"
    assert figures.deferred == DEFERRED
    assert Outcome.objects.latest().filter(is_passed=True).count() == 355, "only these can be certified"

    again = resit_list(exam)
    assert [one.why for one in again].count("缓考") == DEFERRED
    assert {one.candidate.pk for one in again} == {one.pk for one in candidates[:DEFERRED] + candidates[-FAILED:]}
    second = make_sitting(exam, number=2, opens=60)
    open_resit(second, [one.candidate.officer for one in again], actor=factory.make_user())
    resat = list(second.candidates.all())
    prepare(exam, resat)
    hand_in(resat)
    now = timezone.now()
    Sitting.objects.filter(pk=second.pk).update(opens_at=now - timedelta(hours=3), closes_at=now)
    release(exam, second)
    figures = figures_of(exam, 5)
    assert (str(figures.first), str(figures.final)) == ("99.4%（355/357人）", "100.0%（359/359人）")
    assert resit_list(exam) == []

    small = next(row for row in figures.by_unit if row.name.startswith("其余"))
    assert small.people >= 5, "three people are not shown alone"
    assert sum(row.people for row in figures.by_unit) == PEOPLE
    client.force_login(factory.make_staff(Role.EXAM_ADMIN, city))
    body = client.get(reverse("release:inspect", args=[exam.releases.first().pk])).content.decode()
    for rate in ("99.4%", "100.0%"):
        assert body.count(rate) == body.count(f"{rate}（") > 0
