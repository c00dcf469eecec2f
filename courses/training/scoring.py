"""What the parts of an assessment come to. Pure: marks in, one result a part out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ENOUGH_TO_TRIM = 3
STEP = Decimal("0.01")


@dataclass(frozen=True)
class PartResult:
    """`is_passed` is None while something is still missing."""

    kind: str
    label: str
    words: str
    is_passed: bool | None


def theory(label: str, mark: Decimal | None, pass_mark: Decimal) -> PartResult:
    if mark is None:
        return PartResult("THEORY", label, "未录入", None)
    return PartResult("THEORY", label, f"{_short(mark)}分", mark >= pass_mark)


def fitness(label: str, needed: Sequence[str], met: Mapping[str, bool]) -> PartResult:
    """Every item of one's own sex and age, each reached."""
    done = [item for item in needed if item in met]
    passed = sum(met[item] for item in done)
    words = f"达标{passed}/{len(needed)}项"
    if len(done) < len(needed):
        return PartResult("FITNESS", label, f"已测{len(done)}/{len(needed)}项", None)
    return PartResult("FITNESS", label, words, passed == len(needed))


@dataclass(frozen=True)
class Panel:
    """How judges' marks become one."""

    judges: int
    pass_mark: Decimal
    is_trimmed: bool


def drill(label: str, marks: Sequence[Decimal], panel: Panel) -> PartResult:
    if len(marks) < panel.judges:
        return PartResult("DRILL", label, f"已评{len(marks)}/{panel.judges}人", None)
    score = mean(marks, is_trimmed=panel.is_trimmed)
    return PartResult("DRILL", label, f"{_short(score)}分（{len(marks)}名评委）", score >= panel.pass_mark)


def mean(marks: Sequence[Decimal], *, is_trimmed: bool) -> Decimal:
    """Without the highest and the lowest mark where there are enough of them to leave one."""
    kept = sorted(marks)[1:-1] if is_trimmed and len(marks) >= ENOUGH_TO_TRIM else marks
    return (sum(kept, Decimal(0)) / len(kept)).quantize(STEP, ROUND_HALF_UP)


def _short(value: Decimal) -> str:
    return f"{value.normalize():f}"
