"""What R06 asks for and allows, as one value."""

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

    def needs(self, length: int) -> int:
        """How much of a media lesson has to be covered."""
        return max(int(length * self.coverage / 100) - self.slack, 0)

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
    )
