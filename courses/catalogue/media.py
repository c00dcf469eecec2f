"""What an uploaded file really is: told from its bytes, never from its name."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePath

from django.core.exceptions import ValidationError
from imageio_ffmpeg import get_ffmpeg_exe
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

MEGABYTE = 1024 * 1024
PROBE_SECONDS = 60
PLAYABLE = {"h264"}
CODEC = re.compile(r"Stream #\S+: Video: (\w+)")
DECLARED = re.compile(r"Duration: (\d+):(\d\d):(\d\d)\.\d+")
SLACK_SECONDS = 5
PLAYED = re.compile(r"^out_time_us=(\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Format:
    suffix: str
    most_bytes: int
    magic: bytes
    offset: int = 0

    def begins(self, head: bytes) -> bool:
        return head[self.offset :].startswith(self.magic)


FORMATS = {
    "VIDEO": Format(".mp4", 300 * MEGABYTE, b"ftyp", 4),
    "PDF": Format(".pdf", 30 * MEGABYTE, b"%PDF-"),
    "SLIDES": Format(".pdf", 30 * MEGABYTE, b"%PDF-"),
}


def check_envelope(kind: str, filename: str, size: int, head: bytes) -> None:
    expected = FORMATS[kind]
    if PurePath(filename).suffix.lower() != expected.suffix:
        raise ValidationError(f"只接受{expected.suffix}文件，幻灯片请先另存为PDF。", code="suffix")
    if not size:
        raise ValidationError("文件是空的。", code="empty")
    if size > expected.most_bytes:
        raise ValidationError(f"文件过大，不能超过{expected.most_bytes // MEGABYTE} MB。", code="too_large")
    if not expected.begins(head):
        raise ValidationError(f"文件内容不是{expected.suffix}，请检查后重新上传。", code="not_what_it_says")


def film_seconds(path: Path) -> int:
    """Whole seconds of the film, if every packet was read and they last as long as its header says."""
    # The demuxer is named and only files are allowed, so that a playlist in disguise opens nothing else.
    command = [
        get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-v", "info", "-protocol_whitelist", "file", "-f", "mov",
        "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-nostats", "-",
    ]  # fmt: skip
    try:
        # Nothing of the shell: a list of words, and a path with a name we made.
        done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise ValidationError("视频无法在规定时间内读完，请重新压制后上传。", code="unreadable") from None
    words = done.stderr.decode(errors="replace")
    codec, declared = CODEC.search(words), DECLARED.search(words)
    played = PLAYED.findall(done.stdout.decode(errors="replace"))
    if done.returncode or codec is None or declared is None or not played:
        raise ValidationError("视频已损坏或不是MP4视频。", code="unreadable")
    if codec[1] not in PLAYABLE:
        raise ValidationError("视频编码应为H.264，手机才能播放。", code="codec")
    hours, minutes, rest = map(int, declared.groups())
    seconds = hours * 3600 + minutes * 60 + rest
    # Frames out of order end up to a few seconds early at one frame a second.
    if seconds - int(played[-1]) // 1_000_000 > SLACK_SECONDS:
        raise ValidationError("视频标明的片长与内容不符，请重新压制后上传。", code="length")
    return max(seconds, 1)


def pdf_pages(path: Path) -> int:
    with path.open("rb") as file:
        try:
            # Many writers number the first entry wrongly; every reader takes them.
            reader = PdfFileReader(file, strict=False)
            if reader.encrypted:
                raise ValidationError("PDF设有密码，请去掉密码后上传。", code="encrypted")
            pages = int(reader.root["/Pages"]["/Count"])
        except (PdfError, KeyError, TypeError, ValueError, IndexError, RecursionError, OverflowError):
            raise ValidationError("PDF已损坏，无法打开。", code="unreadable") from None
    if pages < 1:
        raise ValidationError("PDF没有一页内容。", code="unreadable")
    return pages
