from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from courses.development.querysets import OutputQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit


class Output(TwoPersonModel):
    """What is made and, once adopted, credited by R11: projects, claims and works are outputs with a life of their own.

    `unit` makes it, `host` decides about it; whoever checks has adopted it.
    """

    class Kind(models.TextChoices):
        """The values R11 measures."""

        COURSEWARE = "video", "课件"
        CHAPTER = "chapter", "教材"
        CASE = "case", "案例"
        QUESTION = "question", "试题"

    kind = models.CharField("成果类别", max_length=10, choices=Kind)
    title = models.CharField("名称", max_length=100)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="制作单位")
    host = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="审定单位", editable=False)
    reference = models.CharField("编号", max_length=60, blank=True, help_text="试题填题库编号。")
    revoked_at = models.DateTimeField("撤销采用时间", null=True, editable=False)
    revoke_reason = models.CharField("撤销理由", max_length=200, blank=True, editable=False)

    objects = OutputQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "成果与署名"
        ordering = ["-id"]
        default_permissions = ["view", "add"]
        permissions = [("decide_output", "可指派评审、审定成果和记学分"), ("revoke_output", "可撤销采用")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind", "reference"],
                condition=Q(kind="question", revoked_at=None),
                name="development_question_once",
                violation_error_message="这道试题已登记。",
            ),
            models.CheckConstraint(
                condition=~Q(kind="question") | ~Q(reference=""),
                name="development_question_reference",
                violation_error_message="试题应填写题库编号。",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | Q(checked_by__isnull=False), name="development_output_revoked"
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_adopted(self) -> bool:
        return self.is_checked and self.revoked_at is None

    @property
    def standing(self) -> str:
        if self.revoked_at:
            return "已撤销采用"
        return "已采用" if self.is_checked else "未采用"


class Contributor(models.Model):
    """Who made an output, and the share in percent: exactly one leads, and shares make a hundred before adoption."""

    output = models.ForeignKey(Output, models.PROTECT, related_name="contributors", verbose_name="成果")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="contributions", verbose_name="人员")
    is_lead = models.BooleanField("主创", default=False)
    share = models.DecimalField("份额（%）", max_digits=5, decimal_places=2, validators=[MaxValueValidator(100)])

    class Meta:
        verbose_name = verbose_name_plural = "署名"
        ordering = ["-is_lead", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["output", "officer"],
                name="development_contributor_once",
                violation_error_message="同一人只署名一次。",
            ),
            models.UniqueConstraint(
                fields=["output"],
                condition=Q(is_lead=True),
                name="development_contributor_one_lead",
                violation_error_message="主创只能有一人。",
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="development_contributor_share"),
        ]

    def __str__(self):
        return f"{self.officer} {self.share.normalize():f}%"

    @property
    def evidence(self) -> str:
        return f"courses.development.contributor:{self.pk}"
