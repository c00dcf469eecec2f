"""The book: the totals of a city beside a bare GROUP BY, its chains beside bare hashing."""

import hashlib
import json
import time

from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from lms.audit.canonical import stored_rows
from lms.audit.chain import row_hash
from lms.ledger.models import Entry, Obligation
from lms.ledger.querysets import TOTALS
from lms.ledger.services.verification import verify
from lms.portal.benchmarks.measuring import Figures, timed

GROUP_BY = """
SELECT obligation_id, sum(hours) FILTER (WHERE counts_hours), sum(credits) FILTER (WHERE counts_credits),
sum(hours) FILTER (WHERE counts_hours AND layer = 'ONLINE'), sum(credits) FILTER (WHERE counts_credits AND layer = 'ONLINE'),
sum(hours) FILTER (WHERE counts_hours AND layer = 'UNIT'), sum(credits) FILTER (WHERE counts_credits AND layer = 'UNIT'),
sum(hours) FILTER (WHERE counts_hours AND layer = 'TEAM'), sum(credits) FILTER (WHERE counts_credits AND layer = 'TEAM')
FROM ledger_entry WHERE year = %s GROUP BY obligation_id
"""


def totals(figures: Figures, officer) -> None:
    year = timezone.localdate().year
    columns = [f"got_{name}" for name in TOTALS]
    rows = Obligation.objects.for_year(year).with_totals().order_by()
    with connection.cursor() as cursor:
        best = timed(lambda: (cursor.execute(GROUP_BY, [year]), cursor.fetchall()), 5)
    city = timed(lambda: list(rows.values_list("pk", *columns)), 5)
    lines = Entry.objects.for_year(year).count()
    figures.put(f"totals_of_{rows.count()}_officers_over_{lines}_lines", city * 1000, "ms", 5, best * 1000)
    figures.put("totals_of_one_officer", timed(rows.filter(officer=officer).first, 20) * 1000, "ms", 20)


def verification(figures: Figures, officer) -> None:
    begun = time.perf_counter()
    report = verify()
    taken = time.perf_counter() - begun
    if report.breaks or not report.rows:
        raise CommandError("The chains do not verify: run verify_ledger.")
    values = next(stored_rows(Entry))[4]
    data = (row_hash("", values) + json.dumps(values, ensure_ascii=False)).encode()
    best = timed(lambda: [hashlib.sha256(data).hexdigest() for _ in range(report.rows)])
    figures.put(f"verify_{report.rows}_rows", taken, "s", 1, best)
