"""What learners are told of their places, each once for each turn of things."""

from collections import defaultdict
from collections.abc import Sequence

from django.urls import reverse

from courses.training.models import Enrollment, TrainingClass
from lms.notices.services import notify

State = Enrollment.State
TITLES = {
    State.CONFIRMED: "已录取：{}", State.WAITLISTED: "已列入候补：{}", State.REJECTED: "报名未批准：{}",
    State.WITHDRAWN: "已退出：{}",
}  # fmt: skip


def tell(training_class: TrainingClass, rows: Sequence[Enrollment]) -> int:
    """Who was decided on by others learns it; guests have no account."""
    users = defaultdict(list)
    for row in rows:
        if row.officer and row.state in TITLES:
            users[row.state, row.reason].append(row.officer.user)
    return sum(
        notify(
            found,
            title=TITLES[State(state)].format(training_class.title)[:80],
            body=body_of(training_class, state, reason),
            link=reverse("training:class", args=[training_class.pk]),
        )
        for (state, reason), found in users.items()
    )


def body_of(training_class: TrainingClass, state: str, reason: str) -> str:
    if state == State.WAITLISTED:
        return "名额已满。有人退出时按候补先后自动递补，递补后另行通知。"
    if state in (State.REJECTED, State.WITHDRAWN):
        return f"理由：{reason}。有疑问请联系{training_class.unit}。"
    return f"{training_class.starts_on:%Y年%-m月%-d日}至{training_class.ends_on:%-m月%-d日}，请查看课表和报到须知。"
