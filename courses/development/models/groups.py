from django.db import models
from django.db.models import Q

from courses.catalogue.models import Topic
from courses.development.querysets import GroupQuerySet, MilestoneQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit


class CourseDevelopmentGroup(TwoPersonModel):
    """课程开发教研组: proposed by one person, put to work by another, reviewed, in the end dissolved."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待批准"
        ACTIVE = "ACTIVE", "在任"
        REVIEWED = "REVIEWED", "已考核"
        DISSOLVED = "DISSOLVED", "已撤销"

    AT_WORK = (State.ACTIVE, State.REVIEWED)

    name = models.CharField("名称", max_length=60, unique=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="development_groups", verbose_name="牵头单位")
    lead = models.ForeignKey(Officer, models.PROTECT, related_name="led_groups", verbose_name="组长")
    topics = models.ManyToManyField(Topic, related_name="development_groups", verbose_name="研究专题")
    task = models.TextField("任务", max_length=500)
    from_on = models.DateField("起始日期")
    until_on = models.DateField("任期至")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED, editable=False)
    conclusion = models.TextField("考核结论", max_length=500, blank=True, editable=False)
    reviewed_on = models.DateField("考核日期", null=True, editable=False)
    ended_on = models.DateField("撤销日期", null=True, editable=False)
    end_reason = models.CharField("撤销理由", max_length=200, blank=True, editable=False)

    objects = GroupQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "课程开发教研组"
        ordering = ["name"]
        default_permissions = ["view", "add", "change"]
        permissions = [("approve_coursedevelopmentgroup", "可批准、考核和撤销教研组")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until_on__gt=models.F("from_on")),
                name="development_group_dates",
                violation_error_message="任期结束应晚于起始日期。",
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", checked_by=None) | (~Q(state="PROPOSED") & Q(checked_by__isnull=False)),
                name="development_group_approved",
            ),
            models.CheckConstraint(
                condition=Q(state="DISSOLVED", ended_on__isnull=False) | (~Q(state="DISSOLVED") & Q(ended_on=None)),
                name="development_group_ended",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class GroupMember(models.Model):
    group = models.ForeignKey(CourseDevelopmentGroup, models.PROTECT, related_name="members", verbose_name="教研组")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="group_memberships", verbose_name="人员")
    since = models.DateField("加入日期")
    until = models.DateField("退出日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "教研组成员"
        ordering = ["officer__staff_no"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["group", "officer"], condition=Q(until=None), name="development_member_once",
                violation_error_message="此人已是本组成员。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return str(self.officer)


class Milestone(models.Model):
    """What a group or a project wants to have done by a day."""

    group = models.ForeignKey(CourseDevelopmentGroup, models.CASCADE, null=True, related_name="milestones")
    project = models.ForeignKey("development.DevelopmentProject", models.CASCADE, null=True, related_name="milestones")
    title = models.CharField("节点", max_length=80)
    due_on = models.DateField("期限")
    done_on = models.DateField("完成日期", null=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "节点"
        ordering = ["due_on", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(group=None, project__isnull=False) | Q(group__isnull=False, project=None),
                name="development_milestone_of_one",
            ),
        ]

    def __str__(self):
        return self.title
