"""Nobody marks his own, his unit's, his class's or his apprentice's script; loads are even; the seed decides the rest."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from exams.marking.allocation import Job, NobodyLeft, Person, allocate, bar
from exams.marking.models import Assignment, Marker
from exams.marking.services.facts import deposit_bar, facts_of_marker
from exams.marking.services.rounds import jobs_of
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment
from tests.exams.marking.factory import hand_in, in_first, make_markers, make_written_exam, prepared, written
from tests.exams.sittings.factory import make_attempt, make_sitting
from tests.instructors.mentorship.factory import make_mentorship

TEAM, OTHER = "000100010001", "000100020001"
WRITER = {"user": 1, "unit": TEAM, "classes": [7], "pairs": [4]}


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(1, {}), "own"),
        (Person(2, {"unit": TEAM}), "unit"),
        (Person(2, {"unit": TEAM + "0001"}), "unit"),
        (Person(2, {"unit": "00010001"}), ""),
        (Person(2, {"unit": OTHER, "classes": [7]}), "class"),
        (Person(4, {"unit": OTHER}), "mentor"),
        (Person(5, {"unit": OTHER}), "before"),
        (Person(6, {"unit": OTHER, "classes": [8]}), ""),
        (Person(6, {}), ""),
    ],
)
def test_every_bar(person, why):
    assert bar(Job(9, WRITER, {5: "before"}), person) == why


def test_a_small_team_is_its_district_and_the_bureau_only_itself():
    small = Job(9, {**WRITER, "unit": "00010001"})
    assert bar(small, Person(2, {"unit": "000100010002"})) == "unit"
    bureau = Job(9, {**WRITER, "unit": "0001", "is_whole_city": True})
    assert bar(bureau, Person(2, {"unit": TEAM})) == ""
    assert bar(bureau, Person(2, {"unit": "0001"})) == "unit"


def test_nobody_left_names_the_scripts():
    with pytest.raises(NobodyLeft) as refusal:
        allocate([Job(8, WRITER), Job(9, {})], [Person(2, {"unit": TEAM})], "seed")
    assert refusal.value.scripts == [8]


units = st.sampled_from(["00010001", "00010002", "00010003", ""])
jobs = st.lists(units, min_size=1, max_size=40).map(
    lambda several: [Job(at, {"user": 1000 + at, "unit": unit}) for at, unit in enumerate(several)]
)
people = st.lists(units, min_size=1, max_size=6).map(
    lambda several: [Person(at, {"unit": unit}) for at, unit in enumerate([*several, ""])]
)


@given(jobs, people, st.text("abc", min_size=1, max_size=3))
def test_barred_from_none_repeatable_and_even_where_nobody_is_barred(several, team, seed):
    plan = allocate(several, team, seed)
    assert plan == allocate(list(reversed(several)), list(reversed(team)), seed)
    by_user = {one.user: one for one in team}
    assert all(not bar(job, by_user[plan[job.pk]]) for job in several)
    loads = [list(plan.values()).count(one.user) for one in team]
    if not any(bar(job, one) for job in several for one in team):
        assert max(loads) - min(loads) <= 1


@pytest.mark.django_db
def test_facts_are_deposited_when_scripts_and_markers_come(rules, districts):
    exam = make_written_exam(districts["PD"])
    writer = factory.make_officer(districts["PD-01"])
    taught = make_class(districts["PD-01"], ends_on=timezone.localdate() + timedelta(days=9))
    make_enrollment(taught, officer=writer)
    pair = make_mentorship(districts["PD-01"])
    sitting = make_sitting(exam)
    hand_in(make_attempt(sitting, officer=writer))
    hand_in(make_attempt(sitting, officer=pair.apprentice))
    prepared(exam)
    facts = {one.facts["user"]: one.facts for one in exam.scripts.all()}
    assert facts[writer.user_id]["classes"] == [taught.pk]
    assert facts[writer.user_id]["unit"] == districts["PD"].path, "two candidates are a small team"
    assert facts[pair.apprentice.user_id]["pairs"] == [pair.mentor.user_id]
    head = factory.make_user()
    taught.head_teacher = head
    taught.save()
    assert facts_of_marker(head)["classes"] == [taught.pk]
    assert facts_of_marker(writer.user)["unit"] == districts["PD-01"].path


@pytest.mark.django_db
def test_a_plan_keeps_every_bar_and_shares_evenly(rules, city, districts):
    """Two markers of the candidates' own district get nothing; a third serves its colleagues' share."""
    exam = written(districts["PD"], 6)
    own = factory.make_officer(districts["PD-01"]).user
    factory.grant(own, "MARKER", city)
    task, _ = in_first(districts["PD"], exam=exam, markers=[own, *make_markers(districts["XH"], 2)])
    counts = [Assignment.objects.filter(script__task=task, marker=one.user).count() for one in task.markers.all()]
    assert sorted(counts) == [0, 3, 3]
    assert not Assignment.objects.filter(marker=own).exists()


@pytest.mark.django_db
def test_a_deposited_bar_counts_whatever_the_facts_say(rules, districts):
    task, markers = in_first(districts["PD"], 1)
    script = task.scripts.get()
    for _ in range(2):
        deposit_bar(script, markers[0], reason="对该答卷提出过复核", evidence="results.appeal:1")
    assert script.bars.count() == 1
    assert bar(jobs_of([script])[0], Person(markers[0].pk, {})) == "deposited"
    assert Marker.objects.count() == 3
