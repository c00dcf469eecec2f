"""What the public page says of papers that apps above keep: they register whom to ask, and everybody is always asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True)
class Answer:
    """`standing` is one of a certificate's states; `label` is what it is called here; `ended_on` since when."""

    title: str
    holder: str
    standing: str
    label: str
    ended_on: date | None = None
    facts: Sequence[tuple[str, str]] = ()
    sha256: str = ""


class Keeper(Protocol):
    """Each question costs a keeper the same, whether there is something to find or not."""

    def by_code(self, code: str) -> Answer | None:
        """`code` has the form of a code."""

    def by_number(self, number: str, name: str) -> Answer | None:
        """Both must fit."""


_keepers: dict[str, Keeper] = {}


def register(prefix: str, keeper: Keeper) -> None:
    _keepers[prefix] = keeper


def by_code(code: str) -> Answer | None:
    return next(filter(None, [keeper.by_code(code) for keeper in _keepers.values()]), None)


def by_number(number: str, name: str) -> Answer | None:
    return next(filter(None, [keeper.by_number(number, name) for keeper in _keepers.values()]), None)
