from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Func, Q, Value
from django.utils import timezone

from instructors.venues.querysets import BookingQuerySet, VenueQuerySet
from lms.people.models import OrgUnit, User


def as_range(field: str) -> Func:
    """An id as a range of one, for the overlap operator: the server has no btree_gist."""
    return Func(field, field, Value("[]"), function="int8range")


class Venue(models.Model):
    """A place where people are taught. What a classroom or a practice base must have is kept elsewhere."""

    class Kind(models.TextChoices):
        CLASSROOM = "CLASSROOM", "教室"
        PRACTICE_BASE = "PRACTICE_BASE", "实践教学基地"
        GROUND = "GROUND", "训练场地"

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="管理单位")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.CLASSROOM)
    seats = models.PositiveSmallIntegerField("容纳人数")
    address = models.CharField("地址", max_length=120, blank=True)
    is_open = models.BooleanField("可预订", default=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训场所"
        ordering = ["unit__path", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="venues_venue_name", violation_error_message="该单位已有同名场所。"
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0), name="venues_venue_seats", violation_error_message="容纳人数应大于0。"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit


class VenueUse(Venue):
    """The same rows, as the register of how much each place is used."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "场地使用"
        ordering = ["unit__path", "name"]
        default_permissions = ["view"]


class Booking(models.Model):
    """A place taken, or asked for, for a stretch of time: the one table in which two can clash.

    REQUESTED → CONFIRMED or REJECTED by the owner; CANCELLED by either side. The sessions of classes write their
    own rows through a trigger and name themselves in `session`; nobody else touches those.
    """

    class State(models.TextChoices):
        REQUESTED = "REQUESTED", "待审批"
        CONFIRMED = "CONFIRMED", "已预约"
        REJECTED = "REJECTED", "未同意"
        CANCELLED = "CANCELLED", "已取消"

    class Purpose(models.TextChoices):
        SESSION = "SESSION", "班级课次"
        SEMINAR = "SEMINAR", "研讨备课"
        EXERCISE = "EXERCISE", "自主训练"
        EXAM = "EXAM", "考试"
        MEETING = "MEETING", "会议"
        VISIT = "VISIT", "参观交流"
        OTHER = "OTHER", "其他"

    venue = models.ForeignKey(Venue, models.PROTECT, related_name="bookings", verbose_name="场地")
    during = DateTimeRangeField("时间")
    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    title = models.CharField("事项", max_length=210)
    reason = models.CharField("事由", max_length=200, blank=True)
    people = models.PositiveSmallIntegerField("人数", null=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="使用单位")
    state = models.CharField("状态", max_length=10, choices=State, default=State.REQUESTED, editable=False)
    session = models.BigIntegerField("课次编号", null=True, unique=True, editable=False)
    attended = models.PositiveSmallIntegerField("实到人数", null=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人", editable=False)
    made_at = models.DateTimeField("申请时间", default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="办理人", editable=False
    )
    decided_at = models.DateTimeField("办理时间", null=True, editable=False)
    reply = models.CharField("答复", max_length=200, blank=True, editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "场地预约"
        ordering = ["-during", "-id"]
        default_permissions = ["add", "change", "view"]
        permissions = [("decide_booking", "可审批场地预约")]
        indexes = [GistIndex(fields=["during"], name="venues_booking_during")]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False, during__endswith__isnull=False),
                name="venues_booking_bounds",
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(purpose="SESSION", session__isnull=False) | (~Q(purpose="SESSION") & Q(session=None)),
                name="venues_booking_session",
                violation_error_message="班级课次的场地在课表里安排。",
            ),
            models.CheckConstraint(
                condition=Q(session=None) | Q(state__in=["CONFIRMED", "CANCELLED"]),
                name="venues_booking_session_state",
                violation_error_message="班级课次的场地在课表里安排。",
            ),
            ExclusionConstraint(
                name="venues_booking_free",
                expressions=[(as_range("venue_id"), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                condition=Q(state="CONFIRMED"),
                violation_error_message="该场地在这一时间已有预约。",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.venue.unit

    @property
    def is_of_a_session(self) -> bool:
        return self.session is not None

    @property
    def has_begun(self) -> bool:
        return self.during.lower <= timezone.now()

    @property
    def has_ended(self) -> bool:
        return self.during.upper <= timezone.now()

    @property
    def standing(self) -> str:
        """What is shown: a request that nobody decided in time is no longer waiting."""
        if self.state == self.State.REQUESTED and self.has_begun:
            return "逾期未批"
        return self.get_state_display()

    @property
    def span(self) -> str:
        begin, end = timezone.localtime(self.during.lower), timezone.localtime(self.during.upper)
        return f"{begin:%Y年%-m月%-d日 %H:%M}–{end:%H:%M}"
