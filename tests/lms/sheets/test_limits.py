"""What reading may cost: hostile files, and the largest good ones."""

import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from lms.sheets.export import write_csv, write_xlsx

from . import samples
from .samples import HEADINGS, csv_of, packed, problems

MB = 1024
HOSTILE = {
    "zip bomb": (samples.bomb, "too_large"),
    "zip bomb that claims 1000 bytes": (lambda: samples.lying(samples.bomb()), "too_large"),
    "60 bombs below the ratio's threshold": (samples.small_bombs, "too_large"),
    "40,000 parts": (lambda: packed({f"{number}": b"" for number in range(40_000)}), "too_many_parts"),
    "more elements than a sheet may have": (lambda: samples.with_rows(elements(2_300_000)), "too_large"),
    "as many elements as a sheet may have": (lambda: samples.with_rows(elements(2_190_000)), "damaged_file"),
    "cell far away": (samples.far_cell, "too_large"),
    "one long string in 20,000 cells": (samples.repeated_string, "too_large"),
    "one row of 20 MB": (lambda: csv_of('"\n",' * 5_000_000), "field_too_long"),
    "one field of 20 MB": (lambda: csv_of("x" * 20_000_000), "field_too_long"),
}


def elements(count: int) -> bytes:
    """In XML that breaks off after them; digits that change keep clear of the ratio."""
    return b"".join(b'<c s="%x"/>' % (number * 7919 % 65521) for number in range(count)) + b"<c>"


@contextmanager
def costs_at_most(seconds: float, kilobytes: int):
    peak_before, started = _reset_peak(), time.process_time()
    yield
    assert time.process_time() - started < seconds
    assert _peak() - peak_before < kilobytes


def _reset_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])


@pytest.mark.parametrize(("build", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_cheaply(build, code):
    data = build()
    name = "a.xlsx" if data.startswith(b"PK") else "a.csv"
    with costs_at_most(2, 100 * MB):
        found = problems(data, name)
    assert [problem[0] for problem in found] == [code]


def test_4_million_empty_formatted_rows():
    data = samples.million_empty_rows()
    with costs_at_most(4, 150 * MB):
        table = samples.read(data)
    assert [row.number for row in table.rows] == [2]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_20_000_good_rows(name):
    rows = [[f"张三{number}", f"A{number:06}", *["黄浦区城管执法局"] * 4] for number in range(20_000)]
    headings = [*HEADINGS, *"甲乙丙丁"]
    data = write_xlsx("名单", headings, rows) if name == "a.xlsx" else write_csv(headings, rows)
    with costs_at_most(2, 100 * MB):
        table = samples.read(data, name, required=headings)
    assert len(table.rows) == 20_000


def test_measure_sees_memory():
    with pytest.raises(AssertionError), costs_at_most(2, 100 * MB):
        bytearray(120_000_000)
