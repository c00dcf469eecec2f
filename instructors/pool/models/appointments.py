from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from courses.catalogue.models import ItemCode, Topic
from courses.catalogue.models.references import Level as CourseLevel
from instructors.pool.models.instructors import Instructor, Level
from instructors.pool.querysets import AppointmentQuerySet, BarQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit, User

DAY = timedelta(days=1)


def as_range(*expressions) -> Func:
    """A number as a range of one, for the overlap operator: the server has no btree_gist."""
    return Func(*expressions, *expressions, Value("[]"), function="int8range")


class Term(models.Model):
    """From one day to another, both included; the database keeps the day after the last."""

    during = DateRangeField("期间")

    class Meta:
        abstract = True

    @property
    def from_on(self) -> date:
        return self.during.lower

    @property
    def until_on(self) -> date | None:
        return self.during.upper - DAY if self.during.upper else None


class Appointment(Term, TwoPersonModel):
    """Who is asked to teach what, and for how long: proposed by one person, in force once another has agreed."""

    class End(models.TextChoices):
        TERM = "TERM", "聘期届满不再续聘"
        BELOW = "BELOW", "考评连续不达标"
        MOVED = "MOVED", "工作调动"
        OWN_WISH = "OWN_WISH", "本人申请"
        DISCIPLINE = "DISCIPLINE", "违纪违规"
        RETIRED = "RETIRED", "退休或离职"
        OTHER = "OTHER", "其他"

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="appointments", verbose_name="教员")
    level = models.CharField("级别", max_length=10, choices=Level)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="聘任单位")
    during = DateRangeField("聘期")
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name="专题")
    items = models.ManyToManyField(ItemCode, blank=True, related_name="+", verbose_name="执法事项")
    course_levels = ArrayField(
        models.CharField(max_length=12, choices=CourseLevel), default=list, blank=True, verbose_name="课程等级"
    )
    specialty = models.CharField("专长说明", max_length=120, blank=True)
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewed_by", verbose_name="续聘自", editable=False
    )
    refused_at = models.DateTimeField("退回时间", null=True, editable=False)
    refused_reason = models.CharField("退回理由", max_length=200, blank=True, editable=False)
    end_reason = models.CharField("退出原因", max_length=12, choices=End, blank=True, editable=False)
    end_note = models.CharField("退出说明", max_length=200, blank=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="退出经办人"
    )
    ended_at = models.DateTimeField("退出办理时间", null=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "聘任"
        ordering = ["-during", "-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_appointment", "可审批聘任"), ("end_appointment", "可续聘和办理退出")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False),
                name="pool_appointment_during",
                violation_error_message="聘期截止日期不能早于起聘日期。",
            ),
            models.CheckConstraint(condition=Q(refused_at=None) | Q(checked_at=None), name="pool_appointment_answer"),
            ExclusionConstraint(
                name="pool_appointment_one_at_a_time",
                expressions=[
                    (as_range(F("instructor_id")), RangeOperators.OVERLAPS),
                    (
                        as_range(Func(Value(" ".join(Level.values)), F("level"), function="strpos")),
                        RangeOperators.OVERLAPS,
                    ),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(refused_at=None),
                violation_error_message="该教员在这一期间已有同一级别的聘任。",
            ),
        ]

    def __str__(self):
        return f"{self.instructor}（{self.get_level_display()}）"

    @property
    def audit_unit(self):
        return self.unit

    @property
    def state_label(self) -> str:
        if self.refused_at:
            return "已退回"
        if not self.is_checked:
            return "待审批"
        return "已退出" if self.end_reason else "已聘任"


class Bar(Term):
    """Days on which somebody may not teach whatever his appointments say; a fact whoever knows it deposits.

    Of an officer by himself, so that it also holds for an appointment still to come.
    """

    class Kind(models.TextChoices):
        SUSPENDED = "SUSPENDED", "停聘"
        CERTIFICATE = "CERTIFICATE", "执法证暂扣"
        NO_CERTIFICATE = "NO_CERTIFICATE", "未持有效执法证"

    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, related_name="teaching_bars", verbose_name="执法人员"
    )
    instructor = models.ForeignKey(Instructor, models.PROTECT, null=True, related_name="bars", verbose_name="外聘专家")
    kind = models.CharField("类别", max_length=15, choices=Kind)
    reason = models.CharField("原因", max_length=200)
    evidence = models.CharField("凭据", max_length=120, unique=True)
    made_by = models.CharField("登记人", max_length=120)

    objects = BarQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "停止授课"
        ordering = ["-during", "-id"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(officer__isnull=True) ^ Q(instructor__isnull=True), name="pool_bar_one_person"
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False),
                name="pool_bar_during",
                violation_error_message="截止日期不能早于开始日期。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}：{self.reason}"
