import json
import time

from django.core.management.base import BaseCommand
from django.db import transaction

from lms.ledger.invariants import INVARIANTS


class Command(BaseCommand):
    help = "Check what must always be true of the data. Exit 0: all of it is; 2: something is not, with its first row."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        begun, results = time.monotonic(), []
        for invariant in INVARIANTS:
            with transaction.atomic():
                row, since = invariant(), time.monotonic() - begun
            results.append({"invariant": invariant.__name__, "row": row, "seconds": round(since, 1)})
            if not options["json"]:
                self.stdout.write(f"{since:6.1f} s  {invariant.__name__}: {'holds' if row is None else row}")
        broken = [result for result in results if result["row"]]
        if options["json"]:
            self.stdout.write(json.dumps({"checked": len(results), "broken": broken}))
        if broken:
            raise SystemExit(2)
