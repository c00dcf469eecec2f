from django.db import models
from django.db.models import Q

from exams.marking.models.scripts import Script
from lms.people.models import User


class Stage(models.IntegerChoices):
    FIRST = 1, "第一评"
    SECOND = 2, "第二评"
    THIRD = 3, "第三评"
    ARBITER = 4, "仲裁"
    AGAIN = 9, "复评"


class Assignment(models.Model):
    """Who is to mark a script at one stage. Handed out it is his until `locked_until`; then anybody of the team may.

    `code` is the script's own, but another where somebody marks a script again without knowing; `earlier` are
    those it was handed to before and who let it lapse.
    """

    class State(models.TextChoices):
        PLANNED = "PLANNED", "待评"
        OPEN = "OPEN", "评阅中"
        FLAGGED = "FLAGGED", "存疑"
        DONE = "DONE", "已评"

    script = models.ForeignKey(Script, models.PROTECT, related_name="assignments", verbose_name="匿名答卷")
    stage = models.PositiveSmallIntegerField("评次", choices=Stage)
    marker = models.ForeignKey(User, models.PROTECT, related_name="marking_assignments", verbose_name="阅卷员")
    state = models.CharField("状态", max_length=8, choices=State, default=State.PLANNED)
    place = models.PositiveIntegerField("次序", default=0)
    opened_at = models.DateTimeField("领取时间", null=True)
    locked_until = models.DateTimeField("保留至", null=True)
    done_at = models.DateTimeField("评完时间", null=True)
    code = models.CharField("匿名号", max_length=10)
    earlier = models.JSONField("此前领取人", default=list)
    note = models.CharField("存疑说明", max_length=200, blank=True)
    reply = models.CharField("主考答复", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "评阅任务"
        ordering = ["place", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["script", "stage"], name="marking_assignment_once"),
            models.CheckConstraint(
                condition=Q(state="OPEN", locked_until__isnull=False) | ~Q(state="OPEN"),
                name="marking_assignment_locked",
            ),
        ]
        indexes = [
            models.Index(fields=["marker", "state", "place"], name="marking_assignment_queue"),
            models.Index(fields=["locked_until"], condition=Q(state="OPEN"), name="marking_assignment_lapsed"),
        ]

    def __str__(self):
        return f"{self.script} {self.get_stage_display()}"


class Mark(models.Model):
    """What somebody gave a script at one stage. `version` counts his saves: a second window cannot overwrite unseen."""

    script = models.ForeignKey(Script, models.PROTECT, related_name="marks", verbose_name="匿名答卷")
    stage = models.PositiveSmallIntegerField("评次", choices=Stage)
    marker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="阅卷员")
    points = models.JSONField("各项得分")
    total = models.DecimalField("合计", max_digits=6, decimal_places=2)
    comment = models.TextField("评语", max_length=1000, blank=True)
    version = models.PositiveIntegerField("次数", default=1)
    seconds = models.PositiveIntegerField("用时（秒）", default=0)
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "评分"
        ordering = ["script_id", "stage"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["script", "stage"], name="marking_mark_once"),
            models.UniqueConstraint(
                fields=["script", "marker"], condition=~Q(stage=Stage.AGAIN), name="marking_mark_one_each"
            ),
            models.CheckConstraint(condition=Q(total__gte=0), name="marking_mark_positive"),
        ]

    def __str__(self):
        return f"{self.script} {self.get_stage_display()} {self.total}"


class MarkEvent(models.Model):
    """Everything anybody ever sent for a script, what was refused too. Only added to."""

    class Kind(models.TextChoices):
        SAVED = "SAVED", "已记"
        UNDONE = "UNDONE", "撤销"
        REFUSED = "REFUSED", "未采用"

    script = models.ForeignKey(Script, models.PROTECT, related_name="events", verbose_name="匿名答卷")
    stage = models.PositiveSmallIntegerField("评次", choices=Stage)
    marker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="阅卷员")
    kind = models.CharField("去向", max_length=8, choices=Kind)
    why = models.CharField("缘由", max_length=20, blank=True)
    points = models.JSONField("各项得分")
    total = models.DecimalField("合计", max_digits=6, decimal_places=2)
    comment = models.TextField("评语", max_length=1000, blank=True)
    version = models.PositiveIntegerField("次数")
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "评分记录"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self):
        return f"{self.script} {self.get_kind_display()} {self.total}"
