"""What a player is told of a lesson, and nothing it could cheat with."""

from courses.learning.coverage import length
from courses.learning.models import CourseProgress
from courses.learning.services.watching import Watched
from courses.learning.terms import MILLISECONDS
from lms.ledger.models import Entry

WORDS = {"AHEAD": "比实际经过的时间长", "SPEED": "播放速度超过规定", "SUPERSEDED": "另一处开始学习之后看的",
         "REGULAR": "连续多节学完的间隔雷同"}  # fmt: skip


def facts(watched: Watched) -> dict:
    """Spans in seconds. `quarantined` are stretches a training office will look at; watching them again counts."""
    progress = watched.progress
    return {
        "counted_seconds": length(watched.covered) // MILLISECONDS,
        "covered": _seconds(watched.covered),
        "quarantined": _seconds(watched.doubted),
        "finished": watched.is_finished,
        "complete": progress.completed_at is not None,
        "message": completion_message(progress.entry) if progress.entry else doubt_message(watched),
    }


def _seconds(spans) -> list[list[float]]:
    return [[begin / MILLISECONDS, end / MILLISECONDS] for begin, end in spans]


def doubt_message(watched: Watched) -> str:
    if not watched.doubted:
        return ""
    found = length(watched.doubted) // MILLISECONDS
    why = "、".join(WORDS[reason] for reason in sorted(watched.reasons))
    return (
        f"有{found // 60}分{found % 60:02d}秒存疑（{why}），暂未计入，由教育培训部门核定。也可以重看这一段，看完即计。"
    )


def questions(progress: CourseProgress, position: int) -> list[dict]:
    """The questions of a lesson without their keys, and whether each was answered right already."""
    asked = progress.version.lessons[position - 1].get("questions", [])
    tries = list(progress.answers.filter(position=position).values_list("question", "is_right")) if asked else []
    right, tried = {number for number, is_right in tries if is_right}, {number for number, _ in tries}
    return [
        {
            "number": number, "at": one["at"], "stem": one["stem"], "options": one["options"],
            "is_tried": number in tried, "is_right": number in right,
        }
        for number, one in enumerate(asked)
    ]  # fmt: skip


def completion_message(entry: Entry) -> str:
    if not entry.counts_hours:
        return f"已学完。{entry.hours:.2f}学时已记入学籍，不计入年度学时。"
    if entry.capped_hours:
        return f"已学完。记入{entry.hours:.2f}学时、{entry.credits:.1f}学分，另有{entry.capped_hours:.2f}学时未计，原因见台账。"
    return f"已学完。{entry.hours:.2f}学时、{entry.credits:.1f}学分已记入台账。"
