"""A city in a database of its own, which is dropped afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from lms.portal.benchmarks.measuring import timed

DATABASE = "lms_bench_seed"
PREPARED = (
    ["migrate", "-v0"],
    ["createcachetable"],
    ["load_rules"],
    ["load_design"],
    ["sync_access"],
    ["set_up_workflow"],
)


@contextmanager
def own_city(database: str) -> Iterator[Callable[..., bytes]]:
    """Gives `manage(*words)`, which answers what the command printed in that database."""

    def manage(*words: str) -> bytes:
        return _manage(database, *words)

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {database}")
    try:
        for command in PREPARED:
            manage(*command)
        yield manage
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")


def measured_in_own_city(*words: str) -> tuple[bytes, float]:
    """(what `manage.py words` printed there, seconds that seeding took)."""
    with own_city(DATABASE) as manage:
        taken = timed(lambda: manage("seed_demo", "--profile", "standard"))
        return manage(*words), taken


def _manage(database: str, *words: str) -> bytes:
    name = settings.DATABASES["default"]["NAME"]
    environment = {**os.environ, "DATABASE_URL": os.environ["DATABASE_URL"].replace(f"/{name}", f"/{database}", 1),
                   "CHAIN_HEADS_FILE": f"{settings.CHAIN_HEADS_FILE}.bench"}  # fmt: skip
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
