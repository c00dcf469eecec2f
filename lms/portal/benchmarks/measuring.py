"""Figures, each beside what the machine can do at best in the same run."""

import os
import platform
import time
from collections.abc import Callable
from statistics import median

from django.test import Client


def timed(call: Callable, times: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """Median seconds of one call."""
    taken = []
    for _ in range(times):
        begun = clock()
        call()
        taken.append(clock() - begun)
    return median(taken)


def worked(call: Callable, times: int) -> float:
    """Mean seconds of processor time of one call, once it is warm."""
    call()
    begun = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - begun) / times


def client_of(user) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


class Figures(list):
    def put(self, figure: str, value: float, unit: str, n: int, ceiling: float | None = None) -> None:
        machine = f"{os.cpu_count()} × {platform.machine()}, load {os.getloadavg()[0]:.1f}"
        ratio = round(value / ceiling, 2) if ceiling else None
        row = {"figure": figure, "value": round(value, 2), "unit": unit, "n": n, "machine": machine}
        self.append({**row, "ceiling": ceiling and round(ceiling, 2), "ratio": ratio})
