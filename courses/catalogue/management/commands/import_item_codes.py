import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from courses.catalogue.services.item_codes import import_item_codes, read_item_codes
from lms.sheets.table import SheetRefused


class Command(BaseCommand):
    help = "Import enforcement items from a .xlsx or .csv file (事项代码, 事项名称, 执法领域): all rows or none."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    def handle(self, *args, **options):
        try:
            table = read_item_codes(options["file"], options["file"].name)
        except OSError as error:
            raise CommandError(f"无法读取文件：{error.strerror}。") from error
        except SheetRefused as refusal:
            self._report({"problems": [problem.as_dict() for problem in refusal.problems]}, refusal.messages, options)
            raise CommandError("未导入任何一行。") from None
        with transaction.atomic():
            counts = import_item_codes(table, actor="命令行")
            transaction.set_rollback(options["dry_run"])
        done = "预检" if options["dry_run"] else "已导入"
        words = f"{done}：新增{counts['added']}项，更新{counts['changed']}项，未变{counts['unchanged']}项。"
        self._report(counts | {"dry_run": options["dry_run"]}, [words], options)

    def _report(self, facts, words, options):
        self.stdout.write(json.dumps(facts, ensure_ascii=False) if options["json"] else "\n".join(words))
