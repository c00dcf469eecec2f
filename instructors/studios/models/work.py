from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.catalogue.models import Course, Courseware
from instructors.mentorship.models import Mentorship
from instructors.studios.models.studio import InstructorStudio
from instructors.studios.querysets import OutputQuerySet, PlanItemQuerySet


class Work(models.TextChoices):
    COURSE = "COURSE", "课程"
    COURSEWARE = "COURSEWARE", "课件"
    CASE = "CASE", "案例"
    APPRENTICE = "APPRENTICE", "带教"


PLANNED = [*Work.choices, ("ACTIVITY", "教研活动")]


class StudioPlanItem(models.Model):
    """What a studio means to do in a year, and how much of it."""

    studio = models.ForeignKey(InstructorStudio, models.PROTECT, related_name="plan_items", verbose_name="工作室")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("任务", max_length=80)
    kind = models.CharField("类别", max_length=10, choices=PLANNED)
    target = models.PositiveSmallIntegerField("数量", default=1)
    due_on = models.DateField("完成期限")
    done_on = models.DateField("完成日期", null=True, editable=False)
    done_note = models.CharField("完成情况", max_length=200, blank=True, editable=False)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作室年度计划"
        ordering = ["studio", "-year", "due_on", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__gt=0), name="studios_plan_target", violation_error_message="数量应大于0。"
            )
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.studio.unit


class StudioOutput(models.Model):
    """What came of a studio's work; linked to the row it is, where the house keeps one."""

    LINKS: dict[str, str] = {Work.COURSE: "course", Work.COURSEWARE: "courseware", Work.APPRENTICE: "mentorship"}

    studio = models.ForeignKey(InstructorStudio, models.PROTECT, related_name="outputs", verbose_name="工作室")
    kind = models.CharField("类别", max_length=10, choices=Work)
    title = models.CharField("名称", max_length=100)
    on = models.DateField("完成日期")
    course = models.ForeignKey(Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="课程")
    courseware = models.ForeignKey(
        Courseware, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="课件"
    )
    mentorship = models.ForeignKey(
        Mentorship, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="师带徒"
    )
    is_public = models.BooleanField("可公开", default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人")

    objects = OutputQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作室成果"
        ordering = ["-on", "-pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(course=None) | Q(kind="COURSE")) & (Q(courseware=None) | Q(kind="COURSEWARE"))
                & (Q(mentorship=None) | Q(kind="APPRENTICE")),
                name="studios_output_link",
                violation_error_message="所选的课程、课件或师带徒与成果类别不符。",
            ),
            # Whom somebody teaches is nobody's business outside.
            models.CheckConstraint(
                condition=~Q(kind="APPRENTICE", is_public=True),
                name="studios_output_private",
                violation_error_message="带教成果涉及徒弟个人，不能公开。",
            ),
            *(
                models.UniqueConstraint(
                    fields=["studio", link], condition=Q(**{f"{link}__isnull": False}), name=f"studios_output_{link}_once",
                    violation_error_message="这项成果已登记。",
                )
                for link in ("course", "courseware", "mentorship")
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.studio.unit
