"""The file that goes back to personnel: who owed a class, and what became of it."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from courses.training.models import Enrollment
from courses.training.querysets import DutyQuerySet
from lms.audit.services import record
from lms.people.models import User
from lms.sheets.export import write_xlsx

HEADINGS = ["姓名", "人员编号", "单位", "类型", "产生日期", "是否完成", "培训班", "开班日期", "结束日期", "结果"]


def proof_of(rows: DutyQuerySet, user: User) -> bytes:
    """With the numbers behind every rate."""
    total, met = rows.count(), rows.met().count()
    record("training.export_proof", actor=user, target="training.trainingduty:*", unit=_top(user), rows=total)
    notes = [
        f"必训任务完成情况：{rate(met, total)}",
        f"截至{timezone.localtime():%Y年%-m月%-d日 %H:%M}，导出：{user}",
    ]
    return write_xlsx("必训证明", HEADINGS, _lines(rows), notes=notes)


def rate(part: int, whole: int) -> str:
    """Never without its fraction."""
    return f"{part / whole:.1%}（{part:,}/{whole:,}人）" if whole else "没有人员"


def _top(user: User):
    return next(iter(user.scope("training.view_trainingduty")), None)


def _lines(rows) -> Iterator[list]:
    """Of those who still owe it, the class they are in now."""
    live = Enrollment.objects.filter(
        officer=OuterRef("officer"), training_class__kind=OuterRef("kind"), state__in=["CONFIRMED", "WAITLISTED"]
    ).exclude(training_class__state="CANCELLED")
    found = rows.annotate(under_way=Subquery(live.order_by("-training_class__starts_on").values("pk")[:1]))
    found = found.select_related("officer__unit").order_by("officer__unit__path", "officer__staff_no", "kind")
    duties = list(found)
    wanted = [duty.met_by_id or duty.under_way for duty in duties]
    enrollments = Enrollment.objects.select_related("training_class").in_bulk([pk for pk in wanted if pk])
    for duty, pk in zip(duties, wanted, strict=True):
        officer, row = duty.officer, enrollments.get(pk)
        who = [officer.name, officer.staff_no, officer.unit.name, duty.get_kind_display(), duty.arisen_on]
        of_class = row.training_class if row else None
        what = [of_class.title, of_class.starts_on, of_class.ends_on] if of_class else ["", None, None]
        yield [*who, "已完成" if duty.met_by_id else "未完成", *what, row.get_state_display() if row else "未安排"]
