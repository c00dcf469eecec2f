"""等级结果文件: for the personnel department, who holds which level since when."""

from collections import Counter
from datetime import date

from django.utils import timezone

from courses.catalogue.models.references import Level
from exams.licences.models import LevelResult
from lms.audit.services import record
from lms.people.models import Officer, User
from lms.sheets.export import write_xlsx

EXPORT = "licences.export_levelresult"
HEADINGS = [
    "人员编号",
    "姓名",
    "单位编码",
    "单位",
    "最高等级",
    "取得日期",
    *[f"{level.label}合格日期" for level in Level],
]


def held_levels(user: User) -> dict[Officer, dict[str, date]]:
    """The first day of every level somebody of the user's units has passed, in the order of units."""
    rows = LevelResult.objects.within(user, EXPORT).standing().passed().with_people()
    found: dict[Officer, dict[str, date]] = {}
    for row in rows.order_by(
        "attempt__candidate__officer__unit__path", "attempt__candidate__officer__staff_no",
        "attempt__candidate__sitting__opens_at",
    ):  # fmt: skip
        found.setdefault(row.officer, {}).setdefault(row.candidate.exam.level, row.sat_on)
    return found


def highest(levels: dict[str, date]) -> Level:
    return [level for level in Level if level in levels][-1]


def results_file(user: User) -> tuple[str, bytes]:
    """Its name and its bytes. Who took it is on record: it is about people."""
    held, day = held_levels(user), timezone.localdate()
    rows = [_row(officer, levels) for officer, levels in held.items()]
    counts = Counter(highest(levels) for levels in held.values())
    by_level = "，".join(f"{level.label}{counts[level]}人" for level in Level)
    notes = [
        f"截至{day:%Y年%-m月%-d日}，共{len(rows)}人持有等级：{by_level}（按最高等级计）。",
        "取得日期为考试当日；只列已发布且现在有效的合格结果，复核改变的按复核后，作废的不列。",
    ]
    record("licences.export_levels", actor=user, target="licences.levels", unit=user.scope(EXPORT)[0], rows=len(rows))
    return f"等级结果-{day:%Y%m%d}.xlsx", write_xlsx("等级结果", HEADINGS, rows, notes=notes)


def _row(officer: Officer, levels: dict[str, date]) -> list:
    top = highest(levels)
    days = [levels.get(level) for level in Level]
    return [officer.staff_no, officer.name, officer.unit.code, officer.unit.name, top.label, levels[top], *days]
