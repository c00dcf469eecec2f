"""Seats of a class, by whom they are for. What it says is true only under the lock of the class."""

from collections import Counter

from courses.training.models import Enrollment, TrainingClass
from lms.people.models import OrgUnit

SHARED = ""  # what no unit's quota has set aside


class Seats:
    """A unit draws on the quota of its nearest unit above that has one, everybody else on the shared seats."""

    def __init__(self, training_class: TrainingClass):
        quotas = dict(training_class.quotas.values_list("unit__path", "seats"))
        self.capacity = training_class.capacity
        self.shares = quotas | {SHARED: max(0, self.capacity - sum(quotas.values()))}
        self.taken, self.waiting, self.asked = Counter[str](), Counter[str](), Counter[str]()
        counted: dict[str, Counter[str]] = dict.fromkeys(Enrollment.SEATED, self.taken)
        counted |= {Enrollment.State.WAITLISTED: self.waiting, Enrollment.State.PENDING: self.asked}
        rows = training_class.enrollments.filter(state__in=counted).order_by()
        for path, state in rows.values_list("unit__path", "state"):
            counted[state][self._share_at(path)] += 1

    def _share_at(self, path: str) -> str:
        ends = range(len(path), 0, -OrgUnit.steplen)
        return next((path[:end] for end in ends if path[:end] in self.shares), SHARED)

    def share_of(self, unit: OrgUnit) -> str:
        return self._share_at(unit.path)

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.taken.total())

    def room(self, share: str) -> int:
        return max(0, min(self.left, self.shares[share] - self.taken[share]))

    def is_free(self, share: str) -> bool:
        """For somebody who comes now: those who wait have the first right to whatever has become free."""
        owed = sum(min(self.room(one), count) for one, count in self.waiting.items())
        return self.room(share) > self.waiting[share] and self.left > owed

    def nominations_left(self, share: str) -> int:
        named = self.taken[share] + self.waiting[share] + self.asked[share]
        return max(0, self.shares[share] - named)
