"""Results leave the house by two persons, all at once, and not before everything is done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from exams.marking.models import Script
from exams.results.invariants import INVARIANTS
from exams.results.models import Clearance, Release
from exams.results.rates import Rate, hidden, rows_of
from exams.results.services.figures import figures_of
from exams.results.services.obstacles import obstacles
from exams.results.services.releasing import carry_out, clear_incident, propose_release, refuse_release
from exams.sittings.models import Attempt, Incident, KeyCorrection, Outcome, Voiding
from exams.sittings.services.absence import failing, open_resit, resit_list
from exams.sittings.services.preparing import prepare
from exams.sittings.services.releasing import is_released, result_of
from lms.certificates.models import Certificate
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.ledger.models import Entry
from lms.notices.models import Delivery
from tests import factory
from tests.exams.results.factory import OVER, attempts_of, hand_in, mark_scripts, outcome_of, release, sat
from tests.exams.sittings.factory import make_attempt, make_candidate, make_exam, make_open_attempt, make_sitting
from tests.exams.sittings.office import plan_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def pd(districts, rules):
    return districts["PD"]


def codes(exam) -> list[str]:
    return [one.code for one in obstacles(exam, list(exam.sittings.all()))]


def refusal(act) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        act()
    return {one.code for one in caught.value.error_list}


def test_what_is_told(pd):
    exam = sat(pd)
    passed, failed = attempts_of(exam)
    assert not is_released(passed)
    release(exam)
    good, bad = outcome_of(passed), outcome_of(failed)
    assert (good.marks, good.full, good.pass_marks, good.is_passed) == (16, 16, Decimal("9.60"), True)
    assert (bad.marks, bad.is_passed, bad.cause) == (4, False, "RELEASE")
    assert is_released(passed)
    assert result_of(failed).is_passed is False
    assert [one.attempt if hasattr(one, "attempt") else one for one in failing(exam)] == [failed]
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)


def test_two_persons_and_once(pd):
    exam, chief = sat(pd), factory.make_user()
    proposed = propose_release(exam, list(exam.sittings.all()), actor=chief, feedback="TOTAL")
    assert not Outcome.objects.exists()
    assert refusal(lambda: propose_release(exam, list(exam.sittings.all()), actor=chief, feedback="TOTAL")) == {
        "pending"
    }
    assert refusal(lambda: carry_out(proposed, actor=chief)) == {"same_person"}
    assert not Outcome.objects.exists()
    carry_out(proposed, actor=factory.make_user())
    assert refusal(lambda: carry_out(proposed, actor=factory.make_user())) == {"already_checked"}
    assert Outcome.objects.count() == 2
    assert refusal(lambda: propose_release(exam, list(exam.sittings.all()), actor=chief, feedback="TOTAL")) == {
        "nobody"
    }


def test_sent_back(pd):
    exam = sat(pd)
    proposed = propose_release(exam, list(exam.sittings.all()), actor=factory.make_user(), feedback="TOTAL")
    refuse_release(proposed, actor=factory.make_user(), reason="再核一遍")
    assert refusal(lambda: carry_out(proposed, actor=factory.make_user())) == {"refused"}
    assert refusal(lambda: refuse_release(proposed, actor=factory.make_user(), reason="又")) == {"decided"}
    release(exam)
    assert Release.objects.done().count() == 1


def test_obstacles_one_by_one(pd):
    exam = make_exam(pd)
    sitting = make_sitting(exam)
    attempt = make_open_attempt(sitting)
    idle = make_candidate(sitting)
    assert codes(exam) == ["not_over", "not_registered", "nobody"]
    sitting.closes_at = timezone.now()
    sitting.save()
    assert codes(exam) == ["still_open", "not_registered", "nobody"]
    idle.state = "ABSENT"
    idle.save()
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(state="SUBMITTED", finished_at=now, submitted_at=now)
    assert codes(exam) == ["unscored"]
    hand_in(attempt)
    assert codes(exam) == []


def test_what_was_reported_is_decided_first(pd):
    exam = sat(pd)
    attempt, reporter = attempts_of(exam)[0], factory.make_user()
    incident = Incident.objects.create(
        candidate=attempt.candidate, kind="设备或网络故障", at=timezone.now(), description="断电", reported_by=reporter
    )
    assert codes(exam) == ["incident"]
    assert refusal(lambda: clear_incident(incident, actor=reporter, reason="无影响")) == {"same_person"}
    clear_incident(incident, actor=factory.make_user(), reason="换机后时间补足")
    assert codes(exam) == []
    assert refusal(lambda: clear_incident(incident, actor=factory.make_user(), reason="又")) == {"decided"}
    assert Clearance.objects.count() == 1
    voiding = Voiding.objects.create(candidate=attempt.candidate, reason="抄袭", made_by=reporter)
    assert codes(exam) == ["undecided"]
    voiding.refused_at = timezone.now()
    voiding.save()
    assert codes(exam) == []


def test_a_corrected_key_waits_for_its_regrade(pd):
    exam = sat(pd)
    version = attempts_of(exam)[0].paper.items.first().version
    correction = KeyCorrection.objects.create(
        exam=exam, version=version, treatment="FULL_MARKS", reason="有误", made_by=factory.make_user()
    )
    assert codes(exam) == ["correction_waiting"]
    correction.checked_by, correction.checked_at = factory.make_user(), timezone.now()
    correction.save()
    assert codes(exam) == ["regrade_waiting"]
    exam.regrades.create(made_by=factory.make_user(), looked_at=2, differences=[])
    assert codes(exam) == []


def written_exam(pd):
    exam = make_exam(pd, kinds=("single", "short_answer"), each=1)
    return sat(pd, (2, 0), exam=exam)


def test_refused_with_the_list_while_anything_is_unmarked(pd):
    exam = written_exam(pd)
    assert codes(exam) == ["unmarked"]
    assert "2份" in obstacles(exam, list(exam.sittings.all()))[0].lines[0]
    mark_scripts(exam, Decimal("1.50"))
    found = obstacles(exam, list(exam.sittings.all()))[0]
    assert (found.code, found.count) == ("unmarked", 1)
    numbers = [one.candidate.number for one in attempts_of(exam)]
    assert not any(number in line for number in numbers for line in found.lines)
    assert refusal(lambda: release(exam)) == {"unmarked"}
    assert not Outcome.objects.exists()
    script = Script.objects.get(final=None)
    script.final, script.state, script.cause, script.decided_at = 0, "FINAL", "AGREED", timezone.now()
    script.save()
    release(exam)
    first, second = attempts_of(exam)
    assert (outcome_of(first).objective, outcome_of(first).by_hand, outcome_of(first).full) == (2, Decimal("1.50"), 4)
    assert outcome_of(second).marks == 0


def test_unmarked_again_between_the_two_persons(pd):
    """What was in order when it was proposed is looked at once more when it is carried out."""
    exam = written_exam(pd)
    mark_scripts(exam, 1, 1)
    proposed = propose_release(exam, list(exam.sittings.all()), actor=factory.make_user(), feedback="TOTAL")
    script = Script.objects.first()
    script.final, script.state, script.cause, script.decided_at = None, "ROUND2", "", None
    script.save()
    assert refusal(lambda: carry_out(proposed, actor=factory.make_user())) == {"unmarked"}
    assert not Outcome.objects.exists()
    proposed.refresh_from_db()
    assert not proposed.is_checked


def test_credits_of_a_level_once_a_person(pd):
    exam = sat(pd)
    officer = attempts_of(exam)[0].candidate.officer
    release(exam)
    entry = Entry.objects.get()
    assert (entry.officer, entry.credits, entry.hours, entry.evidence) == (
        officer, 2, 0, f"sittings.outcome:{outcome_of(attempts_of(exam)[0]).pk}",
    )  # fmt: skip
    again = make_exam(pd, code="E2")
    hand_in(make_attempt(make_sitting(again, **OVER), officer=officer))
    release(again)
    assert Entry.objects.count() == 1


def test_a_qualification_exam_earns_no_credits(pd):
    release(sat(pd, kind="QUALIFICATION"))
    assert not Entry.objects.exists()


def follow() -> Job:
    job = Job.objects.get(kind="results.follow", state="QUEUED")
    run_job(job.pk)
    job.refresh_from_db()
    return job


def test_notices_and_certificates_follow_once(pd, exam_design):
    exam = sat(pd)
    found = release(exam)
    job = follow()
    assert (job.state, job.done, job.held) == ("DONE", 2, 0), job.failure
    assert Delivery.objects.filter(once_key__startswith="results.release:").count() == 2
    certificate = Certificate.objects.get()
    assert (certificate.kind, certificate.title, certificate.state) == ("EXAM", exam.title, "VALID")
    Job.objects.filter(pk=job.pk).update(state="QUEUED", attempts=0)
    run_job(job.pk)
    assert (Certificate.objects.count(), Delivery.objects.filter(once_key__startswith="results.").count()) == (1, 2)
    assert found.released.count() == 2


def test_without_a_design_people_are_told_all_the_same(pd):
    release(sat(pd))
    job = follow()
    assert (job.state, job.held) == ("DONE", 1)
    assert Delivery.objects.filter(once_key__startswith="results.release:").count() == 2


def test_a_resit_is_told_by_a_further_release(pd):
    exam = sat(pd, (16, 4), attempts=2)
    release(exam)
    failed = attempts_of(exam)[1]
    assert [one.candidate for one in resit_list(exam)] == [failed.candidate]
    later = plan_sitting(exam)
    open_resit(later, [failed.candidate.officer], actor=factory.make_user())
    candidate = exam.candidates.get(turn=2)
    later.opens_at, later.closes_at = timezone.now() - timedelta(hours=4), timezone.now()
    later.save()
    prepare(exam, [candidate])
    hand_in(Attempt.objects.get(candidate=candidate))
    release(exam, sittings=[later])
    found = figures_of(exam, 5)
    assert (str(found.first), str(found.final)) == ("50.0%（1/2人）", "100.0%（2/2人）")
    assert Outcome.objects.count() == 3


def test_a_rate_is_never_said_without_its_fraction():
    rate = Rate(355, 357)
    assert f"{rate}" == str(rate) == "99.4%（355/357人）"
    with pytest.raises(TypeError):
        f"{rate:.1f}"
    with pytest.raises(TypeError):
        float(rate)


def test_small_groups_are_not_shown_alone():
    groups = {"甲": Rate(9, 10), "乙": Rate(3, 4), "丙": Rate(20, 20), "丁": Rate(1, 1)}
    rows = rows_of(groups, 5)
    assert [(row.name, str(row.rate)) for row in rows] == [
        ("甲", "90.0%（9/10人）"), ("丙", "100.0%（20/20人）"), ("其余2个单位", "80.0%（4/5人）"),
    ]  # fmt: skip
    assert hidden({"甲": 10, "乙": 4, "丙": 20}, 5) == {"乙", "甲"}, "one alone would follow from the total"
    assert hidden({"甲": 10, "丙": 20}, 5) == set()
    assert rows_of({"甲": Rate(1, 2)}, 5)[0].rate is None


def test_outcomes_stay(pd):
    release(sat(pd))
    for sql in ("UPDATE sittings_outcome SET reason = 'x'", "DELETE FROM sittings_outcome"):
        with pytest.raises(Exception, match="append"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_a_pass_is_what_the_marks_say(pd):
    release(sat(pd, (4,)))
    last = Outcome.objects.get()
    with pytest.raises(Exception, match="sittings_outcome_passed"), transaction.atomic():
        Outcome.objects.create(
            attempt=last.attempt, number=2, objective=4, by_hand=0, full=16, pass_marks=last.pass_marks, is_passed=True,
            cause="APPEAL",
        )  # fmt: skip
