"""What stands on a passed exam, as the apps that know it say: licences, files, anything issued because of a pass."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from exams.sittings.models import Outcome


@dataclass(frozen=True)
class Dependant:
    """`key` names the row for good ("licences.enforcementcertificate:12"); `link` is its page in the console."""

    outcome: Outcome
    key: str
    title: str
    link: str = ""


_finders: list[Callable[[Sequence[Outcome]], Iterable[Dependant]]] = []


def register_dependants(finder: Callable[[Sequence[Outcome]], Iterable[Dependant]]) -> None:
    """`finder(outcomes)` answers what rests on these people's passes; the outcomes are what took their place."""
    if finder not in _finders:
        _finders.append(finder)


def dependants_of(outcomes: Sequence[Outcome]) -> list[Dependant]:
    return [found for finder in _finders for found in finder(outcomes)] if outcomes else []
