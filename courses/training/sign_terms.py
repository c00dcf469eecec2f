"""When one may sign in to a session and until when that is in time, by R41, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from courses.training.sign_code import window_of

RULE = "R41"


@dataclass(frozen=True)
class SignTerms:
    """Instants of one session. `kept` is how long a sign-in may wait on a phone without a network."""

    opens_at: datetime
    late_after: datetime
    closes_at: datetime
    seconds: int
    kept: timedelta

    def is_open(self, at: datetime) -> bool:
        return self.opens_at <= at <= self.closes_at

    def is_late(self, at: datetime) -> bool:
        return at > self.late_after

    def windows(self) -> range:
        return range(window_of(self.opens_at, self.seconds), window_of(self.closes_at, self.seconds) + 1)

    def current(self, now: datetime) -> tuple[int, int]:
        """The window of now and the one before: a phone and a network take their time; nothing of the future."""
        window = window_of(now, self.seconds)
        return window, window - 1


def sign_terms(formula: Mapping, begins_at: datetime) -> SignTerms:
    value = {item["key"]: Decimal(item["value"]) for item in formula["items"]}

    def minutes(key: str) -> timedelta:
        return timedelta(minutes=float(value[key]))

    return SignTerms(
        opens_at=begins_at - minutes("sign_in_before"),
        late_after=begins_at + minutes("late_after"),
        closes_at=begins_at + minutes("sign_in_after"),
        seconds=int(value["code_seconds"]),
        kept=timedelta(hours=float(value["offline_hours"])),
    )
