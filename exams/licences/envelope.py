"""What vouches for a file that comes in: a manifest inside the package, or a checksum told beside a bare table."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError

from exams.licences.exchange import MANIFEST, digest
from lms.sheets.archive import inflate
from lms.sheets.table import MAX_FILE_BYTES

FORMAT = "licence-results/1"
MAX_ROWS = 20_000
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Envelope:
    """`batch` and `rows` are what a manifest says; a bare table says neither."""

    sha256: str
    table: bytes
    name: str
    batch: str = ""
    rows: int | None = None


def open_envelope(data: bytes, filename: str, checksum: str) -> Envelope:
    """Raises ValidationError; nothing of the table is read before the bytes are known to be those that were sent."""
    is_package = PurePath(filename).suffix.lower() == ".zip"
    sha256 = digest(data)
    _require_checksum(checksum, sha256, is_package=is_package)
    return _unpacked(data, sha256) if is_package else Envelope(sha256, data, filename)


def _require_checksum(checksum: str, found: str, *, is_package: bool) -> None:
    told = "".join(checksum.split()).lower()
    if not told and is_package:
        return
    if not told:
        raise ValidationError("请填写对方告知的SHA-256校验值；没有校验值的表格不能导入。", code="no_checksum")
    if not SHA256.fullmatch(told):
        raise ValidationError("校验值应为64位十六进制数字，请核对是否抄全。", code="bad_checksum")
    if told != found:
        raise ValidationError(
            "文件与校验值不符，可能在传送中损坏或被改动，没有收下。请向对方索取原件。", code="checksum"
        )


def _unpacked(data: bytes, sha256: str) -> Envelope:
    """The table in a package, once its manifest has vouched for it."""
    if len(data) > MAX_FILE_BYTES:
        raise ValidationError("文件过大，不能超过 20 MB。", code="too_large")
    if not data.startswith(b"PK\x03\x04"):
        raise ValidationError("文件内容不是.zip压缩包。", code="not_zip")
    parts = inflate(data)
    if MANIFEST not in parts:
        raise ValidationError(f"压缩包内没有清单文件{MANIFEST}。", code="no_manifest")
    manifest = _manifest(bytes(parts.pop(MANIFEST)))
    if list(parts) != [manifest["name"]]:
        raise ValidationError(f"压缩包内应当只有{MANIFEST}和清单所列的一个表格。", code="foreign_part")
    table = bytes(parts[manifest["name"]])
    if digest(table) != manifest["sha256"]:
        raise ValidationError("表格与清单中的校验值不符，可能被改动，没有收下。请向对方索取原件。", code="checksum")
    return Envelope(sha256, table, manifest["name"], manifest["batch"], manifest["rows"])


def _manifest(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data.decode(), object_pairs_hook=_unique)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _bad_manifest() from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValidationError(f"清单的格式应为“{FORMAT}”。", code="bad_format")
    if found.keys() != MANIFEST_FIELDS.keys() or not all(fits(found[name]) for name, fits in MANIFEST_FIELDS.items()):
        raise _bad_manifest()
    return found


def _bad_manifest() -> ValidationError:
    return ValidationError("清单文件无法识别，应写明format、batch、rows、name、sha256五项。", code="bad_manifest")


def _unique(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= most and value.isprintable()


MANIFEST_FIELDS: dict[str, Callable[[Any], bool]] = {
    "format": _text(40),
    "batch": _text(40),
    "rows": lambda value: type(value) is int and 0 < value <= MAX_ROWS,
    "name": lambda value: _text(100)(value) and PurePath(value).suffix == ".csv",
    "sha256": lambda value: isinstance(value, str) and bool(SHA256.fullmatch(value)),
}
