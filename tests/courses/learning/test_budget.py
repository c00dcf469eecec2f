"""Whatever is sent, in whatever order, from however many pages: never more than the wall clock, never more than the film.

The pure model here is the service's own arithmetic (`budget`, `coverage`) with leases as it keeps them.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.learning.budget import Budget, count
from courses.learning.coverage import clip, first, length, subtract, union

START = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
LENGTH, FILMS = 90_000, 2
moments = st.integers(0, LENGTH + 20_000)
span = st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair)))
spans = st.lists(span, max_size=5)
steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(-30_000, 60_000)),
    st.tuples(st.just("open"), st.integers(0, FILMS - 1)),
    st.tuples(st.just("send"), st.integers(0, 9), st.integers(0, FILMS - 1), spans),
    st.tuples(st.just("again"), st.integers(0, 99)),
)


@dataclass
class Lease:
    budget: Budget
    ended_at: datetime | None = None


@dataclass
class House:
    speed: Decimal
    now: datetime = START
    latest: datetime = START
    leases: list[Lease] = field(default_factory=list)
    covered: dict[int, list] = field(default_factory=dict)
    seen: list[tuple] = field(default_factory=list)

    def wait(self, milliseconds):
        self.now += timedelta(milliseconds=milliseconds)
        self.latest = max(self.latest, self.now)

    def open(self, film):
        # A clock set back must not let two leases overlap: the new one begins where time had already got to.
        for lease in self.leases:
            lease.ended_at = lease.ended_at or max(self.now, lease.budget.seen_at)
        self.leases.append(Lease(Budget(max(self.now, *[one.ended_at for one in self.leases], START))))

    def send(self, number, film, found):
        if not self.leases:
            return
        lease = self.leases[number % len(self.leases)]
        self.seen.append((number, film, found))
        until = min(self.now, lease.ended_at or self.now)
        result = count(clip(found, LENGTH), self.covered.get(film, []), lease.budget.until(until, self.speed, 10**9))
        lease.budget = result.budget
        self.covered[film] = union([*self.covered.get(film, []), *result.counted])

    def again(self, number):
        if self.seen:
            self.send(*self.seen[number % len(self.seen)])


@given(st.lists(steps, max_size=40), st.sampled_from([Decimal(1), Decimal("1.5")]))
def test_no_sequence_counts_more_than_the_wall_clock_or_the_film(sequence, speed):
    house = House(speed)
    for name, *values in sequence:
        getattr(house, name)(*values)
        elapsed = (house.latest - START) // timedelta(milliseconds=1)
        assert sum(length(found) for found in house.covered.values()) <= elapsed * speed
        assert all(length(found) <= LENGTH for found in house.covered.values())


@given(spans, spans, st.integers(0, 200_000))
def test_what_is_sent_is_counted_or_in_doubt_and_nothing_else(sent, before, left):
    covered = clip(before, LENGTH)
    result = count(clip(sent, LENGTH), covered, Budget(START, left))
    assert union([*result.counted, *result.excess]) == clip(sent, LENGTH)
    assert result.budget.left == left - length(subtract(result.counted, covered))
    assert count(clip(sent, LENGTH), union([*covered, *result.counted]), result.budget).excess == result.excess


@given(spans, spans)
def test_sets_of_spans_are_sets(a, b):
    points = {moment for begin, end in a for moment in range(begin, end, 997)}
    inside = lambda moment, found: any(begin <= moment < end for begin, end in found)  # noqa: E731
    assert all(inside(point, subtract(a, b)) == (not inside(point, b)) for point in points)
    assert length(subtract(a, b)) + length(b) == length([*a, *b])


@pytest.mark.parametrize(
    ("amount", "kept"), [(0, []), (5, [(0, 5)]), (15, [(0, 10), (20, 25)]), (99, [(0, 10), (20, 30)])]
)
def test_the_first_part_of_spans(amount, kept):
    assert first([(20, 30), (0, 10)], amount) == kept


def test_more_than_may_be_kept_is_lost():
    assert Budget(START, 5).until(START + timedelta(seconds=10), Decimal(1), 8_000).left == 8_000


def test_a_clock_set_back_takes_nothing():
    budget = Budget(START, 5)
    assert budget.until(START - timedelta(seconds=10), Decimal(1), 8_000) == budget
