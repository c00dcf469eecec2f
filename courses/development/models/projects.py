from django.db import models
from django.db.models import Q

from courses.catalogue.models import Course, CourseVersion
from courses.development.models.groups import CourseDevelopmentGroup
from courses.development.models.outputs import Output
from courses.development.querysets import ProjectQuerySet
from lms.kit.models import TwoPersonModel


class DevelopmentProject(Output):
    """A course from the proposal to its publication; the version that passed stays pinned."""

    class Stage(models.TextChoices):
        PROPOSED = "PROPOSED", "申报"
        APPROVED = "APPROVED", "立项制作"
        REVIEWING = "REVIEWING", "评审"
        ACCEPTED = "ACCEPTED", "评审通过"
        PUBLISHED = "PUBLISHED", "已发布"
        STOPPED = "STOPPED", "终止"

    WAY = (Stage.PROPOSED, Stage.APPROVED, Stage.REVIEWING, Stage.ACCEPTED, Stage.PUBLISHED)

    group = models.ForeignKey(CourseDevelopmentGroup, models.PROTECT, related_name="projects", verbose_name="教研组")
    aim = models.TextField("开发目标", max_length=500)
    due_on = models.DateField("计划完成日期")
    stage = models.CharField("阶段", max_length=10, choices=Stage, default=Stage.PROPOSED, editable=False)
    course = models.OneToOneField(
        Course, models.PROTECT, null=True, blank=True, related_name="project", verbose_name="课程"
    )
    version = models.OneToOneField(
        CourseVersion, models.PROTECT, null=True, related_name="project", verbose_name="审定版本", editable=False
    )
    published_on = models.DateField("发布日期", null=True, editable=False)
    stop_reason = models.CharField("终止理由", max_length=200, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "课程开发项目"
        ordering = ["-output_ptr"]
        default_permissions = ["view", "add", "change"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="PUBLISHED", version__isnull=False, published_on__isnull=False)
                | (~Q(stage="PUBLISHED") & Q(version=None)),
                name="development_project_pinned",
            ),
        ]


class FlagshipDecision(TwoPersonModel):
    """精品课程: proposed on the numbers of the review, decided by somebody else, for the version that was reviewed."""

    project = models.ForeignKey(DevelopmentProject, models.PROTECT, related_name="flagships", verbose_name="项目")
    version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="+", verbose_name="评审版本")
    average = models.DecimalField("评审平均分", max_digits=5, decimal_places=2)
    scored = models.PositiveSmallIntegerField("评审人数")
    reason = models.CharField("理由", max_length=300)
    ended_at = models.DateTimeField("终止时间", null=True)
    end_reason = models.CharField("终止理由", max_length=200, blank=True)

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "精品课程认定"
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["project"], condition=Q(ended_at=None), name="development_flagship_once",
                violation_error_message="该课程已申报或认定为精品课程。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.version} 精品课程"
