"""Many at once: threads that start together, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def race(width: int, act) -> list:
    """Run act(number) in `width` threads that all start at the same moment; returns results or exceptions."""
    barrier = Barrier(width)

    def run(number):
        try:
            barrier.wait()
            return act(number)
        except Exception as failure:
            return failure
        finally:
            connection.close()

    with ThreadPoolExecutor(width) as pool:
        return list(pool.map(run, range(width)))
