import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from exams.statistics.figures import FormFigures, ItemFigures, form_figures
from exams.statistics.response_file import read_matrix
from exams.statistics.wording import shown
from lms.sheets.table import Problem, SheetRefused

LABELS = {"mean": "平均分", "sd": "标准差", "alpha": "α系数", "kr20": "KR-20", "sem": "测量标准误"}
ITEM_LABELS = {
    "facility": "难度（得分率）", "item_rest": "题余相关", "index27": "27%高低分组指数", "alpha_if_deleted": "删题后α",
}  # fmt: skip


class Command(BaseCommand):
    help = "Item analysis of a .csv matrix of responses (item1, item2 …, optional freq). Exit 1 where it has errors."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, file: Path, **options):
        try:
            matrix, names = read_matrix(file)
        except OSError as error:
            self._refuse([Problem(None, "", f"打不开文件：{error.strerror}。", "file")], options["json"])
        except SheetRefused as refusal:
            self._refuse(refusal.problems, options["json"])
        else:
            show = self._show_json if options["json"] else self._show
            show(form_figures(matrix), names)

    def _refuse(self, problems: list[Problem], is_json: bool) -> None:
        if is_json:
            self.stdout.write(json.dumps({"errors": [one.as_dict() for one in problems]}, ensure_ascii=False))
        for one in problems:
            self.stderr.write(str(one))
        sys.exit(1)

    def _show_json(self, found: FormFigures, names: list[str]) -> None:
        items = [{"item": name} | _figures(one, ITEM_LABELS) for name, one in zip(names, found.items, strict=True)]
        text = json.dumps({"n": found.n, "k": found.k} | _figures(found, LABELS) | {"items": items}, allow_nan=False)
        self.stdout.write(text)

    def _show(self, found: FormFigures, names: list[str]) -> None:
        self.stdout.write(f"作答{found.n:,}人，{found.k}题。")
        for name, label in LABELS.items():
            self.stdout.write(f"{label}：{shown(getattr(found, name), 6)}")
        for item, one in zip(names, found.items, strict=True):
            figures = "，".join(f"{label} {shown(getattr(one, name))}" for name, label in ITEM_LABELS.items())
            self.stdout.write(f"{item}（{one.n:,}人）：{figures}")


def _figures(row: FormFigures | ItemFigures, labels: dict[str, str]) -> dict:
    return {name: getattr(row, name) for name in labels}
