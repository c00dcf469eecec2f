"""Completed courses as entitlements to a certificate of completion."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from courses.learning.models import CourseProgress
from lms.certificates.entitlement import Entitlement, Group
from lms.certificates.models import Certificate, Kind
from lms.ledger.models import Entry

PREFIX = "learning.courseprogress"
COURSE = f"{PREFIX}:course-"


class CompletedCourses:
    """Somebody who completed a course and whose hours for it still stand in the ledger."""

    def earned(self, key: str) -> Entitlement:
        progress = self._progress(key)
        if progress is None or not progress.completed_at:
            raise ValidationError("还没有学完这门课程。", code="not_earned")
        entry = progress.entry
        if entry is None or hasattr(entry, "reversed_by"):
            raise ValidationError("这门课程的学时已冲正或没有入账，不能发证。", code="not_earned")
        return Entitlement(progress.officer, entry.unit, Kind.COMPLETION, key, self._facts(progress, entry))

    def holder(self, key: str) -> str:
        progress = self._progress(key)
        return f"{progress.officer.name}（{progress.officer.staff_no}）" if progress else key

    def groups(self, user, permission: str) -> list[Group]:
        rows = self._earned(user, permission).order_by().values("version__course", "version__course__title")
        counts = rows.annotate(earned=Count("pk"), certified=Count("pk", filter=Q(is_certified=True)))
        return [
            Group(f"{COURSE}{row['version__course']}", row["version__course__title"], row["earned"], row["certified"])
            for row in counts.order_by("version__course__title")
        ]

    def members(self, group: str, user, permission: str) -> Iterable[str]:
        course = group.removeprefix(COURSE)
        rows = self._earned(user, permission).filter(version__course=course, is_certified=False)
        return rows.order_by("officer__unit__path", "officer__staff_no").values_list("key", flat=True)

    def _earned(self, user, permission: str):
        rows = CourseProgress.objects.within(user, permission).filter(
            completed_at__isnull=False, entry__isnull=False, entry__reversed_by=None
        )
        key = Concat(Value(f"{PREFIX}:"), Cast("pk", CharField()))
        standing = Certificate.objects.exclude(state="SUPERSEDED").filter(entitlement=OuterRef("key"))
        return rows.annotate(key=key).annotate(is_certified=Exists(standing))

    def _progress(self, key: str) -> CourseProgress | None:
        pk = key.removeprefix(f"{PREFIX}:")
        if not pk.isdecimal() or len(pk) > 18:
            return None
        joined = ("officer__unit", "officer__user", "version", "entry__unit", "entry__reversed_by")
        return CourseProgress.objects.select_related(*joined).filter(pk=pk).first()

    def _facts(self, progress: CourseProgress, entry: Entry) -> dict[str, str]:
        return {
            "unit": entry.unit.name, "title": progress.version.title,
            "hours": f"{entry.hours:.2f}", "credits": f"{entry.credits:.1f}",
            "began_on": timezone.localdate(progress.started_at).isoformat(),
            "completed_on": timezone.localdate(progress.completed_at).isoformat(),
        }  # fmt: skip
