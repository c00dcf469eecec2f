import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from django.conf import settings
from django.contrib.auth.hashers import get_hasher, make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lms.audit.canonical import stored_rows
from lms.audit.chain import row_hash
from lms.certificates.entitlement import Entitlement
from lms.certificates.models import CertificateDesign, Kind
from lms.certificates.services.designs import SAMPLE_FACTS
from lms.ledger.models import Entry, Obligation
from lms.ledger.querysets import TOTALS
from lms.ledger.services.verification import verify
from lms.people.models import Officer
from lms.portal.demo.accounts import PASSWORD
from lms.portal.printing import number_many, print_many, print_sheets

SEED_DATABASE = "lms_bench_seed"
PRINTERS = 2
GROUP_BY = """
SELECT obligation_id, sum(hours) FILTER (WHERE counts_hours), sum(credits) FILTER (WHERE counts_credits),
sum(hours) FILTER (WHERE counts_hours AND layer = 'ONLINE'), sum(credits) FILTER (WHERE counts_credits AND layer = 'ONLINE'),
sum(hours) FILTER (WHERE counts_hours AND layer = 'UNIT'), sum(credits) FILTER (WHERE counts_credits AND layer = 'UNIT'),
sum(hours) FILTER (WHERE counts_hours AND layer = 'TEAM'), sum(credits) FILTER (WHERE counts_credits AND layer = 'TEAM')
FROM ledger_entry WHERE year = %s GROUP BY obligation_id
"""


def timed(call: Callable, times: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """Median seconds of one call."""
    taken = []
    for _ in range(times):
        begun = clock()
        call()
        taken.append(clock() - begun)
    return median(taken)


class Command(BaseCommand):
    help = "Measure on a seeded city, each figure beside what the machine can do at best in the same run."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--certificates", type=int, default=100, metavar="N", help="how many to print and sign")
        parser.add_argument(
            "--standard", action="store_true", help=f"seed a standard city into {SEED_DATABASE}, measure there, drop it"
        )

    def handle(self, *args, **options):
        self.figures: list[dict] = []
        if options["standard"]:
            self.standard(options["certificates"])
        else:
            self.measure(options["certificates"])
        if options["json"]:
            self.stdout.write(json.dumps(self.figures, ensure_ascii=False))
        else:
            for one in self.figures:
                self.stdout.write("{figure}: {value} {unit} (n={n}, ceiling {ceiling}, ratio {ratio})".format(**one))

    def measure(self, sheets: int) -> None:
        self.officer = Officer.objects.select_related("user").order_by("pk").first()
        if self.officer is None:
            raise CommandError("Seed a demo city first: manage.py seed_demo --profile standard")
        self.totals()
        self.page()
        self.login()
        self.verification()
        self.certificates(sheets)

    def add(self, figure: str, value: float, unit: str, n: int, ceiling: float | None = None) -> None:
        machine = f"{os.cpu_count()} × {platform.machine()}, load {os.getloadavg()[0]:.1f}"
        ratio = round(value / ceiling, 2) if ceiling else None
        row = {"figure": figure, "value": round(value, 2), "unit": unit, "n": n, "machine": machine}
        self.figures.append({**row, "ceiling": ceiling and round(ceiling, 2), "ratio": ratio})

    def totals(self) -> None:
        year = timezone.localdate().year
        columns = [f"got_{name}" for name in TOTALS]
        rows = Obligation.objects.for_year(year).with_totals().order_by()
        with connection.cursor() as cursor:
            best = timed(lambda: (cursor.execute(GROUP_BY, [year]), cursor.fetchall()), 5)
        city = timed(lambda: list(rows.values_list("pk", *columns)), 5)
        lines = Entry.objects.for_year(year).count()
        self.add(f"totals_of_{rows.count()}_officers_over_{lines}_lines", city * 1000, "ms", 5, best * 1000)
        one = timed(rows.filter(officer=self.officer).first, 20)
        self.add("totals_of_one_officer", one * 1000, "ms", 20)

    def page(self) -> None:
        client = Client(headers={"host": "localhost"})
        client.force_login(self.officer.user)
        if client.get("/").status_code != 200:
            raise CommandError("今日 does not open for an officer.")
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        self.add("today_queries", len(queries), "queries", 1)
        best = 1 / timed(lambda: client.get("/healthz"), 100)
        self.add("today_in_process", 1 / timed(lambda: client.get("/"), 100), "req/s", 100, best)

    def login(self) -> None:
        encoded, hasher = make_password(PASSWORD), get_hasher()
        best = timed(lambda: hasher.verify(PASSWORD, encoded), 10, time.process_time)
        self.add("login_cpu", timed(self._sign_in, 10, time.process_time) * 1000, "ms", 10, best * 1000)

    def _sign_in(self) -> None:
        response = Client(headers={"host": "localhost"}).post(
            "/accounts/login/", {"login": self.officer.staff_no, "password": PASSWORD}
        )
        if response.status_code != 302:
            raise CommandError(f"{self.officer.staff_no} cannot sign in with the demo password.")

    def verification(self) -> None:
        begun = time.perf_counter()
        report = verify()
        taken = time.perf_counter() - begun
        if report.breaks or not report.rows:
            raise CommandError("The chains do not verify: run verify_ledger.")
        values = next(stored_rows(Entry))[4]
        data = (row_hash("", values) + json.dumps(values, ensure_ascii=False)).encode()
        best = timed(lambda: [hashlib.sha256(data).hexdigest() for _ in range(report.rows)])
        self.add(f"verify_{report.rows}_rows", taken, "s", 1, best)

    def certificates(self, sheets: int) -> None:
        """Printed and signed by two processes, beside what one process that is warm takes for as many."""
        design = CertificateDesign.objects.in_use(Kind.COMPLETION)
        if design is None:
            raise CommandError("Install a design first: manage.py load_design")
        one = timed(lambda: print_sheets(design, 1), 5, time.process_time)
        taken, peak = print_many(design, sheets, PRINTERS)
        self.add(f"certificates_signed_by_{PRINTERS}_processes", taken, "s", sheets, one * sheets / PRINTERS)
        self.add("certificates_peak_memory_of_a_process", peak, "MB", sheets)
        people = Officer.objects.select_related("unit", "user")[:sheets]
        merits = [
            Entitlement(one, one.unit, Kind.COMPLETION, f"bench:{one.pk}", {**SAMPLE_FACTS, "name": one.name})
            for one in people
        ]
        self.add("certificate_numbered", number_many(merits) * 1000, "ms", len(merits))

    def standard(self, sheets: int) -> None:
        """Everything in a database of its own, which is dropped afterwards."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {SEED_DATABASE}")
            cursor.execute(f"CREATE DATABASE {SEED_DATABASE}")
        try:
            taken = self._seed()
            self.figures = json.loads(self._manage(["bench", "--json", "--certificates", str(sheets)]))
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {SEED_DATABASE} WITH (FORCE)")
        self.add("seed_standard", taken, "s", 1)

    def _seed(self) -> float:
        for command in (["migrate", "-v0"], ["createcachetable"], ["load_design"]):
            self._manage(command)
        return timed(lambda: self._manage(["seed_demo", "--profile", "standard"]))

    def _manage(self, words: list[str]) -> bytes:
        name = settings.DATABASES["default"]["NAME"]
        environment = {**os.environ, "DATABASE_URL": os.environ["DATABASE_URL"].replace(f"/{name}", f"/{SEED_DATABASE}", 1),
                       "CHAIN_HEADS_FILE": f"{settings.CHAIN_HEADS_FILE}.bench"}  # fmt: skip
        command: list = [sys.executable, settings.BASE_DIR / "manage.py", *words]
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout
