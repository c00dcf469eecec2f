from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from courses.catalogue.models import Topic
from instructors.pool.models import Instructor
from instructors.studios.querysets import MemberQuerySet, StudioQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import OrgUnit


class InstructorStudio(TwoPersonModel):
    """A group of instructors under one lead, proposed by one person and set up by another, reviewed every year."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待批准"
        ACTIVE = "ACTIVE", "运行中"
        REVIEWED = "REVIEWED", "已评审"
        DISSOLVED = "DISSOLVED", "已撤销"

    RUNNING = (State.ACTIVE, State.REVIEWED)

    name = models.CharField("名称", max_length=40, unique=True, error_messages={"unique": "已有同名工作室。"})
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="所在单位")
    lead = models.ForeignKey(Instructor, models.PROTECT, related_name="+", verbose_name="领衔人")
    topics = models.ManyToManyField(Topic, related_name="+", verbose_name="专题")
    summary = models.TextField("简介", max_length=500, help_text="公开页面上可以看到。")
    from_on = models.DateField("起始日期")
    until_on = models.DateField("届满日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED, editable=False)
    dissolved_on = models.DateField("撤销日期", null=True, editable=False)
    dissolve_reason = models.CharField("撤销原因", max_length=200, blank=True, editable=False)

    objects = StudioQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "师资工作室"
        ordering = ["unit__path", "name"]
        default_permissions = ["add", "change", "view"]
        permissions = [("decide_instructorstudio", "可批准、评审和撤销工作室")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until_on__gt=F("from_on")),
                name="studios_studio_dates",
                violation_error_message="届满日期应晚于起始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="DISSOLVED") | (Q(dissolved_on__isnull=False) & ~Q(dissolve_reason="")),
                name="studios_studio_dissolved",
                violation_error_message="撤销须有日期和原因。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING


class StudioMember(models.Model):
    """Who belongs to a studio, and when; one who left may come back."""

    studio = models.ForeignKey(InstructorStudio, models.PROTECT, related_name="members", verbose_name="工作室")
    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="+", verbose_name="教员")
    from_on = models.DateField("加入日期")
    until_on = models.DateField("退出日期", null=True, blank=True)
    duty = models.CharField("分工", max_length=60, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作室成员"
        ordering = ["studio", "from_on", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="studios_member_dates",
                violation_error_message="退出日期不能早于加入日期。",
            ),
            ExclusionConstraint(
                name="studios_member_one_at_a_time",
                expressions=[
                    (Func("studio_id", "studio_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func("instructor_id", "instructor_id", Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (Func("from_on", "until_on", Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="该教员在这段时间已是本工作室成员。",
            ),
        ]

    def __str__(self):
        return f"{self.studio}：{self.instructor.name}"

    @property
    def audit_unit(self):
        return self.studio.unit
