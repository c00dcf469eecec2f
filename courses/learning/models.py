from django.contrib.postgres.fields import ArrayField, IntegerRangeField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from courses.catalogue.models import Course, CourseVersion
from courses.learning.coverage import clock
from courses.learning.querysets import CourseAssignmentQuerySet, CourseProgressQuerySet, WatchSpanQuerySet
from lms.ledger.models import Entry
from lms.people.models import Officer, OrgUnit, User


class CourseProgress(models.Model):
    """One officer's way through one course version in one year."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="course_progress", verbose_name="人员")
    version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="progress", verbose_name="课程版本")
    year = models.PositiveSmallIntegerField("年度")
    started_at = models.DateTimeField("开始时间")
    completed_at = models.DateTimeField("学完时间", null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+", verbose_name="台账条目")

    objects = CourseProgressQuerySet.as_manager()

    class Meta:
        verbose_name = "学习进度"
        verbose_name_plural = "学习进度"
        ordering = ["-started_at"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["officer", "version", "year"], name="learning_progress_once"),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(completed_at__isnull=False), name="learning_progress_entry_when_complete"
            ),
        ]

    def __str__(self):
        return f"{self.officer} {self.version}"

    @property
    def evidence_key(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"


class LessonReading(models.Model):
    """Time spent on one lesson, by the server's clock; at most one is open per officer."""

    progress = models.ForeignKey(CourseProgress, models.PROTECT, related_name="readings", verbose_name="学习进度")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="人员")
    position = models.PositiveSmallIntegerField("课文序号")
    seconds = models.PositiveIntegerField("已计秒数", default=0)
    page = models.PositiveSmallIntegerField("正读的页", default=1)
    pages = ArrayField(models.PositiveIntegerField(), default=list, verbose_name="各页已读秒数")
    opened_at = models.DateTimeField("正在阅读，自", null=True)
    finished_at = models.DateTimeField("读完时间", null=True)

    class Meta:
        verbose_name = "课文阅读"
        verbose_name_plural = "课文阅读"
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["progress", "position"], name="learning_reading_once"),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(opened_at__isnull=False), name="learning_one_open_reading"
            ),
        ]

    def __str__(self):
        return f"{self.progress} 第{self.position}节"


class LearningLease(models.Model):
    """One page's turn to count what its officer watches. At most one is open per officer: times never overlap."""

    key = models.UUIDField("编号", unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="人员")
    progress = models.ForeignKey(CourseProgress, models.PROTECT, related_name="leases", verbose_name="学习进度")
    tab = models.UUIDField("页面")
    device = models.CharField("设备", max_length=40)
    started_at = models.DateTimeField("开始时间")
    seen_at = models.DateTimeField("最近动静")
    ended_at = models.DateTimeField("结束时间", null=True)
    left = models.PositiveIntegerField("还可计的毫秒数", default=0)

    class Meta:
        verbose_name = "学习会话"
        verbose_name_plural = "学习会话"
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["officer"], condition=Q(ended_at=None), name="learning_one_open_lease"),
        ]

    def __str__(self):
        return f"{self.officer} {self.device}"


class WatchSpan(models.Model):
    """A stretch of media somebody says he watched, and what became of it. Never deleted."""

    class State(models.TextChoices):
        COUNTED = "COUNTED", "已计"
        QUARANTINED = "QUARANTINED", "存疑待核"
        RELEASED = "RELEASED", "核后计入"
        REJECTED = "REJECTED", "核后不计"

    class Reason(models.TextChoices):
        AHEAD = "AHEAD", "比实际经过的时间长"
        SPEED = "SPEED", "播放速度超过规定"
        SUPERSEDED = "SUPERSEDED", "另一处开始学习之后"
        REGULAR = "REGULAR", "连续多节间隔雷同"

    progress = models.ForeignKey(CourseProgress, models.PROTECT, related_name="spans", verbose_name="学习进度")
    position = models.PositiveSmallIntegerField("课文序号")
    lease = models.ForeignKey(LearningLease, models.PROTECT, related_name="spans", verbose_name="学习会话")
    message = models.UUIDField("报文编号")
    number = models.PositiveSmallIntegerField("段序号")
    span = IntegerRangeField("片段（毫秒）")
    rate = models.FloatField("播放速度")
    received_at = models.DateTimeField("收到时间")
    client_at = models.DateTimeField("手机时间")
    state = models.CharField("状态", max_length=15, choices=State)
    reason = models.CharField("存疑原因", max_length=15, choices=Reason, blank=True)
    reviewed_at = models.DateTimeField("核定时间", null=True)
    review_note = models.CharField("核定理由", max_length=200, blank=True)

    objects = WatchSpanQuerySet.as_manager()

    class Meta:
        verbose_name = "存疑学习时间"
        verbose_name_plural = "存疑学习时间"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("review_watchspan", "可核定存疑学习时间")]
        indexes = [models.Index(fields=["progress", "position"], name="learning_span_lesson")]
        constraints = [
            models.UniqueConstraint(fields=["lease", "message", "number"], name="learning_span_once"),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(state="COUNTED"), name="learning_span_reason_when_doubted"
            ),
        ]

    def __str__(self):
        return f"{self.progress} 第{self.position}节 {self.stretch}"

    @property
    def audit_unit(self):
        return self.officer.unit

    @property
    def officer(self):
        return self.progress.officer

    @property
    def stretch(self) -> str:
        return f"{clock(self.span.lower)}至{clock(self.span.upper)}"

    officer.fget.short_description, stretch.fget.short_description = "人员", "片段"  # type: ignore[attr-defined]


class LessonAnswer(models.Model):
    """One try at a question in a lesson, marked on the server. Every try is kept."""

    progress = models.ForeignKey(CourseProgress, models.PROTECT, related_name="answers", verbose_name="学习进度")
    position = models.PositiveSmallIntegerField("课文序号")
    question = models.PositiveSmallIntegerField("题序号")
    chosen = models.PositiveSmallIntegerField("所选")
    is_right = models.BooleanField("答对")
    answered_at = models.DateTimeField("作答时间")

    class Meta:
        verbose_name = "随堂作答"
        verbose_name_plural = "随堂作答"
        default_permissions = ["view"]
        indexes = [models.Index(fields=["progress", "position"], name="learning_answer_lesson")]

    def __str__(self):
        return f"{self.progress} 第{self.position}节第{self.question}题"


class CourseAssignment(models.Model):
    """A course or a compulsory module that people owe by a day. Whom it binds is found when it is read."""

    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name="课程"
    )
    module = models.CharField("必修模块", max_length=40, blank=True)
    title = models.CharField("名称", max_length=120, editable=False)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位（含下属）")
    rank = models.CharField("职级", max_length=20, choices=Officer.Rank, blank=True)
    status = models.CharField("人员状态", max_length=20, choices=Officer.Status, blank=True)
    entered_since = models.DateField("入职不早于", null=True, blank=True)
    is_named = models.BooleanField("指定人员", default=False, editable=False)
    people = models.ManyToManyField(Officer, related_name="+", verbose_name="指定的人员", editable=False)
    due_on = models.DateField("截止日期")
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="布置人", editable=False
    )  # fmt: skip
    made_at = models.DateTimeField("布置时间", auto_now_add=True)
    ended_at = models.DateTimeField("撤回时间", null=True, editable=False)

    objects = CourseAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "学习任务"
        verbose_name_plural = "学习任务"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("end_courseassignment", "可撤回学习任务"), ("remind_courseassignment", "可提醒未学完人员")]
        constraints = [
            models.CheckConstraint(
                condition=Q(course=None, module__gt="") | Q(course__isnull=False, module=""),
                name="learning_assignment_one_thing",
                violation_error_message="课程和必修模块选且只选一项。",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit

    @property
    def year(self) -> int:
        return self.due_on.year

    @property
    def years(self) -> range:
        """In which years' learning it may be met: who is named by himself may learn from the day he is told."""
        return range(timezone.localtime(self.made_at).year if self.is_named else self.year, self.year + 1)

    @property
    def whom(self) -> str:
        if self.is_named:
            return f"{self.unit.name}，指定人员"
        since = f"{self.entered_since:%Y年%-m月%-d日}后入职" if self.entered_since else ""
        return "，".join(filter(None, [self.unit.name, self.get_rank_display(), self.get_status_display(), since]))
