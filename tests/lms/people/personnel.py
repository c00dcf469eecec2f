"""Personnel files for the tests: rows as an office would send them."""

from django.core.management import call_command

from lms.people.personnel_file import OPTIONAL, REQUIRED
from lms.sheets.export import write_csv, write_xlsx

HEADINGS = [*REQUIRED, *OPTIONAL]
ROW = {"人员编号": "T-XH-0001", "姓名": "张三", "单位编码": "XH-01", "性别": "男"}
SURNAMES = ["张", "㛃", "𠮷", "\U0002ebf0", "买买提·", "区", "欧阳", "䶮"]


def xlsx(*rows: dict, headings=None) -> bytes:
    headings = headings or [heading for heading in HEADINGS if any(heading in row for row in rows)]
    return write_xlsx("人员", headings, [[row.get(heading, "") for heading in headings] for row in rows])


def csv(*rows: dict, encoding="utf-8-sig") -> bytes:
    headings = [heading for heading in HEADINGS if any(heading in row for row in rows)]
    return write_csv(headings, [[row.get(heading, "") for heading in headings] for row in rows], encoding=encoding)


def person(**cells) -> dict:
    return {**ROW, **cells}


def many(count: int, units: list[str]) -> list[dict]:
    return [
        {
            "人员编号": f"T-{number:05d}", "姓名": f"{SURNAMES[number % len(SURNAMES)]}甲乙{number % 97}",
            "单位编码": units[number % len(units)], "性别": "男女"[number % 2], "出生日期": f"19{70 + number % 30}-0{1 + number % 9}-15",
            "职级": ["一级主办", "二级主办", "一级行政执法员"][number % 3], "学历": "大学本科", "来源": "招录", "状态": "在职",
            "入职日期": f"20{10 + number % 15}/7/1", "法律职业资格": "是" if number % 10 == 0 else "否", "公职律师": "否",
        }
        for number in range(count)
    ]  # fmt: skip


def run(path, *arguments) -> int:
    """The command's exit code."""
    try:
        call_command("import_people", str(path), *arguments)
    except SystemExit as stop:
        return stop.code
    return 0
