"""An attempt as plain Python: what every message to it must answer, and what must be kept."""

from dataclasses import dataclass, field

CURRENT = "current"


@dataclass
class AttemptModel:
    """`is_over` stands for the clock: past deadline and grace. Revisions are those of one slot."""

    state: str = "OPEN"
    epoch: int = 1
    is_over: bool = False
    events: dict[tuple[int, int, int], tuple[object, str]] = field(default_factory=dict)
    answers: dict[int, tuple[int, object]] = field(default_factory=dict)

    def verdict(self, epoch: int) -> str:
        if epoch != self.epoch:
            return "superseded"
        if self.is_over:
            return "late"
        return "stored" if self.state == "OPEN" else "closed"

    def save(self, epoch: int, items: list[tuple[int, int, object]]) -> tuple[str, list[bool]]:
        """The code of the reply, and of each item whether it is stored."""
        verdict = self.verdict(epoch)
        if verdict == "superseded":
            return verdict, [self.holds(epoch, item) for item in items]
        stored = [self._keep(epoch, verdict, item) for item in items]
        return "conflict" if verdict == "stored" and not all(stored) else verdict, stored

    def holds(self, epoch: int, item: tuple[int, int, object]) -> bool:
        """It came before, when this device still counted."""
        slot, rev, payload = item
        return (slot, epoch, rev) in self.events and self.events[slot, epoch, rev][0] == payload

    def _keep(self, epoch: int, verdict: str, item: tuple[int, int, object]) -> bool:
        slot, rev, payload = item
        known = self.events.get((slot, epoch, rev))
        if known is not None:
            return known[0] == payload
        self.events[slot, epoch, rev] = payload, verdict
        if verdict == "stored" and rev > self.answers.get(slot, (0, None))[0]:
            self.answers[slot] = rev, payload
        return True

    def take_over(self) -> bool:
        if self.state != "OPEN":
            return False
        self.epoch += 1
        return True

    def submit(self, epoch: int) -> str:
        if self.state == "OPEN" and epoch != self.epoch:
            return "superseded"
        self.state = "SUBMITTED"
        return "submitted"

    def sweep(self) -> None:
        if self.state == "OPEN" and self.is_over:
            self.state = "SUBMITTED"
