from django.db import models
from django.db.models import F, Q

from exams.results.querysets import AppealQuerySet
from exams.sittings.models import Attempt, Outcome
from lms.people.models import User


class ExamAppeal(models.Model):
    """考试复核: a candidate asks that a mark or a decision be looked at again, by somebody who had no part in it."""

    class Kind(models.TextChoices):
        ARITHMETIC = "ARITHMETIC", "成绩核查"
        QUESTION = "QUESTION", "试题异议"
        VIOLATION = "VIOLATION", "违纪处理申诉"

    class State(models.TextChoices):
        FILED = "FILED", "待受理"
        ACCEPTED = "ACCEPTED", "复核中"
        DECIDED = "DECIDED", "已决定"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    class Result(models.TextChoices):
        KEPT = "KEPT", "维持"
        RAISED = "RAISED", "分数上调"
        LOWERED = "LOWERED", "分数下调"
        LIFTED = "LIFTED", "撤销处理"

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="appeals", verbose_name="答卷")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    slot = models.PositiveSmallIntegerField("题号", null=True, blank=True)
    text = models.TextField("理由", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.FILED)
    filed_at = models.DateTimeField("提出时间", auto_now_add=True)
    handler = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="复核人")
    accepted_at = models.DateTimeField("受理时间", null=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    reply = models.TextField("答复", max_length=500, blank=True)
    outcome = models.ForeignKey(Outcome, models.PROTECT, null=True, related_name="+", verbose_name="复核后的结果")

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考试复核"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("decide_examappeal", "可受理和决定考试复核")]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "kind", "slot"],
                condition=Q(state__in=["FILED", "ACCEPTED"]),
                nulls_distinct=False,
                name="results_appeal_one_open",
                violation_error_message="这一事项已有复核在办理。",
            ),
            models.CheckConstraint(
                condition=Q(state="DECIDED", decided_at__isnull=False, handler__isnull=False, result__gt="")
                | (~Q(state="DECIDED") & Q(decided_at=None, result="", outcome=None)),
                name="results_appeal_decided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["FILED", "WITHDRAWN"]) | Q(accepted_at__gte=F("filed_at")),
                name="results_appeal_accepted",
            ),
        ]

    def __str__(self):
        return f"{self.attempt.candidate.number} {self.get_kind_display()}"

    @property
    def audit_unit(self):
        return self.attempt.candidate.unit

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.FILED, self.State.ACCEPTED)

    @property
    def subject(self) -> str:
        return f"第{self.slot}题" if self.slot else "整卷"


class Finding(models.Model):
    """What an appeal found a question to be worth; it stands above what machines and markers gave."""

    appeal = models.ForeignKey(ExamAppeal, models.PROTECT, related_name="findings", verbose_name="复核")
    slot = models.PositiveSmallIntegerField("题号")
    is_by_hand = models.BooleanField("主观部分")
    marks = models.DecimalField("得分", max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "复核认定"
        ordering = ["appeal_id", "slot"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["appeal", "slot", "is_by_hand"], name="results_finding_once"),
            models.CheckConstraint(condition=Q(marks__gte=0), name="results_finding_positive"),
        ]

    def __str__(self):
        return f"{self.appeal} 第{self.slot}题 {self.marks}"
