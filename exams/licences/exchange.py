"""The package of applications on its way to the issuing authority: one table in two formats, and what vouches for it.

Nothing here looks into the database.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from lms.sheets.export import write_csv, write_xlsx

FORMAT = "licence-applications/1"
NUMBER = re.compile(r"SQ([0-9]{8,12})")
MANIFEST, CSV, XLSX = "manifest.json", "applications.csv", "applications.xlsx"
APPLICATION, STAFF_NO, NAME, AREA = "申请编号", "人员编号", "姓名", "执法区域"
HEADINGS = [
    APPLICATION, "申请类型", STAFF_NO, NAME, "性别", "单位编码", "单位", "证件种类", AREA, "原证件编号",
    "通用法律知识合格日期", "专门法律知识合格日期",
]  # fmt: skip
NOTES = [
    "每行一份申请，申请编号是双方对账的依据，请在回传文件中原样填写。",
    "回传文件的表头见系统中的“结果文件模板”；回传.csv或.xlsx的，请同时告知文件的SHA-256校验值。",
    "不含身份证件号码、照片和联系方式，系统不保存。",
]


def pack(batch: str, made_at: datetime, rows: Sequence[Sequence]) -> bytes:
    """The bytes that are sent, kept as they are and never packed again."""
    tables = {
        CSV: write_csv(HEADINGS, rows),
        XLSX: write_xlsx(f"申领 {batch}", HEADINGS, rows, notes=[f"批次：{batch}，共{len(rows)}份申请。", *NOTES]),
    }
    files = [{"name": name, "bytes": len(data), "sha256": digest(data)} for name, data in tables.items()]
    manifest = {
        "format": FORMAT, "batch": batch, "made_at": made_at.isoformat(timespec="seconds"), "rows": len(rows),
        "files": files,
    }  # fmt: skip
    text = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    return zipped({MANIFEST: text, **tables}, made_at)


def zipped(parts: dict[str, bytes], at: datetime) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, at.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def grouped(sha256: str) -> str:
    """In groups of eight, as it is read out and compared."""
    return " ".join(sha256[at : at + 8] for at in range(0, len(sha256), 8))


def application_number(pk: int) -> str:
    return f"SQ{pk:08d}"


def application_pk(number: str) -> int | None:
    """The application such a number names, None for what is no number of ours."""
    found = NUMBER.fullmatch(number.strip())
    return int(found[1]) if found else None
