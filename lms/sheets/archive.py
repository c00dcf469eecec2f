"""What a zip archive must be before any other reader may see its parts."""

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError

MAX_ENTRIES = 2_000
MAX_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
LONGEST_NAME, DEEPEST_NAME = 255, 20
UTF8 = 0x800
RATIO_FREE_BYTES = 1024 * 1024
# XML readers pay per element, not per byte. A million formatted empty rows are two million.
MAX_ELEMENTS = 2_200_000

ARCHIVE_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
ARCHIVE_SUFFIXES = (".zip", ".rar", ".7z", ".gz", ".tar", ".xlsx", ".xlsm", ".xlsb", ".docx", ".pptx", ".ods")
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
DTD = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
STEP = 16 * 1024
UNREADABLE = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error, zlib.error, EOFError)


def inflate(data: bytes) -> dict[str, bytearray]:
    """Every part by name. Bytes are counted while inflating; the headers are only compared afterwards."""
    parts: dict[str, bytearray] = {}
    room, elements = MAX_BYTES, MAX_ELEMENTS
    for entry in _entries(data):
        part = _inflate(data, entry, room)
        _check_part(entry.filename, part)
        room -= len(part)
        elements -= part.count(b"<") - part.count(b"</")
        if elements < 0:
            raise too_large()
        parts[name_of(entry)] = part
    return parts


def name_of(entry: zipfile.ZipInfo) -> str:
    """Names without the mark of UTF-8 are those of a Chinese Windows, or no names."""
    if entry.flag_bits & UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError as error:
        raise unsafe_name() from error


def unsafe_name() -> ValidationError:
    return ValidationError("压缩包内的文件名不安全。", code="unsafe_name")


def damaged() -> ValidationError:
    return ValidationError("文件已损坏或无法识别，请用 WPS 或 Excel 另存为 .xlsx。", code="damaged_file")


def too_large() -> ValidationError:
    return ValidationError("文件解压后过大，请删去多余的内容后再上传。", code="too_large")


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    # Counted in the bytes first: listing a few hundred thousand entries would already take seconds.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise ValidationError("压缩包内文件过多。", code="too_many_parts")
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except UNREADABLE as error:
        raise damaged() from error
    _check_names(entries)
    for entry in entries:
        _check_entry(entry)
    return entries


def _check_names(entries: list[zipfile.ZipInfo]) -> None:
    names = {unicodedata.normalize("NFC", entry.filename).casefold() for entry in entries}
    if len(names) < len(entries):
        raise ValidationError("压缩包内有重名文件。", code="duplicate_part")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise macro()
    if any("externallinks/" in name for name in names):
        raise ValidationError("文件引用了其他工作簿，请断开链接并粘贴为数值后再上传。", code="external_link")


def macro() -> ValidationError:
    return ValidationError("文件含有宏，请另存为不含宏的 .xlsx。", code="macro")


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
        raise unsafe_name()
    if len(name.encode()) > LONGEST_NAME or name.count("/") > DEEPEST_NAME:
        raise unsafe_name()
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ValidationError("压缩包内含有链接文件。", code="symlink")
    if entry.flag_bits & 0x2041:  # encrypted, strongly encrypted, masked headers
        raise ValidationError("文件已加密，请去掉密码后再上传。", code="encrypted")
    if name.casefold().endswith(ARCHIVE_SUFFIXES):
        raise nested()


def nested() -> ValidationError:
    return ValidationError("文件内嵌有另一个压缩包。", code="nested_archive")


def _inflate(data: bytes, entry: zipfile.ZipInfo, room: int) -> bytearray:
    raw = _raw(data, entry)
    try:
        part = _inflated(raw, room) if entry.compress_type == zipfile.ZIP_DEFLATED else _stored(raw, entry, room)
    except zlib.error as error:
        raise damaged() from error
    if len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
        raise damaged()
    return part


def _raw(data: bytes, entry: zipfile.ZipInfo) -> memoryview:
    header = data[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise damaged()
    start = entry.header_offset + 30 + sum(struct.unpack("<HH", header[26:]))
    raw = memoryview(data)[start : start + entry.compress_size]
    if len(raw) < entry.compress_size:
        raise damaged()
    return raw


def _stored(raw: memoryview, entry: zipfile.ZipInfo, room: int) -> bytearray:
    if entry.compress_type != zipfile.ZIP_STORED:
        raise damaged()
    if len(raw) > room:
        raise too_large()
    return bytearray(raw)


def _inflated(raw: memoryview, room: int) -> bytearray:
    part, stream = bytearray(), zlib.decompressobj(-zlib.MAX_WBITS)
    for start in range(0, len(raw), STEP):
        piece: memoryview | bytes = raw[start : start + STEP]
        read = start + len(piece)
        while piece and not stream.eof:
            part += stream.decompress(piece, 64 * STEP)
            _check_growth(len(part), read, room)
            piece = stream.unconsumed_tail
    while not stream.eof and (rest := stream.decompress(b"", 64 * STEP)):
        part += rest
        _check_growth(len(part), len(raw), room)
    if not stream.eof or stream.unused_data:
        raise damaged()
    return part


def _check_growth(size: int, read: int, room: int) -> None:
    if size > room or (size > RATIO_FREE_BYTES and size > MAX_RATIO * read):
        raise too_large()


def _check_part(name: str, part: bytearray) -> None:
    if part.startswith(ARCHIVE_MAGICS):
        raise nested()
    if part.startswith(OLE_MAGIC) or "/embeddings/" in name.casefold():
        raise ValidationError("文件内嵌有其他对象，请删去后再上传。", code="embedded_object")
    if DTD.search(part):
        raise ValidationError("文件内容不安全（含有 DTD 声明）。", code="xml_dtd")
    # A NUL means UTF-16, in which the search above would see nothing.
    if name.casefold().endswith((".xml", ".rels")) and b"\0" in part:
        raise damaged()
