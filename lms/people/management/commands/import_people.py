import getpass
import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lms.people.services.imports import Outcome, import_people
from lms.sheets.table import MAX_FILE_BYTES

KINDS = {"created": "新增", "updated": "更新", "transferred": "调动", "unchanged": "不变"}


class Command(BaseCommand):
    help = "Make the officers those of a personnel file (.xlsx, .csv): all rows or none. Exit 1 where rows are refused."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, file: Path, dry_run: bool, json: bool, **options):
        try:
            with file.open("rb") as content:
                data = content.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        outcome = import_people(data, file.name, actor=f"命令行（{getpass.getuser()}）", dry_run=dry_run)
        self._print_json(outcome) if json else self._print(outcome)
        if outcome.errors:
            sys.exit(1)

    def _print_json(self, outcome: Outcome) -> None:
        self.stdout.write(json.dumps(outcome.as_dict(), ensure_ascii=False))

    def _print(self, outcome: Outcome) -> None:
        for problem in outcome.errors:
            self.stdout.write(f"{problem} [{problem.code}]")
        counts = "，".join(f"{label}{outcome.counts[kind]}人" for kind, label in KINDS.items())
        if outcome.errors:
            self.stdout.write(f"共{outcome.rows}行，{len(outcome.errors)}处错误，未写入任何内容。")
        else:
            self.stdout.write(f"共{outcome.rows}行，{counts}。{'试运行，未写入。' if outcome.dry_run else '已导入。'}")
