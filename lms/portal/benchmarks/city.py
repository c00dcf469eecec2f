"""A standard city in a database of its own, which is dropped afterwards."""

import os
import subprocess
import sys

from django.conf import settings
from django.db import connection

from lms.portal.benchmarks.measuring import timed

DATABASE = "lms_bench_seed"
PREPARED = (["migrate", "-v0"], ["createcachetable"], ["load_design"], ["sync_access"], ["set_up_workflow"])


def measured_in_own_city(*words: str) -> tuple[bytes, float]:
    """(what `manage.py words` printed there, seconds that seeding took)."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    try:
        for command in PREPARED:
            _manage(*command)
        taken = timed(lambda: _manage("seed_demo", "--profile", "standard"))
        return _manage(*words), taken
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _manage(*words: str) -> bytes:
    name = settings.DATABASES["default"]["NAME"]
    environment = {**os.environ, "DATABASE_URL": os.environ["DATABASE_URL"].replace(f"/{name}", f"/{DATABASE}", 1),
                   "CHAIN_HEADS_FILE": f"{settings.CHAIN_HEADS_FILE}.bench"}  # fmt: skip
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
