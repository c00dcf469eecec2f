import json

from django.core.management.base import BaseCommand

from lms.ledger.services.verification import verify


class Command(BaseCommand):
    help = "Walk the chains of ledger and audit log. Exit 0: clean, heads exported; 2: broken, with the first bad row."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")

    def handle(self, *args, **options):
        report = verify()
        found = report.as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for one in found["breaks"]:
                self.stdout.write("{chain} {stream} seq {seq}: {kind}, row {row}".format(**one))
            self.stdout.write("{rows:,} rows in {streams} streams, {seconds} s".format(**found))
        if report.breaks:
            raise SystemExit(2)
