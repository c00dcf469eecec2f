"""Which function carries out which kind of job. An app registers its handlers in its `tasks` module."""

from collections.abc import Callable
from dataclasses import dataclass

_handlers: dict[str, "Handler"] = {}


@dataclass(frozen=True)
class Handler:
    carry_out: Callable
    label: str


def register(kind: str, label: str = ""):
    """`handler(job: Running)` walks over everything every time and passes over what an earlier run has done."""

    def decorate(handler: Callable) -> Callable:
        _handlers[kind] = Handler(handler, label or kind)
        return handler

    return decorate


def handler_of(kind: str) -> Callable:
    return _handlers[kind].carry_out


def kind_label(kind: str) -> str:
    found = _handlers.get(kind)
    return found.label if found else kind


def is_registered(kind: str) -> bool:
    return kind in _handlers
