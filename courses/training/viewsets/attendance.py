"""The console's lists of attendance and of its corrections."""

import django_filters
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column

from courses.training.forms.classes import ReasonForm
from courses.training.models import Attendance, AttendanceCorrection
from courses.training.services.corrections import CHECK, apply_correction, refuse_correction
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.people.filters import UnitFilter

CLASS_UNIT = "enrollment__training_class__unit"
NAMES = ("enrollment__officer__name", "enrollment__officer__staff_no", "enrollment__training_class__title")
WHO = (
    Column("name", label="学员", accessor="enrollment.name", sort_key="enrollment__officer__name_pinyin"),
    Column("unit", label="学员单位", accessor="enrollment.unit", sort_key="enrollment__unit__path"),
    Column("training_class", label="培训班", accessor="enrollment.training_class"),
)


class OfLearners(ScopedViewSet):
    """Rows of an enrollment: whose, of which class; the list reads both along."""

    policy_class = ReadOnlyPolicy
    search_fields: tuple[str, ...] = NAMES
    related: tuple[str, ...] = ()

    def read(self, rows):
        of_learner = ("officer__unit", "guest", "unit", "training_class__unit")
        return rows.select_related(*(f"enrollment__{name}" for name in of_learner), *self.related)


class AttendanceFilters(WagtailFilterSet):
    on = django_filters.DateFromToRangeFilter(field_name="signed_at", label="日期", widget=DateRangePickerWidget)
    unit = UnitFilter("enrollment__unit", "学员单位")

    class Meta:
        model = Attendance
        fields = ["on", "unit", "state", "method"]


class AttendanceViewSet(OfLearners):
    model = Attendance
    icon = "clipboard-list"
    list_display = [
        *WHO, Column("session", label="课次"), Column("state_label", label="状态", accessor="get_state_display"),
        Column("method_label", label="方式", accessor="get_method_display"), "signed_at", "note",
    ]  # fmt: skip
    filterset_class = AttendanceFilters
    search_fields = (*NAMES, "session__title")
    inspect_view_fields = ["enrollment", "session", "state", "method", "signed_at", "received_at", "by", "note"]
    related = ("session", "by")


class CorrectionFilters(WagtailFilterSet):
    STATES = {"open": "待复核", "applied": "已采纳", "refused": "未采纳"}
    WHICH = {
        "open": {"checked_at": None}, "applied": {"checked_at__isnull": False, "refused_at": None},
        "refused": {"refused_at__isnull": False},
    }  # fmt: skip

    outcome = django_filters.ChoiceFilter(label="复核", choices=list(STATES.items()), method="of_outcome")
    unit = UnitFilter(CLASS_UNIT, "主办单位")

    class Meta:
        model = AttendanceCorrection
        fields = ["outcome", "unit", "state"]

    def of_outcome(self, rows, name, value):
        return rows.filter(**self.WHICH[value])


def outcome_of(row) -> str:
    if not row.checked_at:
        return "待复核"
    return "未采纳" if row.refused_at else "已采纳"


def said_of(row) -> str:
    return f"{row.enrollment.name}“{row.session}”的考勤将改为{row.get_state_display()}。理由：{row.reason}；依据：{row.evidence_note}。"


class CorrectionViewSet(OfLearners):
    model = AttendanceCorrection
    icon = "edit"
    list_display = [
        *WHO, Column("session", label="课次"), Column("to", label="更正为", accessor="get_state_display"), "reason",
        Column("outcome", label="复核", accessor=outcome_of), "made_by", "made_at",
    ]  # fmt: skip
    filterset_class = CorrectionFilters
    inspect_view_fields = [
        "enrollment", "session", "state", "reason", "evidence_note", "made_by", "made_at", "checked_by", "checked_at",
        "refused_reason",
    ]  # fmt: skip
    related = ("session", "made_by", "checked_by")
    actions = (
        Action(
            "apply", "采纳", CHECK, apply_correction,
            lambda row: said_of(row) + "学时已入账的，台账同时更正；本人和申请人都会收到消息。",
            is_open=lambda row: not row.checked_at, icon="check",
        ),
        Action(
            "refuse", "不采纳", CHECK, refuse_correction, lambda row: "考勤不变，理由告知申请人和本人。",
            ReasonForm, lambda row: not row.checked_at, "cross",
        ),
    )  # fmt: skip
