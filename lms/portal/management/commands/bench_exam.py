import json

from django.core.management.base import BaseCommand

from lms.portal.benchmarks.city import own_city
from lms.portal.benchmarks.exam import figures
from lms.portal.benchmarks.exam.people import guests_of, make_exam
from lms.portal.benchmarks.exam.server import Server


class Command(BaseCommand):
    help = (
        "An exam under load, over HTTP, in a database of its own: attempts, saves beside their ceiling, a common start."
    )

    def add_arguments(self, parser):
        parser.add_argument("--candidates", type=int, default=1000, metavar="N", help="who sits the exam")
        parser.add_argument("--attempts", type=int, default=200, metavar="N", help="how many of them sit it to the end")
        parser.add_argument("--seconds", type=int, default=60, metavar="S", help="within which everybody begins")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--here", action="store_true", help="in this database, which must be an empty one")

    def handle(self, *args, **options):
        found = self.measure(options) if options["here"] else self.elsewhere(options)
        lines = [json.dumps(found, ensure_ascii=False)] if options["json"] else [f"{k}: {v}" for k, v in found.items()]
        self.stdout.write("\n".join(lines))

    def elsewhere(self, options) -> dict:
        words = [f"--{name}={options[name]}" for name in ("candidates", "attempts", "seconds")]
        with own_city("lms_bench_exam") as manage:
            return json.loads(manage("bench_exam", "--here", "--json", *words))

    def measure(self, options) -> dict:
        load, seconds = figures.machine(), options["seconds"]
        exam = make_exam(options["candidates"])
        guests = guests_of(exam)
        with Server() as server:
            found = figures.starts(server, exam, guests, seconds)
            tokens = figures.open_tokens(exam, guests)
            found |= figures.paced(server, tokens, min(seconds, 30))
            found |= figures.saves(server, tokens, max(seconds // 12, 2))
            found |= figures.attempts(server, exam, guests[: options["attempts"]])
        return {"machine": load, "candidates": len(guests), **found}
