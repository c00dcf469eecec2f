from django.urls import path
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup

from lms.jobs.filters import JobFilters
from lms.jobs.models import Job
from lms.jobs.registry import kind_label
from lms.jobs.services import cancel, pause, resume
from lms.jobs.views import HeldSheet, JobPage, JobProgress, ResultFile
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.people.access import CONSOLE


class JobPolicy(ReadOnlyPolicy):
    """Whoever works in the console sees what he started; the unit's jobs need the permission."""

    def user_has_permission(self, user, action):
        return action == "view" and user.has_perm(CONSOLE)


class JobViewSet(ScopedViewSet):
    model = Job
    policy_class = JobPolicy
    icon = "cogs"
    counted_in = "项"
    list_display = [
        "title", Column("kind_label", label="类别", accessor=lambda job: kind_label(job.kind)), "state",
        Column("progress", label="已处理"), "held",
        Column("actor", label="经办人"), Column("unit", label="单位", sort_key="unit__path"),
        DateColumn("created_at", label="提交时间", sort_key="created_at"),
    ]  # fmt: skip
    search_fields = ["title", "actor__first_name", "actor__username"]
    filterset_class = JobFilters
    inspect_view_class = JobPage
    inspect_view_fields = ["title"]
    actions = (
        Action(
            "pause", "暂停", "jobs.change_job", pause,
            lambda job: f"“{job.title}”将在办完当前一项后停下，已办的保留，随时可以继续。",
            is_open=lambda job: job.state in (Job.State.QUEUED, Job.State.RUNNING) and not job.wish,
        ),
        Action(
            "resume", "继续", "jobs.change_job", resume,
            lambda job: f"“{job.title}”将重新排队；已经办好的不会重复办理。",
            is_open=lambda job: job.state in (Job.State.PAUSED, Job.State.FAILED, Job.State.NEEDS_HUMAN)
            or job.wish == Job.Wish.PAUSE, icon="rotate",
        ),
        Action(
            "cancel", "取消", "jobs.change_job", cancel,
            lambda job: f"“{job.title}”将不再继续，已处理{job.progress}项，已办的保留，其余不办。取消后不能恢复，需要时请重新提交。",
            is_open=lambda job: job.is_open and job.wish != Job.Wish.CANCEL, icon="cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("actor", "unit")

    def get_urlpatterns(self):
        parts = {"progress": JobProgress, "held": HeldSheet, "file": ResultFile}
        extra = [path(f"{name}/<int:pk>/", self.construct_view(view), name=name) for name, view in parts.items()]
        return [*super().get_urlpatterns(), *extra]


class JobsGroup(ModelViewSetGroup):
    items = (JobViewSet,)
    menu_label, menu_name, menu_icon, menu_order = "后台任务", "jobs", "cogs", 480
