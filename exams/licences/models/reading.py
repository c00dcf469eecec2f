"""What is read and never written here: level exams by officer, and who may be sent out today."""

from datetime import date

from django.utils import timezone

from exams.licences.querysets import LevelResultQuerySet, OfficerStandingQuerySet
from exams.licences.standing import Standing, standing
from exams.sittings.models import Outcome
from lms.people.models import Officer


class LevelResult(Outcome):
    """等级能力考试结果: what counts now of every released attempt at a level exam."""

    objects = LevelResultQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "等级考试结果"
        ordering = ["-attempt__candidate__sitting__opens_at", "attempt__candidate__officer__staff_no"]
        default_permissions = ["view"]
        permissions = [("export_levelresult", "可导出等级结果文件")]

    @property
    def candidate(self):
        return self.attempt.candidate

    @property
    def officer(self):
        return self.candidate.officer

    @property
    def audit_unit(self):
        return self.officer.unit

    @property
    def sat_on(self) -> date:
        """The day of the exam: what a level counts from."""
        return timezone.localdate(self.candidate.sitting.opens_at)

    @property
    def score(self) -> str:
        return f"{self.marks:.2f}/{self.full:.2f}分"


class OfficerStanding(Officer):
    """上岗资格: whether somebody may be sent out to enforce today, and why not."""

    objects = OfficerStandingQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "上岗资格"
        ordering = ["unit__path", "staff_no"]
        default_permissions = ["view"]

    @property
    def licence(self):
        """The certificate that counts: the one not ended, or the last that was."""
        return next(iter(self.papers), None)  # type: ignore[attr-defined]

    @property
    def standing(self) -> Standing:
        return standing(self.get_status_display(), self.status, self.licence, timezone.localdate())
