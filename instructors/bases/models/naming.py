from django.db import models
from django.db.models import Q
from django.urls import reverse

from courses.catalogue.models import Course
from instructors.bases.models.reviews import BaseReview
from instructors.bases.querysets import BaseQuerySet, DecisionQuerySet
from instructors.venues.models import Venue
from lms.kit.models import TwoPersonModel


class PracticeBase(models.Model):
    """A named practice base, one-to-one to the venue it opens or closes for booking."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE", "使用中"
        INCOMPLETE = "INCOMPLETE", "1基地1精品未达标"
        OVERDUE = "OVERDUE", "逾期未复审或整改"
        REMOVED = "REMOVED", "已撤销"

    venue = models.OneToOneField(Venue, models.PROTECT, related_name="practice_base", verbose_name="场所")
    naming = models.OneToOneField(BaseReview, models.PROTECT, related_name="named_base", verbose_name="命名依据")
    theme = models.CharField("主题", max_length=60)
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="practice_bases", verbose_name="精品实践课程"
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.ACTIVE, editable=False)
    named_on = models.DateField("命名日期", editable=False)
    review_due_on = models.DateField("复审期限", editable=False)
    removed_on = models.DateField("撤销日期", null=True, editable=False)
    removal_reason = models.CharField("撤销理由", max_length=300, blank=True, editable=False)

    objects = BaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "实践教学基地"
        ordering = ["venue__unit__path", "venue__name"]
        default_permissions = ["view", "change"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="REMOVED", removed_on__isnull=False)
                | (~Q(state="REMOVED") & Q(removed_on__isnull=True)),
                name="bases_base_removed",
            ),
        ]

    def __str__(self):
        return self.venue.name

    def get_absolute_url(self):
        return reverse("bases:base", args=[self.pk])

    @property
    def unit(self):
        return self.venue.unit

    @property
    def audit_unit(self):
        return self.venue.unit

    @property
    def has_course(self) -> bool:
        """A published flagship course: 1基地1精品."""
        return bool(self.course and self.course.live and self.course.is_flagship)


class BaseDecision(TwoPersonModel):
    """What becomes of an application or a base: proposed by one person, in force once another has agreed."""

    class Outcome(models.TextChoices):
        NAME = "NAME", "命名"
        RETAIN = "RETAIN", "复审合格"
        RECTIFY = "RECTIFY", "限期整改"
        REFUSE = "REFUSE", "不予命名"
        REMOVE = "REMOVE", "撤销命名"

    review = models.ForeignKey(
        BaseReview, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="申报与复审"
    )
    base = models.ForeignKey(
        PracticeBase, models.PROTECT, null=True, blank=True, related_name="decisions", verbose_name="实践教学基地"
    )
    turn = models.PositiveSmallIntegerField("第几次评分", default=1)
    outcome = models.CharField("决定", max_length=10, choices=Outcome)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "基地决定"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("check_basedecision", "可复核基地决定")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(review__isnull=False, base__isnull=True) | Q(review__isnull=True, base__isnull=False),
                name="bases_decision_about",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["NAME", "RETAIN"]) | ~Q(reason=""),
                name="bases_decision_reason",
                violation_error_message="请写明理由。",
            ),
            models.UniqueConstraint(
                fields=["review"],
                condition=Q(checked_by=None, review__isnull=False),
                name="bases_decision_one_open",
                violation_error_message="已有一项决定正待复核。",
            ),
            models.UniqueConstraint(
                fields=["base"],
                condition=Q(checked_by=None, base__isnull=False),
                name="bases_decision_one_open_base",
                violation_error_message="已有一项决定正待复核。",
            ),
        ]

    def __str__(self):
        return f"{self.review or self.base}　{self.get_outcome_display()}"

    @property
    def unit(self):
        return self.review.unit if self.review else self.base.unit

    @property
    def audit_unit(self):
        return self.unit
