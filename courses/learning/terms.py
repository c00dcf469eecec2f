"""What R06 asks for and allows, as one value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

MILLISECONDS = 1000
A_MINUTE = 60 * MILLISECONDS
RULE = "R06"


@dataclass(frozen=True)
class Terms:
    """Milliseconds where a time is meant. `kept` is how much unreported time a lease keeps."""

    coverage: Decimal
    quiz_pass: Decimal
    speed: Decimal
    background: bool
    lease_seconds: int
    kept: int
    slack: int
    page_share: Decimal
    regular_lessons: int
    regular: int

    def needs(self, length: int) -> int:
        """How much of a media lesson has to be covered."""
        return max(int(length * self.coverage / 100) - self.slack, 0)

    def page_seconds(self, seconds: int, pages: int) -> int:
        """How long each page of a paper has to be open."""
        return math.ceil(seconds * self.page_share / 100 / pages) if pages else 0

    def is_passed(self, right: int, asked: int) -> bool:
        return right * 100 >= self.quiz_pass * asked


def terms_of(formula: Mapping) -> Terms:
    value = {item["key"]: item["value"] for item in formula["items"]}
    speed = Decimal(value["speed"])
    return Terms(
        coverage=Decimal(value["coverage"]),
        quiz_pass=Decimal(value["quiz_pass"]),
        speed=speed,
        background=value["background"] == "1",
        lease_seconds=int(Decimal(value["lease_seconds"])),
        kept=int(Decimal(value["offline_minutes"]) * A_MINUTE * speed),
        slack=int(Decimal(value["slack_seconds"]) * MILLISECONDS),
        # A version approved before these were asked for asks for nothing.
        page_share=Decimal(value.get("page_share", 0)),
        regular_lessons=int(Decimal(value.get("regular_lessons", 0))),
        regular=int(Decimal(value.get("regular_seconds", 0)) * MILLISECONDS),
    )
