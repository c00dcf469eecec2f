from django.db import models
from django.db.models import Q

from instructors.classrooms.querysets import OfRoomQuerySet, RoomQuerySet
from instructors.venues.models import Venue
from lms.kit.models import TwoPersonModel
from lms.rules.models import RuleVersion


class Grade(models.TextChoices):
    ADVANCED = "ADVANCED", "高级"
    INTERMEDIATE = "INTERMEDIATE", "中级"
    BASIC = "BASIC", "基础级"


class SmartClassroom(models.Model):
    """What a classroom has. Its grade is that of the check that counts now (`current`)."""

    venue = models.OneToOneField(Venue, models.PROTECT, related_name="classroom", verbose_name="教室")
    keeper = models.CharField("管理员", max_length=50, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    current = models.OneToOneField(
        "RoomCheck", models.PROTECT, null=True, related_name="+", verbose_name="现行定级", editable=False
    )

    objects = RoomQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "智慧教室"
        ordering = ["venue__unit__path", "venue__name"]
        default_permissions = ["add", "change", "view"]
        permissions = [("assess_smartclassroom", "可自评智慧教室")]

    def __str__(self):
        return self.venue.name

    @property
    def audit_unit(self):
        return self.venue.unit

    @property
    def grade(self) -> str:
        return self.current.grade if self.current else ""

    @property
    def grade_label(self) -> str:
        return str(Grade(self.grade).label) if self.grade else "未定级"

    @property
    def found(self) -> list[str]:
        """What was there when somebody last looked."""
        return self.current.found if self.current else []


class RoomCheck(TwoPersonModel):
    """A self-assessment by the unit and, by another person, what was found: by the checklist of its own day.

    SUBMITTED → VERIFIED (with a grade, or none) or RETURNED.
    """

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "待核验"
        VERIFIED = "VERIFIED", "已核验"
        RETURNED = "RETURNED", "已退回"

    room = models.ForeignKey(SmartClassroom, models.PROTECT, related_name="checks", verbose_name="教室")
    version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="标准")
    claimed = models.JSONField("自评具备", default=list)
    found = models.JSONField("核验具备", default=list)
    note = models.CharField("自评说明", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SUBMITTED)
    grade = models.CharField("等级", max_length=12, choices=Grade, blank=True)
    reply = models.CharField("核验意见", max_length=300, blank=True)
    recheck_on = models.DateField("复核期限", null=True)

    objects = OfRoomQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "教室定级"
        ordering = ["-made_at", "-id"]
        default_permissions = ["view"]
        permissions = [("verify_roomcheck", "可核验智慧教室")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["room"],
                condition=Q(state="SUBMITTED"),
                name="classrooms_check_one_open",
                violation_error_message="该教室已有待核验的自评。",
            ),
            models.CheckConstraint(
                condition=Q(state="SUBMITTED", checked_by=None) | (~Q(state="SUBMITTED") & Q(checked_by__isnull=False)),
                name="classrooms_check_decided",
                violation_error_message="核验和退回应有办理人。",
            ),
            models.CheckConstraint(
                condition=Q(state="VERIFIED", recheck_on__isnull=False) | (~Q(state="VERIFIED") & Q(grade="")),
                name="classrooms_check_grade",
                violation_error_message="核验后才有等级。",
            ),
        ]

    def __str__(self):
        return f"{self.room} {self.made_at:%Y年%-m月%-d日}自评"

    @property
    def audit_unit(self):
        return self.room.audit_unit

    @property
    def result(self) -> str:
        if self.state != self.State.VERIFIED:
            return self.get_state_display()
        return self.get_grade_display() or "未达基础级"


class RoomEquipment(models.Model):
    """So many of one kind. `kind` is an item of the checklist, or whatever else the room has."""

    class State(models.TextChoices):
        GOOD = "GOOD", "完好"
        FAULTY = "FAULTY", "故障报修"
        RETIRED = "RETIRED", "停用"

    room = models.ForeignKey(SmartClassroom, models.PROTECT, related_name="equipment", verbose_name="教室")
    kind = models.CharField("设备", max_length=40)
    name = models.CharField("型号", max_length=60, blank=True)
    count = models.PositiveSmallIntegerField("数量", default=1)
    state = models.CharField("状况", max_length=10, choices=State, default=State.GOOD)

    objects = OfRoomQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教室设备"
        ordering = ["room__venue__unit__path", "room__venue__name", "kind", "id"]
        default_permissions = ["add", "change", "view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(count__gt=0), name="classrooms_equipment_count", violation_error_message="数量应大于0。"
            ),
        ]

    def __str__(self):
        return self.kind

    @property
    def audit_unit(self):
        return self.room.audit_unit
