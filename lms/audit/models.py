from django.db import models

from lms.audit.canonical import chained_values
from lms.audit.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """One thing somebody did. Rows are only ever added; the database refuses anything else."""

    CHAINED = ("stream", "seq", "at", "actor", "action", "target", "unit_path", "detail")

    stream = models.CharField("链", max_length=40)
    seq = models.BigIntegerField("序号")
    at = models.DateTimeField("时间")
    actor = models.CharField("经办人", max_length=120)
    action = models.CharField("动作", max_length=60, db_index=True)
    target = models.CharField("对象", max_length=120, db_index=True)
    unit_path = models.CharField("单位路径", max_length=255, blank=True)
    detail = models.JSONField("详情", default=dict)
    row_hash = models.CharField("校验值", max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["stream", "seq"], name="audit_event_seq")]
        indexes = [models.Index(fields=["unit_path"], name="audit_event_unit", opclasses=["varchar_pattern_ops"])]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"

    def chained_values(self) -> list[str | None]:
        return chained_values(self)
