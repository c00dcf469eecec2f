from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from instructors.pool.filters import AppointmentFilters, InstructorFilters
from instructors.pool.forms.appointments import EndForm, InstructorForm, ReasonForm, RenewForm, ResumeForm, SuspendForm
from instructors.pool.models import Appointment, Instructor
from instructors.pool.services.appointments import (
    CHECK,
    END,
    approve_appointment,
    end_appointment,
    refuse_appointment,
    renew,
    stretch,
)
from instructors.pool.services.bars import SUSPEND, bars_of, resume, suspend, why_not
from instructors.pool.services.register import register
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet

LESSONS_SHOWN = 20


def levels_of(row) -> str:
    return "、".join(held.get_level_display() for held in row.held) or "—"


def until(row) -> str:
    ends = [held.until_on for held in row.held if held.until_on]
    return f"{max(ends):%Y年%-m月%-d日}" if ends else "—"


class InstructorPage(InspectView):
    """Appointments, what bars him, what he taught, and how his years were judged."""

    template_name = "pool/instructor.html"

    def get_context_data(self, **kwargs):
        row, today = self.object, timezone.localdate()
        may_act = Instructor.objects.within(self.request.user, SUSPEND).filter(pk=row.pk).exists()
        acts = self.viewset.open_actions(row, self.request.user) if may_act else []
        return super().get_context_data(**kwargs) | {
            "row": row, "today": today, "why_not": why_not(row, today),
            "acts": [{"label": action.label, "url": url} for action, url in acts],
            "appointments": row.appointments.select_related("unit").prefetch_related("topics", "items"),
            "bars": bars_of(row), "lessons": row.teachings.standing()[:LESSONS_SHOWN],
            "year": Instructor.objects.teaching_in(today.year).get(pk=row.pk),
            "reviews": row.year_reviews.order_by("-year"),
        }  # fmt: skip


class InstructorViewSet(ScopedViewSet):
    model = Instructor
    policy_class = AddOnlyPolicy
    icon = "user"
    counted_in = "人"
    add_label = "提出聘任"
    list_display = [
        "name",
        Column("staff_no", label="人员编号", accessor=lambda row: row.officer.staff_no if row.officer else "外聘"),
        Column("levels", label="在聘级别", accessor=levels_of),
        Column("unit", label="管理单位", sort_key="unit__path"),
        Column("until", label="聘期至", accessor=until),
        Column("is_active", label="今日可授课", accessor="is_active"),
        Column("lectures", label="今年授课（次）", accessor="lectures", sort_key="lectures"),
        Column("taught_hours", label="今年授课（学时）", accessor="taught_hours", sort_key="taught_hours"),
    ]  # fmt: skip
    search_fields = ["name", "officer__staff_no"]
    filterset_class = InstructorFilters
    inspect_view_class = InstructorPage
    inspect_view_fields = ["name"]
    services = {"add": lambda form, actor: register(form.officer, form.cleaned_data["name"], form.offer, actor=actor)}
    actions = (
        Action(
            "suspend", "停聘", SUSPEND, suspend,
            lambda row: f"{row}在停聘期间不能被安排授课；已排的课次列在“课次”的“教员不能授课”中，请逐一处理。", SuspendForm, icon="no-view",
        ),
        Action(
            "resume", "恢复授课", SUSPEND, resume, lambda row: f"{row}自该日起可以授课。", ResumeForm,
            lambda row: row.is_suspended, "view",
        ),
    )  # fmt: skip

    def read(self, rows):
        today = timezone.localdate()
        held = Prefetch("appointments", Appointment.objects.in_force_on(today).order_by("level"), to_attr="held")
        rows = rows.select_related("unit", "officer").with_active(today).teaching_in(today.year)
        return rows.prefetch_related(held)

    def get_form_class(self, for_update=False):
        return InstructorForm

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


def is_proposed(row) -> bool:
    return not row.is_checked and row.refused_at is None


def is_running(row) -> bool:
    return row.is_checked and not row.end_reason


class AppointmentPage(InspectView):
    def get_field_display_value(self, field_name, field):
        row = self.object
        shown = {
            "during": lambda: stretch(row),
            "course_levels": lambda: (
                "、".join(
                    dict(Appointment._meta.get_field("course_levels").base_field.choices)[one]
                    for one in row.course_levels
                )
                or "—"
            ),
            "topics": lambda: "、".join(map(str, row.topics.all())) or "—",
            "items": lambda: "、".join(item.code for item in row.items.all()) or "—",
        }.get(field_name)
        return shown() if shown else super().get_field_display_value(field_name, field)


class AppointmentViewSet(ScopedViewSet):
    """Proposed through the pool or a round; agreed, renewed and ended here."""

    model = Appointment
    policy_class = ReadOnlyPolicy
    icon = "form"
    counted_in = "项"
    list_display = [
        Column("instructor", label="教员", accessor=lambda row: row.instructor.name, sort_key="instructor__name"),
        "level",
        Column("unit", label="聘任单位", sort_key="unit__path"),
        Column("from_on", label="起聘日期", accessor="from_on", sort_key="during"),
        Column("until_on", label="聘期至", accessor=lambda row: row.until_on or "另行通知", sort_key="during__endswith"),
        Column("topics", label="专题", accessor=lambda row: row.topic_names or row.specialty or "—"),
        Column("state", label="状态", accessor="state_label"),
        Column("checked_by", label="审批人", accessor=lambda row: row.checked_by.get_full_name() if row.checked_by else "—"),
    ]  # fmt: skip
    search_fields = ["instructor__name", "instructor__officer__staff_no"]
    filterset_class = AppointmentFilters
    inspect_view_class = AppointmentPage
    inspect_view_fields = [
        "instructor", "level", "unit", "during", "topics", "items", "course_levels", "specialty", "made_by", "checked_by",
        "checked_at", "refused_reason", "end_reason", "end_note",
    ]  # fmt: skip
    actions = (
        Action(
            "approve", "同意聘任", CHECK, approve_appointment,
            lambda row: f"{row}聘期{stretch(row)}，由{row.made_by}提出。同意后即可授课，并通知本人。", is_open=is_proposed, icon="check",
        ),
        Action(
            "refuse", "退回", CHECK, refuse_appointment, lambda row: f"{row}不予聘任，理由记录在案。", ReasonForm, is_proposed,
            "cross",
        ),
        Action(
            "renew", "续聘", END, renew,
            lambda row: f"{row}现聘期{stretch(row)}，续聘从次日起，须由另一人审批。", RenewForm,
            lambda row: is_running(row) and row.until_on is not None, "repeat",
        ),
        Action(
            "end", "办理退出", END, end_appointment,
            lambda row: f"{row}在最后一日之后不能再授课；已排的课次列在“课次”的“教员不能授课”中，请逐一处理。", EndForm, is_running, "bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        names = StringAgg("topics__name", delimiter="、", order_by="topics__order")
        return rows.select_related("instructor__officer", "unit", "made_by", "checked_by").annotate(topic_names=names)
