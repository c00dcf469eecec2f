from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from courses.catalogue.viewsets import CourseVersionViewSet
from courses.learning.filters import CourseProgressFilters, WatchSpanFilters
from courses.learning.forms import CourseAssignmentForm, ReviewForm
from courses.learning.models import CourseAssignment, CourseProgress, WatchSpan
from courses.learning.services.assignments import END, assign, end_assignment
from courses.learning.services.review import REVIEW, reject_span, release_span
from courses.learning.views.assignments import AssignmentView
from courses.learning.views.doubts import DoubtsIndexView
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet


class CourseProgressViewSet(ScopedViewSet):
    model = CourseProgress
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    list_display = [
        "officer",
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        Column("version", label="课程版本"),
        "year", "started_at", "completed_at", Column("lessons_read", label="已读节数"),
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = ["officer__name", "officer__staff_no", "version__title"]
    filterset_class = CourseProgressFilters
    inspect_view_fields = ["officer", "version", "year", "started_at", "completed_at", "entry"]

    def read(self, rows):
        return rows.with_lessons_read().select_related("officer__unit", "version", "entry")


def is_in_doubt(span) -> bool:
    return span.state == WatchSpan.State.QUARANTINED


def _of(span) -> str:
    return f"{span.progress.officer.name}《{span.progress.version.title}》第{span.position}节{span.stretch}（{span.get_reason_display()}）"


RELEASE = Action(
    "release", "计入", REVIEW, release_span,
    lambda span: f"{_of(span)}将计入学习进度；若由此学完，立即记入台账。理由写入审计，本人可见结果。",
    ReviewForm, is_in_doubt, "check",
)  # fmt: skip
REJECT = Action(
    "reject", "不予计入", REVIEW, reject_span,
    lambda span: f"{_of(span)}将不计入学习进度。本人仍可重看这一段，看完即计。", ReviewForm, is_in_doubt, "cross",
)  # fmt: skip


class WatchSpanViewSet(ScopedViewSet):
    """Time in doubt, and what was decided of it. What counted at once is not listed: there is too much of it."""

    model = WatchSpan
    policy_class = ReadOnlyPolicy
    icon = "time"
    list_display = [
        "officer",
        Column("unit", label="单位", accessor="progress.officer.unit", sort_key="progress__officer__unit__path"),
        Column("course", label="课程", accessor="progress.version.title"),
        "position", Column("stretch", label="片段"), Column("why", label="原因", accessor="get_reason_display"),
        "received_at", Column("decided", label="状态", accessor="get_state_display"),
    ]  # fmt: skip
    sort_keys = {"officer": "progress__officer__name_pinyin"}
    search_fields = ["progress__officer__name", "progress__officer__staff_no", "progress__version__title"]
    filterset_class = WatchSpanFilters
    index_view_class = DoubtsIndexView
    inspect_view_fields = [
        "progress", "position", "stretch", "rate", "received_at", "client_at", "lease", "state", "reason",
        "reviewed_at", "review_note",
    ]  # fmt: skip
    actions = (RELEASE, REJECT)

    def read(self, rows):
        return rows.exclude(state=WatchSpan.State.COUNTED).select_related(
            "progress__officer__unit", "progress__version", "lease__officer"
        )


def assign_by_form(form, actor) -> CourseAssignment:
    return assign(form.instance, form.title, actor=actor)


class CourseAssignmentViewSet(ScopedViewSet):
    """Tasks; a row opens the page that follows it."""

    model = CourseAssignment
    policy_class = AddOnlyPolicy
    icon = "calendar-check"
    counted_in = "项"
    add_label = "布置学习任务"
    list_display = ["title", Column("whom", label="对象"), "due_on", "made_by", "made_at", "ended_at"]
    list_filter = ["due_on"]
    search_fields = ["title", "unit__name"]
    inspect_view_class = AssignmentView
    inspect_view_fields = [
        "title",
        "unit",
        "rank",
        "status",
        "entered_since",
        "due_on",
        "made_by",
        "made_at",
        "ended_at",
    ]
    services = {"add": assign_by_form}
    actions = (
        Action(
            "end", "撤回", END, end_assignment,
            lambda task: f"撤回后，{task.whom}的“今日”不再显示“{task.title}”；已学的记录和学时不变。",
            is_open=lambda task: task.ended_at is None, icon="cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("unit", "course", "made_by")

    def get_form_class(self, for_update=False):
        return CourseAssignmentForm


class CoursesGroup(ModelViewSetGroup):
    items = (CourseAssignmentViewSet, CourseVersionViewSet, CourseProgressViewSet, WatchSpanViewSet)
    menu_label, menu_name, menu_icon, menu_order = "课程", "courses", "doc-full", 220
