"""Many callers at once, in processes of their own whose cost is told apart."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import quantiles

PROCESSES = 2


@dataclass
class Load:
    """`noted` rows are (what, seconds, status); `taken` wall seconds; `driver` the callers' own processor seconds."""

    noted: list
    taken: float
    driver: float

    def percentile(self, what: str, percent: int = 95) -> float:
        """Milliseconds."""
        seconds = [one for name, one, _ in self.noted if name == what]
        return quantiles(seconds, n=100)[percent - 1] * 1000 if len(seconds) > 1 else 0.0

    def count(self, what: str) -> int:
        return sum(name == what for name, _, _ in self.noted)

    @property
    def errors(self) -> int:
        return sum(status >= 400 for _, _, status in self.noted)


def drive(task, jobs: list, width: int) -> Load:
    """Do task(*job) for each job with `width` hands in all; a task answers its noted rows."""
    context = multiprocessing.get_context("spawn")
    shares = [jobs[number::PROCESSES] for number in range(PROCESSES)]
    with context.Pool(PROCESSES) as pool:
        pool.map(_warm, range(PROCESSES))
        begun = time.perf_counter()
        told = pool.starmap(_work, [(task, share, width // PROCESSES) for share in shares], chunksize=1)
        taken = time.perf_counter() - begun
    return Load([row for rows, _ in told for row in rows], taken, sum(cost for _, cost in told))


def _warm(_) -> None:
    time.sleep(0.1)


def _work(task, jobs: list, width: int) -> tuple[list, float]:
    begun = time.process_time()
    with ThreadPoolExecutor(width) as hands:
        found = list(hands.map(lambda job: task(*job), jobs))
    return [row for rows in found for row in rows], time.process_time() - begun
