"""What an invigilator may do, what two persons decide, and what becomes of answers that came another way."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.sittings import token
from exams.sittings.models import Answer, AnswerEvent, Attempt, Compensation, Incident, Presence, Voiding
from exams.sittings.saving import Kind, save
from exams.sittings.services.compensating import grant_compensation, propose_compensation, refuse_compensation
from exams.sittings.services.hall import collect, move_seat, seats_of
from exams.sittings.services.incidents import decide_voiding, propose_voiding, report_incident
from exams.sittings.services.rescuing import accept_late, import_unsent, not_counted, propose_acceptance
from exams.sittings.services.submitting import submit, sweep
from lms.audit.models import AuditEvent
from tests import factory
from tests.exams.sittings.factory import (
    make_attempt,
    make_candidate,
    make_exam,
    make_hall,
    make_open_attempt,
    make_sitting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(districts):
    return make_sitting(make_exam(districts["PD"], kinds=("fill_in",), each=3))


@pytest.fixture
def two(db):
    return factory.make_user(), factory.make_user()


def refusal(call, *values, **named) -> str:
    with pytest.raises(ValidationError) as caught:
        call(*values, **named)
    return getattr(caught.value, "code", None) or (caught.value.error_dict and "fields")


def put(attempt, rev, text="a", slot=1):
    return save(attempt.pk, attempt.epoch, [(slot, rev, json.dumps({"1": text}))])


def give(two, **whose) -> Compensation:
    row = propose_compensation(Compensation(minutes=10, reason="断电", **whose), actor=two[0])
    grant_compensation(row, actor=two[1])
    return row


def ends(attempt):
    return Attempt.objects.get(pk=attempt.pk).deadline_at


@pytest.mark.parametrize("whose", ["candidate", "hall", "sitting"])
def test_minutes_reach_those_they_are_for_and_nobody_else(sitting, two, whose):
    halls = [make_hall(sitting, name=name) for name in ("甲", "乙")]
    first, second, third = (
        make_open_attempt(sitting, hall=hall, seat=seat) for hall, seat in ((halls[0], 1), (halls[0], 2), (halls[1], 1))
    )
    before = {one.pk: one.deadline_at for one in (first, second, third)}
    target = {"candidate": {"candidate": first.candidate}, "hall": {"hall": halls[0]}, "sitting": {}}[whose]
    give(two, sitting=sitting, **target)
    moved = [ends(one) - before[one.pk] == timedelta(minutes=10) for one in (first, second, third)]
    assert moved == {"candidate": [True, False, False], "hall": [True, True, False], "sitting": [True] * 3}[whose]


def test_minutes_add_up_and_count_for_who_starts_later(sitting, two):
    candidate = make_candidate(sitting)
    give(two, sitting=sitting, candidate=candidate)
    give(two, sitting=sitting)
    plain, given = make_open_attempt(make_sitting(sitting.exam, number=2)), make_open_attempt_of(candidate)
    length = (given.deadline_at - given.started_at) - (plain.deadline_at - plain.started_at)
    assert length == timedelta(minutes=20)


def make_open_attempt_of(candidate):
    from exams.sittings.services.preparing import prepare  # noqa: PLC0415
    from exams.sittings.services.starting import start_attempt  # noqa: PLC0415

    prepare(candidate.exam, [candidate])
    return start_attempt(Attempt.objects.get(candidate=candidate))


def test_one_person_cannot_give_minutes(sitting, two):
    row = propose_compensation(Compensation(sitting=sitting, minutes=5, reason="断电"), actor=two[0])
    assert refusal(grant_compensation, row, actor=two[0]) == "same_person"
    refuse_compensation(row, actor=two[1], reason="没有断电")
    row.refresh_from_db()
    assert refusal(grant_compensation, row, actor=two[1]) == "refused"


def test_what_the_clock_handed_in_opens_again_and_what_he_handed_in_does_not(sitting, two):
    swept, own = make_open_attempt(sitting), make_open_attempt(sitting)
    submit(own)
    Attempt.objects.filter(pk=swept.pk).update(deadline_at=timezone.now() - timedelta(minutes=2))
    assert sweep() == 1
    give(two, sitting=sitting)
    assert [Attempt.objects.get(pk=one.pk).state for one in (swept, own)] == ["OPEN", "SUBMITTED"]
    assert put(swept, 1).kind == Kind.STORED
    assert submit(Attempt.objects.get(pk=swept.pk)).number == 2


def test_a_voided_attempt_takes_nothing_more_and_keeps_all(sitting, two):
    attempt = make_open_attempt(sitting)
    put(attempt, 1)
    incident = report_incident(
        Incident(candidate=attempt.candidate, kind="夹带", at=timezone.now(), description="桌面有纸条。"), actor=two[0]
    )
    voiding = propose_voiding(Voiding(candidate=attempt.candidate, incident=incident, reason="夹带。"), actor=two[0])
    assert refusal(decide_voiding, voiding, actor=two[0]) == "same_person"
    decide_voiding(voiding, actor=two[1])
    assert put(attempt, 2).kind == Kind.CLOSED
    assert Answer.objects.get().payload == {"1": "a"}
    assert attempt.candidate.officer.user.deliveries.filter(notice__title="答卷作废通知").exists()
    assert AuditEvent.objects.filter(action="sittings.void").exists()


def test_an_incident_alone_takes_nothing(sitting, two):
    attempt = make_open_attempt(sitting)
    report_incident(
        Incident(candidate=attempt.candidate, kind="夹带", at=timezone.now(), description="桌面有纸条。"), actor=two[0]
    )
    assert put(attempt, 1).kind == Kind.STORED


def late_attempt(sitting) -> Attempt:
    attempt = make_open_attempt(sitting)
    put(attempt, 1, "按时")
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() - timedelta(minutes=5))
    sweep()
    put(attempt, 2, "迟到")
    return attempt


def test_late_answers_count_once_two_persons_say_so(sitting, two):
    attempt = late_attempt(sitting)
    first = attempt.receipts.get()
    events = list(not_counted(attempt).values_list("pk", flat=True))
    row = propose_acceptance(attempt, events, "机房断电，监考证明", actor=two[0])
    assert refusal(accept_late, row, actor=two[0]) == "same_person"
    assert Answer.objects.get().payload == {"1": "按时"}
    receipt = accept_late(row, actor=two[1])
    assert Answer.objects.get().payload == {"1": "迟到"}
    assert (receipt.number, receipt.sha256 != first.sha256) == (2, True)


def unsent(attempt, *answers) -> bytes:
    listed = [{"slot": slot, "rev": rev, "answer": answer} for slot, rev, answer in answers]
    return json.dumps({"format": "x", "token": token.issue(attempt), "answers": listed}).encode()


def test_a_file_of_unsent_answers_is_evidence_until_accepted(sitting, two):
    attempt = make_open_attempt(sitting)
    submit(attempt)
    data = unsent(attempt, (2, 1, {"1": "旧"}), (2, 2, {"1": "新"}))
    assert import_unsent(attempt, data, actor=two[0]).stored == 2
    assert not Answer.objects.exists()
    assert refusal(import_unsent, attempt, data, actor=two[0]) == "imported"
    events = list(AnswerEvent.objects.filter(kind=AnswerEvent.Kind.IMPORTED).values_list("pk", flat=True))
    accept_late(propose_acceptance(attempt, events, "平板坏了", actor=two[0]), actor=two[1])
    assert Answer.objects.get(slot=2).payload == {"1": "新"}


def test_files_that_are_not_his_or_not_ours(sitting, two):
    attempt, other = make_open_attempt(sitting), make_open_attempt(sitting)
    assert refusal(import_unsent, attempt, unsent(other, (1, 1, None)), actor=two[0]) == "not_ours"
    assert refusal(import_unsent, attempt, unsent(attempt, (9, 1, None)), actor=two[0]) == "bad_file"
    forged = unsent(attempt, (1, 1, None)).replace(b'"token": "', b'"token": "1')
    assert refusal(import_unsent, attempt, forged, actor=two[0]) == "not_ours"
    for data in (b"", b"PK\x03\x04", b"[]", b'{"token": 1}', b"\xff", b"[" * 100_000):
        assert refusal(import_unsent, attempt, data, actor=two[0]) == "bad_file"
    assert not AnswerEvent.objects.exists()


def test_seats(sitting, two, django_assert_num_queries):
    hall = make_hall(sitting)
    now = timezone.now()
    writing, silent, done, ready = (make_open_attempt(sitting, hall=hall, seat=seat) for seat in (1, 2, 3, 4))
    put(writing, 1)
    Attempt.objects.filter(pk=silent.pk).update(started_at=now - timedelta(minutes=9))
    Presence.objects.create(attempt=silent, seen_at=now - timedelta(minutes=5))
    submit(done)
    Attempt.objects.filter(pk=ready.pk).update(state="READY", started_at=None)
    give(two, sitting=sitting, candidate=writing.candidate)
    seats = seats_of(hall.candidates.all(), timezone.now())
    assert [seat.state for seat in seats] == ["writing", "offline", "done", "ready"]
    assert (seats[0].answered, seats[0].total, seats[0].minutes) == (1, 3, 10)
    for seat in range(5, 12):
        make_attempt(sitting, hall=hall, seat=seat)
    with django_assert_num_queries(1):
        assert len(seats_of(hall.candidates.all(), now)) == 11


def test_seats_are_exchanged(sitting, two):
    hall = make_hall(sitting)
    first, second = make_open_attempt(sitting, hall=hall, seat=1), make_open_attempt(sitting, hall=hall, seat=2)
    put(first, 1)
    move_seat(first.candidate, hall, 2, actor=two[0], reason="屏幕坏了")
    places = list(hall.candidates.order_by("seat").values_list("pk", flat=True))
    assert places == [second.candidate_id, first.candidate_id]
    assert put(first, 2).kind == Kind.STORED
    assert refusal(move_seat, first.candidate, hall, 41, actor=two[0], reason="") == "no_such_seat"


def test_collected(sitting, two):
    attempt = make_open_attempt(sitting)
    put(attempt, 1)
    assert collect(attempt, actor=two[0], reason="提前离场").answered == 1
    assert refusal(collect, attempt, actor=two[0], reason="") == "not_open"
