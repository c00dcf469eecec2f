"""Whether somebody may be sent out to enforce on a day, in words. Says what `deployable` counts, and nothing else."""

from dataclasses import dataclass
from datetime import date

from exams.licences.machine import IN_FORCE, OPEN_BEFORE_ISSUE
from exams.licences.querysets import GONE


@dataclass(frozen=True)
class Standing:
    words: str
    is_deployable: bool = False

    @property
    def label(self) -> str:
        return "可上岗" if self.is_deployable else "不可上岗"


def standing(status_label: str, status: str, licence, day: date) -> Standing:
    """`licence` is the certificate that counts, or None."""
    if status in GONE:
        return Standing(words=f"{status_label}，不在执法岗位")
    if licence is None or licence.state in OPEN_BEFORE_ISSUE:
        return Standing(words=_not_yet(licence))
    if licence.state not in IN_FORCE:
        return Standing(words=_held_back(licence))
    if day < licence.valid_from:
        return Standing(words=f"执法证自{_chinese(licence.valid_from)}起有效")
    if day > licence.valid_until:
        return Standing(words=f"执法证已于{_chinese(licence.valid_until)}过期")
    return Standing(is_deployable=True, words=f"有效期至{_chinese(licence.valid_until)}")


def _held_back(licence) -> str:
    if licence.suspended_until:
        return f"执法证暂扣至{_chinese(licence.suspended_until)}"
    return f"执法证已{licence.get_state_display()}"


def _not_yet(licence) -> str:
    if licence is None or licence.state == "NOT_HELD":
        return "未取得执法证"
    if licence.state == "ELIGIBLE":
        return "未取得执法证，符合申领条件"
    return f"未取得执法证，申请{licence.get_state_display()}"


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
