"""From a draft to a list of candidates: what is refused, what is kept."""

import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.sittings.models import Candidate, Exam, Hall, Sitting, UnitQuota
from exams.sittings.services.candidates import add_candidates, defer, nominate, remove_candidate
from exams.sittings.services.exams import change_exam, draft_exam, publish_exam
from exams.sittings.services.seating import interleaved, seat_candidates
from exams.sittings.services.windows import (
    Places,
    add_hall,
    add_sitting,
    copy_sitting,
    move_sitting,
    remove_sitting,
    share_places,
)
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import make_venue
from tests.exams.sittings.factory import make_attempt, make_candidate, make_exam, make_hall, make_sitting
from tests.exams.sittings.office import make_draft, plan_sitting, soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(db):
    return factory.make_user()


@pytest.fixture
def draft(districts):
    return make_draft(districts["PD"])


@pytest.fixture
def exam(districts):
    return make_exam(districts["PD"])


def codes(caught) -> list[str]:
    return [one.code for one in caught.value.error_list]


@pytest.mark.parametrize(
    ("about", "percent"),
    [
        ({"kind": "LEVEL", "level": "BASIC"}, 60),
        ({"kind": "LEVEL", "level": "INTERMEDIATE"}, 70),
        ({"kind": "LEVEL", "level": "ADVANCED"}, 80),
        ({"kind": "QUALIFICATION", "subject": "GENERAL_LAW"}, 60),
    ],
)
def test_what_is_left_open_is_what_the_rules_say(about, percent, rules, draft, actor):
    made = draft_exam(
        Exam(code="E2", title="考试", unit=draft.unit, blueprint=draft.blueprint, grace_seconds=60, attempts=None,
             pass_percent=None, **about),
        actor=actor, day=timezone.localdate(),
    )  # fmt: skip
    assert (made.pass_percent, made.attempts) == (Decimal(percent), 2)
    assert made.rule_version.rule.code == "R26"


def test_without_rules_there_is_no_exam(draft, actor):
    with pytest.raises(ValidationError) as caught:
        draft_exam(draft, actor=actor, day=timezone.localdate())
    assert caught.value.code == "no_rule"


def test_an_exam_is_published_by_another_with_everything_in_order(draft, actor):
    with pytest.raises(ValidationError) as caught:
        publish_exam(draft, actor=actor)
    assert codes(caught) == ["no_sitting"]
    Sitting.objects.create(exam=draft, number=9, opens_at=soon())
    plan_sitting(draft, minutes=60)
    draft.blueprint.banks.get().questions.filter(type="single").update(state="RETIRED")
    with pytest.raises(ValidationError) as caught:
        publish_exam(draft, actor=actor)
    assert codes(caught) == ["short", "no_close", "window_short"]


def test_a_draft_blueprint_keeps_an_exam_from_being_published(draft, actor):
    plan_sitting(draft)
    type(draft.blueprint).objects.update(checked_by=None, checked_at=None)
    with pytest.raises(ValidationError) as caught:
        publish_exam(Exam.objects.get(), actor=actor)
    assert codes(caught) == ["not_approved"]


def test_whoever_made_it_does_not_publish_it_and_afterwards_its_terms_stay(rules, draft, actor):
    plan_sitting(draft)
    with pytest.raises(ValidationError) as caught:
        publish_exam(draft, actor=draft.made_by)
    assert caught.value.code == "same_person"
    assert publish_exam(draft, actor=actor).checked_by == actor
    draft.limit_minutes = 200
    with pytest.raises(ValidationError) as caught:
        change_exam(draft, ["limit_minutes"], actor=draft.made_by, day=timezone.localdate())
    assert caught.value.code == "published"


def test_whoever_changed_a_draft_does_not_publish_it(rules, draft, actor):
    plan_sitting(draft)
    draft.title = "新的名称"
    change_exam(draft, ["title"], actor=actor, day=timezone.localdate())
    with pytest.raises(ValidationError) as caught:
        publish_exam(draft, actor=actor)
    assert caught.value.code == "same_person"


def test_a_hall_only_exam_needs_halls(districts, actor):
    draft = make_draft(districts["PD"], browsers="HALL")
    plan_sitting(draft)
    with pytest.raises(ValidationError) as caught:
        publish_exam(draft, actor=actor)
    assert codes(caught) == ["no_hall"]


def test_a_room_holds_one_sitting_at_a_time_and_no_more_than_it_can(exam, districts, actor):
    venue = make_venue(districts["PD"], seats=30)
    first, second = plan_sitting(exam), plan_sitting(exam)
    hall = {"unit": exam.unit, "name": "甲", "venue": venue}
    with pytest.raises(ValidationError) as caught:
        add_hall(Hall(sitting=first, seats=31, **hall), [], actor=actor)
    assert caught.value.code == "venue_small"
    add_hall(Hall(sitting=first, seats=30, **hall), [], actor=actor)
    with pytest.raises(ValidationError) as caught:
        add_hall(Hall(sitting=second, seats=30, **hall), [], actor=actor)
    assert caught.value.code == "venue_taken"


def test_a_copied_sitting_has_its_halls_and_places_and_other_codes(exam, districts, actor):
    sitting = plan_sitting(exam, seats=20)
    share_places(sitting, [Places(districts["PD-01"], 5)], actor=actor)
    sitting.halls.get().invigilators.add(actor)
    made = copy_sitting(sitting, soon(48), actor=actor)
    hall = made.halls.get()
    assert (made.number, hall.seats, list(hall.invigilators.all())) == (2, 20, [actor])
    assert made.closes_at - made.opens_at == sitting.closes_at - sitting.opens_at
    assert list(made.quotas.values_list("unit__code", "places")) == [("PD-01", 5)]


def test_a_moved_window_moves_the_seal_of_its_papers(exam, actor):
    sitting = plan_sitting(exam)
    attempt = make_attempt(sitting)
    moved = move_sitting(sitting, soon(72), soon(75), actor=actor)
    attempt.paper.refresh_from_db()
    assert attempt.paper.opens_at == moved.opens_at
    begun = make_sitting(exam, number=5)
    with pytest.raises(ValidationError) as caught:
        move_sitting(begun, soon(72), soon(75), actor=actor)
    assert caught.value.code == "opened"


def test_candidates_are_entered_once_with_what_they_are_that_day(exam, districts, actor):
    sitting = plan_sitting(exam, seats=2)
    officers = [factory.make_officer(districts["PD-01"], rank="OFFICER_1") for _ in range(3)]
    gone = factory.make_officer(districts["PD-01"], status="RETIRED")
    answers = add_candidates(sitting, [gone, *officers], actor=actor)
    refused = [one.refusal.code if one.refusal else "" for one in answers]
    assert refused == ["not_in_service", "", "", "full"]
    first = Candidate.objects.order_by("number").first()
    assert first.facts["rank"] == "OFFICER_1"
    assert first.facts["unit"] == "PD-01"
    assert len({one.number for one in Candidate.objects.all()}) == 2
    other = plan_sitting(exam)
    assert add_candidates(other, officers[:1], actor=actor)[0].refusal.code == "already_in"
    assert AuditEvent.objects.filter(action="sittings.add_candidates").count() == 1


def test_a_unit_names_its_own_within_its_places(exam, districts, actor):
    sitting = plan_sitting(exam, seats=9)
    share_places(sitting, [Places(districts["PD"], 3), Places(districts["PD-01"], 1)], actor=actor)
    first, second = (factory.make_officer(districts["PD-01"]) for _ in range(2))
    other, stranger = factory.make_officer(districts["PD-02"]), factory.make_officer(districts["XH-01"])
    answers = nominate(sitting, [first, second, other, stranger], actor=actor)
    assert [one.refusal.code if one.refusal else "" for one in answers] == ["", "quota_full", "", "no_quota"]
    defer(Candidate.objects.get(officer=first), actor=actor, reason="出差")
    assert nominate(sitting, [second], actor=actor)[0].candidate


def test_places_never_exceed_seats_nor_fall_below_what_is_filled(exam, districts, actor):
    sitting = plan_sitting(exam, seats=4)
    with pytest.raises(ValidationError) as caught:
        share_places(sitting, [Places(districts["PD"], 5)], actor=actor)
    assert caught.value.code == "over_capacity"
    add_candidates(sitting, [factory.make_officer(districts["PD-01"]) for _ in range(2)], actor=actor)
    with pytest.raises(ValidationError) as caught:
        share_places(sitting, [Places(districts["PD"], 1)], actor=actor)
    assert caught.value.code == "quota_below"


def test_nobody_is_entered_once_the_window_is_open_nor_named_before_publishing(exam, districts, actor):
    officer = factory.make_officer(districts["PD-01"])
    with pytest.raises(ValidationError) as caught:
        add_candidates(make_sitting(exam), [officer], actor=actor)
    assert caught.value.code == "opened"
    with pytest.raises(ValidationError) as caught:
        nominate(plan_sitting(make_draft(districts["PD"], code="E9")), [officer], actor=actor)
    assert caught.value.code == "not_published"


def test_neighbours_come_from_different_units_and_late_ones_take_what_is_free(exam, districts, actor):
    sitting = plan_sitting(exam, seats=10)
    add_candidates(sitting, [factory.make_officer(districts["PD-01"]) for _ in range(3)], actor=actor)
    add_candidates(sitting, [factory.make_officer(districts["XH-01"]) for _ in range(3)], actor=actor)
    assert seat_candidates(sitting, actor=actor) == 6
    order = [one.unit.code[:2] for one in sitting.candidates.order_by("seat").select_related("unit")]
    assert all(first != second for first, second in itertools.pairwise(order)), order
    seats = dict(sitting.candidates.values_list("number", "seat"))
    add_candidates(sitting, [factory.make_officer(districts["PD-02"])], actor=actor)
    assert seat_candidates(sitting, actor=actor) == 1
    assert seats.items() <= dict(sitting.candidates.values_list("number", "seat")).items()
    assert interleaved([]) == []


def test_more_people_than_seats_are_not_seated(exam, districts, actor):
    sitting = plan_sitting(exam)
    add_candidates(sitting, [factory.make_officer(districts["PD-01"]) for _ in range(3)], actor=actor)
    make_hall(sitting, seats=2)
    with pytest.raises(ValidationError) as caught:
        seat_candidates(sitting, actor=actor)
    assert caught.value.code == "full"


def test_a_deferred_candidate_gives_his_seat_back_and_a_prepared_one_stays_on_the_list(exam, actor):
    sitting = plan_sitting(exam)
    attempt = make_attempt(sitting, hall=make_hall(sitting), seat=7)
    with pytest.raises(ValidationError) as caught:
        remove_candidate(attempt.candidate, actor=actor)
    assert caught.value.code == "prepared"
    row = defer(attempt.candidate, actor=actor, reason="病假")
    assert (row.state, row.hall, row.seat) == ("DEFERRED", None, None)
    with pytest.raises(ValidationError) as caught:
        defer(row, actor=actor, reason="病假")
    assert caught.value.code == "not_expected"


def test_an_empty_sitting_can_be_removed(exam, actor):
    sitting = plan_sitting(exam, seats=3)
    share_places(sitting, [Places(exam.unit, 3)], actor=actor)
    remove_sitting(sitting, actor=actor)
    assert not (Sitting.objects.exists())
    assert not (Hall.objects.exists())
    assert not (UnitQuota.objects.exists())
    taken = plan_sitting(exam)
    make_candidate(taken)
    with pytest.raises(ValidationError) as caught:
        remove_sitting(taken, actor=actor)
    assert caught.value.code == "has_candidates"


def test_a_window_begins_in_the_future(exam, actor):
    past = timezone.now() - timedelta(minutes=1)
    with pytest.raises(ValidationError) as caught:
        add_sitting(Sitting(exam=exam, opens_at=past, closes_at=soon()), actor=actor)
    assert caught.value.code == "past"
