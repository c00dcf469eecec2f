import json
from functools import partial

from django.core.management.base import BaseCommand, CommandError

from exams.marking import measuring as exam_marking
from exams.papers import measuring as exam_papers
from exams.statistics import measuring as exam_statistics
from lms.people.models import Officer
from lms.portal.benchmarks import certificates, ledger, pages, serving, signing_in, spans, weight
from lms.portal.benchmarks.city import DATABASE, measured_in_own_city
from lms.portal.benchmarks.measuring import Figures

# Each measures one thing and puts its figures.
BENCHMARKS = (
    ledger.totals, pages.today, pages.course, serving.course, weight.phone_pages, spans.span_message,
    signing_in.login, ledger.verification, certificates.numbering,
    exam_papers.papers_drawn, exam_papers.questions_imported, exam_marking.next_script,
    exam_statistics.figures_of_a_form, exam_statistics.pairs_compared,
)  # fmt: skip


class Command(BaseCommand):
    help = "Measure on a seeded city, each figure beside what the machine can do at best in the same run."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--certificates", type=int, default=1000, metavar="N", help="how many to print and sign")
        parser.add_argument(
            "--standard", action="store_true", help=f"seed a standard city into {DATABASE}, measure there, drop it"
        )

    def handle(self, *args, **options):
        figures = (self.standard if options["standard"] else self.measure)(options["certificates"])
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            for one in figures:
                self.stdout.write("{figure}: {value} {unit} (n={n}, ceiling {ceiling}, ratio {ratio})".format(**one))

    def measure(self, sheets: int) -> Figures:
        officer = Officer.objects.select_related("user").order_by("pk").first()
        if officer is None:
            raise CommandError("Seed a demo city first: manage.py seed_demo --profile standard")
        figures = Figures()
        for benchmark in (*BENCHMARKS, partial(certificates.printing, sheets=sheets)):
            benchmark(figures, officer)
        return figures

    def standard(self, sheets: int) -> Figures:
        printed, taken = measured_in_own_city("bench", "--json", "--certificates", str(sheets))
        figures = Figures(json.loads(printed))
        figures.put("seed_standard", taken, "s", 1)
        return figures
