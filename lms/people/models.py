from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.functional import cached_property
from treebeard.mp_tree import MP_Node

from lms.kit.models import TwoPersonModel
from lms.people.access import ROLES, Role
from lms.people.names import validate_name
from lms.people.querysets import OfficerQuerySet, OrgUnitManager, PostingQuerySet, RoleGrantQuerySet, in_units


class OrgUnit(MP_Node):
    """A node of the training line (条); `daily_parent` is who manages it day by day (块)."""

    class Kind(models.TextChoices):
        CITY = "CITY", "市局"
        HEADQUARTERS = "HEADQUARTERS", "市局机关"
        CORPS = "CORPS", "执法总队"
        AIRPORT = "AIRPORT", "机场支队"
        FREE_TRADE = "FREE_TRADE", "自贸区大队"
        LINGANG = "LINGANG", "临港大队"
        DISTRICT = "DISTRICT", "区局"
        SECTION = "SECTION", "科室"
        TEAM = "TEAM", "中队"
        STREET = "STREET", "街镇"
        EXTERNAL = "EXTERNAL", "外部单位"

    CITY_LEVEL = (Kind.HEADQUARTERS, Kind.CORPS, Kind.AIRPORT, Kind.FREE_TRADE, Kind.LINGANG, Kind.DISTRICT)

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    daily_parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="daily_units", verbose_name="日常管理单位"
    )
    from_on = models.DateField("设立日期", null=True, blank=True)
    until_on = models.DateField("撤销日期", null=True, blank=True)

    objects = OrgUnitManager()

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(from_on=None) | Q(until_on__gt=F("from_on")),
                name="people_orgunit_dates",
                violation_error_message="撤销日期应晚于设立日期。",
            )
        ]
        indexes = [models.Index(fields=["path"], name="people_orgunit_prefix", opclasses=["varchar_pattern_ops"])]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self

    @property
    def city_level_path(self) -> str:
        """The path of the district or city-level unit this one belongs to (the root's own for the root)."""
        return self.path[: 2 * self.steplen]


class User(AbstractUser):
    """Whoever signs in; the user name is the staff number."""

    first_name = models.CharField("姓名", max_length=50, blank=True)
    must_change_password = models.BooleanField("须先修改口令", default=False)

    objects = UserManager()

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"
        permissions = [("unlock_user", "可解除账号锁定、重置口令与第二因素")]

    def __str__(self):
        return f"{self.get_full_name()}（{self.username}）" if self.first_name else self.username

    def get_full_name(self):
        return self.first_name or self.username

    @property
    def audit_unit(self):
        officer = getattr(self, "officer", None)
        return officer.unit if officer else None

    @cached_property
    def current_grants(self) -> list["RoleGrant"]:
        if not self.is_active:
            return []
        return list(self.role_grants.current().select_related("unit"))

    @property
    def has_duty(self) -> bool:
        """Holds any role above officer: a second factor is owed."""
        return bool(self.current_grants)

    def scope(self, permission: str) -> list[OrgUnit]:
        """The units for which one of the user's roles holds the permission."""
        return [grant.unit for grant in self.current_grants if permission in ROLES[grant.role].permissions]

    def scope_filter(self, permission: str, unit_lookup: str) -> Q:
        """A filter for rows whose unit lies under one of the user's units, on either line."""
        return in_units(self.scope(permission), unit_lookup)

    def path_filter(self, permission: str, field: str) -> Q:
        """The same for a row that keeps its unit's path as text."""
        rows = Q(pk__in=[])
        for unit in self.scope(permission):
            rows |= Q() if unit.is_root() else Q(**{f"{field}__startswith": unit.path})
            if unit.is_root():
                return Q()
        return rows


class Officer(models.Model):
    """An enforcement officer. Identity numbers and telephone numbers are not kept."""

    class Sex(models.TextChoices):
        MALE = "M", "男"
        FEMALE = "F", "女"

    class Status(models.TextChoices):
        SERVING = "SERVING", "在职"
        PROBATION = "PROBATION", "试用"
        SECONDED = "SECONDED", "借调"
        ATTACHED = "ATTACHED", "挂职"
        SICK_LEAVE = "SICK_LEAVE", "长期病假"
        MATERNITY = "MATERNITY", "产假"
        OFF_POST = "OFF_POST", "离岗"
        RETIRED = "RETIRED", "退休"
        LEFT = "LEFT", "调离"

    class Rank(models.TextChoices):
        SUPERVISOR = "SUPERVISOR", "督办"
        CHIEF_1 = "CHIEF_1", "一级主办"
        CHIEF_2 = "CHIEF_2", "二级主办"
        CHIEF_3 = "CHIEF_3", "三级主办"
        CHIEF_4 = "CHIEF_4", "四级主办"
        OFFICER_1 = "OFFICER_1", "一级行政执法员"
        OFFICER_2 = "OFFICER_2", "二级行政执法员"

    class Source(models.TextChoices):
        RECRUITED = "RECRUITED", "招录"
        TRANSFERRED = "TRANSFERRED", "转任"
        TARGETED = "TARGETED", "定向招录"
        OTHER = "OTHER", "其他"

    user = models.OneToOneField(User, models.PROTECT, related_name="officer", verbose_name="账号")
    staff_no = models.CharField("人员编号", max_length=30, unique=True)
    name = models.CharField("姓名", max_length=50, validators=[validate_name])
    name_pinyin = models.CharField("姓名拼音", max_length=200, blank=True, editable=False, db_index=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="officers", verbose_name="单位")
    sex = models.CharField("性别", max_length=1, choices=Sex)
    born_on = models.DateField("出生日期", null=True, blank=True)
    rank = models.CharField("职级", max_length=20, choices=Rank, blank=True)
    education = models.CharField("学历", max_length=20, blank=True)
    source = models.CharField("来源", max_length=20, choices=Source, default=Source.RECRUITED)
    status = models.CharField("状态", max_length=20, choices=Status, default=Status.SERVING)
    entered_on = models.DateField("入职日期", null=True, blank=True)
    is_legally_qualified = models.BooleanField("持法律职业资格", default=False)
    is_public_lawyer = models.BooleanField("公职律师", default=False)
    discipline_until_on = models.DateField("处分影响期至", null=True, blank=True)

    objects = OfficerQuerySet.as_manager()

    class Meta:
        verbose_name = "执法人员"
        verbose_name_plural = "执法人员"
        ordering = ["staff_no"]
        permissions = [
            ("transfer_officer", "可办理调动"),
            ("import_officer", "可导入人员"),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit


class Posting(models.Model):
    """Where an officer served, and when. Rows are closed, never rewritten: hours stay with the unit of their day."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="postings", verbose_name="人员")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="postings", verbose_name="单位")
    during = DateRangeField("任职期间")
    rank = models.CharField("职级", max_length=20, choices=Officer.Rank, blank=True)
    is_primary = models.BooleanField("主要任职", default=True)
    reason = models.CharField("事由", max_length=100, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职记录"
        verbose_name_plural = "任职记录"
        ordering = ["officer_id", "-during"]
        constraints = [
            ExclusionConstraint(
                name="people_posting_one_at_a_time",
                expressions=[
                    (Func("officer_id", "officer_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_primary=True),
                violation_error_message="主要任职期间不能重叠。",
            )
        ]

    def __str__(self):
        return f"{self.officer} {self.unit}"


class RoleGrant(TwoPersonModel):
    """A role for a unit: proposed by one person, granted by a security admin, ended, never deleted."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants", verbose_name="用户")
    role = models.CharField("角色", max_length=20, choices=Role)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="范围")
    reason = models.CharField("事由", max_length=200)
    ended_at = models.DateTimeField("终止时间", null=True, editable=False)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="终止人", editable=False
    )

    objects = RoleGrantQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = "角色授权"
        verbose_name_plural = "角色授权"
        ordering = ["-id"]
        permissions = [("propose_role", "可提出授权"), ("grant_roles", "可批准和终止授权")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(ended_at=None),
                name="people_rolegrant_once",
                violation_error_message="该用户在此范围已有这一角色。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("user")),
                name="people_rolegrant_not_oneself",
                violation_error_message="不能给自己授权。",
            ),
        ]

    def __str__(self):
        return f"{self.user.get_full_name()} {self.get_role_display()}（{self.unit}）"

    @property
    def audit_unit(self):
        return self.unit
