"""Any order of saves, retries, tabs, devices, cuts, deadlines and hand-ins: the house answers as the model does."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from exams.sittings import token
from exams.sittings.models import Answer, AnswerEvent, Attempt, Receipt
from exams.sittings.services.starting import take_over
from exams.sittings.services.submitting import answers_hash, sweep
from tests.exams.sittings.factory import make_exam, make_open_attempt, make_sitting
from tests.exams.sittings.model import AttemptModel

pytestmark = pytest.mark.django_db
KINDS = {1: "stored", 2: "late", 3: "closed"}
SLOTS, REVS = st.integers(1, 3), st.integers(1, 4)
ANSWERS = st.sampled_from([None, {"1": "甲"}, {"1": "乙", "2": "丙"}])
ITEMS = st.lists(st.tuples(SLOTS, REVS, ANSWERS), min_size=1, max_size=4, unique_by=lambda item: item[:2])


class Devices(RuleBasedStateMachine):
    sitting = None

    @initialize()
    def begin(self):
        self.attempt, self.model = make_open_attempt(self.sitting), AttemptModel()
        self.tokens = {1: token.issue(self.attempt)}
        self.sent, self.receipts, self.client = [], set(), Client()

    def post(self, address: str, epoch: int, content=None):
        body = json.dumps(content) if content else ""
        headers = {"X-Attempt": self.tokens[epoch]}
        return self.client.post(address, body, "application/json", headers=headers).json()

    def deliver(self, epoch: int, items: list) -> None:
        answers = [{"slot": slot, "rev": rev, "answer": answer} for slot, rev, answer in items]
        told = self.post("/answers/", epoch, {"answers": answers})
        code, stored = self.model.save(epoch, items)
        assert (told["code"], [one["stored"] for one in told["answers"]]) == (code, stored)
        known = self.model.events
        kept = [known[slot, epoch, rev][0] for slot, rev, _ in items if (slot, epoch, rev) in known]
        sent = [answer for slot, rev, answer in items if (slot, epoch, rev) in known]
        held = [one["held"] for one in told["answers"] if "held" in one]
        assert held == [one for one, other in zip(kept, sent, strict=True) if one != other]

    @rule(items=ITEMS, back=st.integers(0, 2))
    def save(self, items, back):
        """From this device or one that was superseded."""
        epoch = max(1, self.model.epoch - back)
        self.sent.append((epoch, items))
        self.deliver(epoch, items)

    @rule(which=st.integers(0, 100))
    def retry(self, which):
        """A message delivered again, or late: the reply to the first was lost."""
        if self.sent:
            self.deliver(*self.sent[which % len(self.sent)])

    @rule()
    def another_device(self):
        if self.model.take_over():
            self.tokens[self.model.epoch] = token.issue(take_over(self.attempt))

    def move_deadline(self, minutes: int) -> None:
        self.model.is_over = minutes < 0
        deadline = timezone.now() + timedelta(minutes=minutes)
        Attempt.objects.filter(pk=self.attempt.pk).update(deadline_at=deadline)

    @rule()
    def time_is_up(self):
        self.move_deadline(-10)

    @rule()
    def extended(self):
        self.move_deadline(10)

    @rule(back=st.integers(0, 1))
    def hand_in(self, back):
        epoch = max(1, self.model.epoch - back)
        told = self.post("/answers/hand-in/", epoch)
        assert told["code"] == self.model.submit(epoch)
        self.receipts |= {told.get("sha256")} - {None}

    @rule()
    def swept(self):
        sweep()
        self.model.sweep()

    @invariant()
    def everything_is_kept_as_told(self):
        if not hasattr(self, "attempt"):
            return
        of = {"attempt": self.attempt}
        rows = AnswerEvent.objects.filter(**of).values_list("slot", "epoch", "rev", "payload", "kind")
        kept = {(slot, epoch, rev): (payload, KINDS[kind]) for slot, epoch, rev, payload, kind in rows}
        assert kept == self.model.events
        rows = Answer.objects.filter(**of).values_list("slot", "rev", "payload")
        assert {slot: (rev, payload) for slot, rev, payload in rows} == self.model.answers
        assert Attempt.objects.values_list("state", "epoch").get(pk=self.attempt.pk) == (
            self.model.state,
            self.model.epoch,
        )

    @invariant()
    def one_receipt_for_what_counts(self):
        if not hasattr(self, "attempt") or self.model.state == "OPEN":
            return
        receipt = Receipt.objects.get(attempt=self.attempt)
        counted = {slot: answer for slot, (_, answer) in sorted(self.model.answers.items()) if answer is not None}
        assert receipt.sha256 == answers_hash(self.attempt.pk, counted)
        assert self.receipts <= {receipt.sha256}


@pytest.mark.parametrize("examples", [30, pytest.param(500, marks=pytest.mark.slow)])
def test_devices(examples, districts):
    class OfThisExam(Devices):
        sitting = make_sitting(make_exam(districts["PD"], kinds=("fill_in",), each=3))

    quiet = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(OfThisExam, settings=quiet)
