import getpass
import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from lms.ledger.services.imports import Outcome, import_records
from lms.sheets.export import write_xlsx
from lms.sheets.table import MAX_FILE_BYTES

HEADINGS = ["人员编号", "姓名", "年度", "行数", "文件学时", "台账学时", "文件学分", "台账学分", "一致"]


class Command(BaseCommand):
    help = "Post the lines of a former 学籍 system (.xlsx, .csv): all rows or none. Exit 1 where rows are refused."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would be posted, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--reconciliation", type=Path, help="write the totals per person and year to this .xlsx")

    def handle(self, *, file: Path, dry_run: bool, json: bool, reconciliation: Path | None, **options):
        try:
            with file.open("rb") as content:
                data = content.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        outcome = import_records(data, file.name, actor=f"命令行（{getpass.getuser()}）", dry_run=dry_run)
        if reconciliation and not outcome.errors:
            reconciliation.write_bytes(write_xlsx("对账", HEADINGS, _rows(outcome)))
        self._print_json(outcome) if json else self._print(outcome)
        if outcome.errors:
            sys.exit(1)

    def _print_json(self, outcome: Outcome) -> None:
        self.stdout.write(json.dumps(outcome.as_dict(), ensure_ascii=False))

    def _print(self, outcome: Outcome) -> None:
        for problem in outcome.errors:
            self.stdout.write(f"{problem} [{problem.code}]")
        if outcome.errors:
            self.stdout.write(f"共{outcome.rows}行，{len(outcome.errors)}处错误，未写入任何内容。")
            return
        apart = [row for row in outcome.person_years if not row.agrees]
        for row in apart:
            self.stdout.write(
                f"{row.staff_no} {row.year}年：文件{row.file_hours}学时{row.file_credits}学分，"
                f"台账{row.ledger_hours}学时{row.ledger_credits}学分"
            )
        done = "试运行，未写入。" if outcome.dry_run else "已入账。"
        self.stdout.write(
            f"共{outcome.rows}行，新增{outcome.created}条，不变{outcome.unchanged}条；"
            f"对账{len(outcome.person_years)}人年，{len(apart)}人年不一致。{done}"
        )


def _rows(outcome: Outcome):
    for row in outcome.person_years:
        yield [
            row.staff_no, row.name, row.year, row.lines, row.file_hours, row.ledger_hours, row.file_credits,
            row.ledger_credits, row.agrees,
        ]  # fmt: skip
