"""A person-year counted twice: by the rules of its time, and by the same with one version in place of its rule.

Both times through `counting.count`. Equal questions are asked once: a million entries are few different ones.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lms.ledger.counting import GENERAL_RULES, Activity, Counted, RuleBook, Tally, activity_of, count
from lms.rules.formula import ZERO


@dataclass
class Recount:
    """`approved` are all versions ever in force, oldest first; `version` counts from `since` in its rule's place."""

    version: Any
    since: date
    approved: list
    answers: dict = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.by_id = {row.pk: row for row in [*self.approved, self.version]}
        self.declared = [row.pk for row in self.approved if "declared" in row.activities]
        self.yearly = {row.pk for row in self.by_id.values() if any(cap["per"] == "year" for cap in row.caps)}
        times = {
            item["value"]
            for row in self.by_id.values()
            for item in row.formula.get("items", [])
            if item.get("type") == "time"
        }
        self.turns = sorted({"00:00", *times})
        self._days: dict[date, dict[str, int]] = {}
        self._pairs: dict[tuple[date, int], tuple[tuple, tuple]] = {}

    def person(self, lines: Iterable[tuple]) -> dict[str, Decimal]:
        """What each sum of one person-year gains; empty where nothing changes.

        A line is (owner, id, reversed id or None, day, layer, category, version id, quantity as JSON text, end or None).
        """
        was, will, kept, gains = Tally(), Tally(), {}, {}
        for _, pk, reverses, on, layer, category, version_id, quantity, ended_at in lines:
            if reverses:
                activity, before, after = kept.pop(reverses)
                sign = -1
            else:
                measured = quantity, self._clock(ended_at)
                activity = self._activity(version_id, on, layer, category, measured)
                old_book, new_book = self._books(on, version_id)
                before = self._count(old_book, activity, was, measured)
                after = self._count(new_book, activity, will, measured)
                kept[pk] = activity, before, after
                sign = 1
            was.add(activity, before, sign)
            will.add(activity, after, sign)
            if before is not after and before != after:
                _note(gains, layer, before, after, sign)
        return {name: gain for name, gain in gains.items() if gain}

    def _clock(self, ended_at: str | None) -> str | None:
        """The last moment at which the hours that count began or ended: all ends up to the next are equal."""
        return ended_at and self.turns[bisect_right(self.turns, ended_at) - 1]

    def _activity(self, version_id: int, on: date, layer: str, category: str, measured: tuple) -> Activity:
        key = ("activity", version_id, on, layer, category, measured)
        if key not in self.answers:
            code, (quantity, clock) = self.by_id[version_id].rule.code, measured
            ended = {"ended_at": clock} if clock else {}
            self.answers[key] = activity_of(code, on, layer, category, json.loads(quantity) | ended)
        return self.answers[key]

    def _count(self, book: tuple, activity: Activity, tally: Tally, measured: tuple) -> Counted:
        so_far = tally.so_far(activity)
        key = (
            book, activity.layer, activity.category, measured, so_far.day, so_far.day_by_layer.get(activity.layer),
            (so_far.rule_year_hours, so_far.rule_year_credits) if book[0] in self.yearly else None,
        )  # fmt: skip
        if key not in self.answers:
            rules = RuleBook({self.by_id[pk].rule.code: self.by_id[pk] for pk in reversed(book)})
            self.answers[key] = count(activity, rules, so_far)
        return self.answers[key]

    def _books(self, on: date, version_id: int) -> tuple[tuple, tuple]:
        """The versions that counted and would count an entry: its own rule's first, then the general ones."""
        if (on, version_id) not in self._pairs:
            code = self.version.rule.code
            was = [version_id, *self._general(on).values()]
            will = was
            if on >= self.since:
                will = [self.version.pk if self.by_id[pk].rule.code == code else pk for pk in was]
            self._pairs[on, version_id] = tuple(was), tuple(will)
        return self._pairs[on, version_id]

    def _general(self, on: date) -> dict[str, int]:
        if on not in self._days:
            in_force = {row.rule.code: row.pk for row in self.approved if row.effective_from <= on}
            self._days[on] = {code: in_force[code] for code in GENERAL_RULES}
        return self._days[on]


def _note(gains: dict, layer: str, before: Counted, after: Counted, sign: int) -> None:
    hours = (after.hours if after.counts_hours else ZERO) - (before.hours if before.counts_hours else ZERO)
    credits = (after.credits if after.counts_credits else ZERO) - (before.credits if before.counts_credits else ZERO)
    for name, gain in (("hours", hours), ("credits", credits)):
        for total in (f"got_{name}", f"got_{layer.lower()}_{name}"):
            gains[total] = gains.get(total, ZERO) + sign * gain
