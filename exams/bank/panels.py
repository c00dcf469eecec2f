"""What apps above show on a question's page: each gives a template and its words, or nothing."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    template: str
    context: dict


Maker = Callable[..., Panel | None]  # of (question, user)
_makers: list[Maker] = []


def add_panel(maker: Maker) -> None:
    if maker not in _makers:
        _makers.append(maker)


def panels_of(question, user) -> list[Panel]:
    return [panel for maker in _makers if (panel := maker(question, user))]
