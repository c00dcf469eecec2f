"""Lines of a plan in a spreadsheet: what each row says, or why it cannot be read, by row and column."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from courses.training.forms.plans import PlanItemForm
from courses.training.models import EventType, PlanItem, TrainingPlan
from courses.training.services.plan_checks import modules_of
from lms.rules.models import Layer, TrainingKind
from lms.sheets.export import write_xlsx
from lms.sheets.table import Problem, Row, SheetRefused, read_table

FIELDS = {
    "项目": "title", "对象": "audience", "期数": "classes", "每期人数": "seats", "每期天数": "days", "每期课程学时": "hours",
    "活动类型": "event_type", "培训类型": "kind", "层级": "layer", "季度": "quarter", "必修模块": "modules",
    "落实的上级项目": "follows", "说明": "note",
}  # fmt: skip
REQUIRED = ["项目", "对象", "期数", "每期人数", "每期天数"]
OPTIONAL = [heading for heading in FIELDS if heading not in REQUIRED]
HEADINGS = {name: heading for heading, name in FIELDS.items()}
CHOICES = {"event_type": EventType, "kind": TrainingKind, "layer": Layer}
ALIASES = {"项目名称": "项目", "班次": "项目", "培训对象": "对象", "人数": "每期人数", "天数": "每期天数", "学时": "每期课程学时",
           "课程学时": "每期课程学时", "类型": "活动类型", "备注": "说明"}  # fmt: skip
MAX_ROWS = 200


@dataclass
class Reading:
    items: list[PlanItem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_items(plan: TrainingPlan, data: bytes, filename: str) -> Reading:
    reading, labels = Reading(), modules_of(plan.year)
    upper = dict(plan.follows.items.values_list("number", "pk")) if plan.follows else {}
    try:
        table = read_table(
            data, filename=filename, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES, max_rows=MAX_ROWS
        )
    except SheetRefused as refused:
        reading.problems = refused.problems
        return reading
    for row in table.rows:
        form = PlanItemForm(_values(row, labels, upper), labels=labels, upper=plan.follows)
        if form.is_valid():
            reading.items.append(form.instance)
        else:
            reading.problems += _problems(row, form)
    if not table.rows:
        reading.problems = [Problem(None, "", "文件中没有项目。", "empty")]
    return reading


def _values(row: Row, labels: Mapping[str, str], upper: Mapping[int, int]) -> dict:
    values: dict = {name: row.cells[heading] for heading, name in FIELDS.items()}
    for name, choices in CHOICES.items():
        codes = {str(label): code for code, label in choices.choices}
        values[name] = codes.get(values[name], values[name]) or PlanItem._meta.get_field(name).default
    codes = {label: code for code, label in labels.items()}
    named = values["modules"].replace("，", "、").replace(",", "、").split("、")
    values["modules"] = [codes.get(name.strip(), name.strip()) for name in named if name.strip()]
    number = values["follows"]
    values["follows"] = upper.get(int(number), "0") if number.isascii() and number.isdigit() else number
    values["quarter"] = values["quarter"].removeprefix("第").removesuffix("季度")
    values["hours"] = values["hours"] or "0"
    return values


def _problems(row: Row, form: PlanItemForm) -> list[Problem]:
    return [
        Problem(row.number, HEADINGS.get(name, ""), error.messages[0], error.code or "invalid")
        for name, errors in form.errors.as_data().items()
        for error in errors
    ]


def template(plan: TrainingPlan) -> bytes:
    """An empty file with every heading, and a sheet that says what may stand under each."""
    rows = plan.follows.items.order_by("number") if plan.follows else []
    notes = [
        "第一行是表头，不要改动；每个项目一行，序号由系统编排。",
        f"必填：{'、'.join(REQUIRED)}。其余列可以留空或整列删去。",
        *[f"{HEADINGS[name]}可填：{'、'.join(map(str, choices.labels))}。" for name, choices in CHOICES.items()],
        f"必修模块可填：{'、'.join(modules_of(plan.year).values())}；几个模块用“、”隔开。",
        "会议不填学时和必修模块。季度填1至4。",
        "落实的上级项目填上级计划中的序号：" if rows else "没有选落实的上级计划，“落实的上级项目”留空。",
        *[str(item) for item in rows],
    ]
    return write_xlsx("计划项目", list(FIELDS), [], notes=notes)
