from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView

from courses.development.filters import GroupFilters, ProjectFilters
from courses.development.forms.groups import (
    ConclusionForm,
    GroupForm,
    MilestoneForm,
    ProjectChangeForm,
    ProjectForm,
    ReasonForm,
)
from courses.development.models import CourseDevelopmentGroup, DevelopmentProject
from courses.development.services import groups, projects
from courses.development.services.rights import DECIDE, REVOKE, holds
from courses.development.views.desk import GroupPage, ProjectPage
from courses.development.viewsets.steps import assign_action, authors_action, decide_action
from lms.kit.viewsets import Action, ScopedViewSet

Stage = DevelopmentProject.Stage
FLAGSHIP_STEPS = {"flagship": ("",), "grant": ("PROPOSED",), "unflag": ("PROPOSED", "GRANTED")}


def group_by_form(form, actor) -> CourseDevelopmentGroup:
    data = form.cleaned_data
    service = groups.change_group if form.instance.pk else groups.propose_group
    return service(form.instance, data["topics"], data["members"], actor=actor)


def milestone_by_form(parent, *, actor, title, due_on):
    groups.add_milestone(parent, actor=actor, title=title, due_on=due_on)
    return parent


def of(done: str, count: str):
    return lambda row: f"{getattr(row, done)}/{getattr(row, count)}"


class RowsLeadToPages(IndexView):
    def get_edit_url(self, instance):
        """Rows lead to the page on which everything else is done."""


class PageAfter:
    """What was done leads back to the row's own page; what only the host decides is offered to nobody else."""

    def open_actions(self, row, user):
        host = getattr(row, "host", None)
        return [
            (action, url)
            for action, url in super().open_actions(row, user)
            if host is None or action.permission not in (DECIDE, REVOKE) or holds(user, action.permission, host)
        ]

    def url_after(self, result) -> str:
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class GroupViewSet(PageAfter, ScopedViewSet):
    model = CourseDevelopmentGroup
    icon = "group"
    counted_in = "个"
    add_label = "申报教研组"
    index_view_class, inspect_view_class = RowsLeadToPages, GroupPage
    list_display = [
        "name", Column("unit", label="牵头单位", sort_key="unit__path"), Column("lead", label="组长", accessor="lead.name"),
        Column("member_count", label="成员", sort_key="member_count"),
        Column("milestones", label="节点完成", accessor=of("milestone_done", "milestone_count")),
        Column("projects", label="课程发布", accessor=of("published_count", "project_count")),
        "until_on", "state",
    ]  # fmt: skip
    search_fields = ["name", "task", "lead__name"]
    filterset_class = GroupFilters
    inspect_view_fields = ["name", "unit", "task", "from_on", "until_on", "state"]
    services = {"add": group_by_form, "change": group_by_form}
    actions = (
        Action(
            "approve", "批准", groups.APPROVE, groups.approve_group,
            lambda row: f"批准后“{row}”开始工作，可以申报课程项目；申报人不能批准自己的申报。",
            is_open=lambda row: row.state == "PROPOSED", icon="check",
        ),
        Action(
            "milestone", "添加节点", groups.CHANGE, milestone_by_form, lambda row: f"为“{row}”添加一个节点，逾期会提醒组长。",
            MilestoneForm, lambda row: row.state != "DISSOLVED", "date",
        ),
        Action(
            "review", "考核", groups.APPROVE, groups.review_group, lambda row: "考核结论写入教研组页面，教研组继续工作，直至撤销。",
            ConclusionForm, lambda row: row.is_at_work, "form",
        ),
        Action(
            "dissolve", "撤销", groups.APPROVE, groups.dissolve_group,
            lambda row: f"撤销后“{row}”不能再申报项目，成员任务结束，不能恢复。", ReasonForm, lambda row: row.is_at_work, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_counts().select_related("unit", "lead", "made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return GroupForm


def project_by_form(form, actor) -> DevelopmentProject:
    return projects.propose_project(form.instance, actor=actor)


def change_by_form(form, actor) -> DevelopmentProject:
    return projects.change_project(form.instance, actor=actor)


def submit(project, *, actor) -> DevelopmentProject:
    projects.submit_project(project, actor=actor)
    return project


def propose_flagship(project, *, actor, reason) -> DevelopmentProject:
    projects.propose_flagship(project, actor=actor, reason=reason)
    return project


def grant_flagship(project, *, actor) -> DevelopmentProject:
    projects.grant_flagship(project, actor=actor)
    return project


def end_flagship(project, *, actor, reason) -> DevelopmentProject:
    projects.end_flagship(project, actor=actor, reason=reason)
    return project


def at(*stages):
    return lambda row: row.stage in stages


class ProjectViewSet(PageAfter, ScopedViewSet):
    model = DevelopmentProject
    icon = "doc-full"
    counted_in = "个"
    add_label = "申报项目"
    index_view_class, inspect_view_class = RowsLeadToPages, ProjectPage
    list_display = [
        "title", Column("group", label="教研组", sort_key="group__name"), Column("unit", label="牵头单位", sort_key="unit__path"),
        Column("stage", label="阶段", accessor="get_stage_display", sort_key="stage"), "due_on",
        Column("milestones", label="节点完成", accessor=of("milestone_done", "milestone_count")),
        Column("version", label="审定版本"),
        Column("flagship", label="精品", accessor=lambda row: bool(row.course and row.course.is_flagship)),
    ]  # fmt: skip
    search_fields = ["title", "aim", "group__name"]
    filterset_class = ProjectFilters
    inspect_view_fields = ["title", "group", "aim", "due_on", "stage"]
    services = {"add": project_by_form, "change": change_by_form}
    actions = (
        Action(
            "approve", "立项", DECIDE, projects.approve_project,
            lambda row: f"立项后“{row}”进入制作，{row.due_on:%Y年%-m月%-d日}前完成；申报人不能给自己立项。",
            is_open=at(Stage.PROPOSED), icon="check",
        ),
        authors_action(lambda row: not row.is_checked),
        Action(
            "milestone", "添加节点", "development.change_developmentproject", milestone_by_form,
            lambda row: f"为“{row}”添加一个节点，逾期会提醒组长。", MilestoneForm, at(Stage.PROPOSED, Stage.APPROVED), "date",
        ),
        Action(
            "submit", "送审", "development.change_developmentproject", submit,
            lambda row: f"课程“{row.course or '（未选定）'}”的最新一稿送审：同行匿名评审与法制、市局审核同时进行。",
            is_open=at(Stage.APPROVED), icon="upload",
        ),
        assign_action(at(Stage.REVIEWING)),
        decide_action(projects.decide_project, at(Stage.REVIEWING), "退回或不采用的，课程发布审核同时撤回。"),
        Action(
            "publish", "确认发布", DECIDE, projects.publish_project,
            lambda row: "发布的须是评审通过的那一稿；确认后固定为审定版本，按署名记学分。",
            is_open=at(Stage.ACCEPTED), icon="check",
        ),
        Action(
            "reopen", "重新送审", DECIDE, projects.reopen_project, lambda row: "课程在审核中有改动的，退回制作阶段重新送审。",
            ReasonForm, at(Stage.ACCEPTED), "undo",
        ),
        Action(
            "flagship", "申报精品", DECIDE, propose_flagship, lambda row: f"按评审得分申报“{row}”为精品课程，由另一人认定。",
            ReasonForm, at(Stage.PUBLISHED), "pick",
        ),
        Action(
            "grant", "认定精品", DECIDE, grant_flagship, lambda row: f"认定后“{row.version}”标为精品课程。",
            is_open=at(Stage.PUBLISHED), icon="check",
        ),
        Action(
            "unflag", "取消精品", DECIDE, end_flagship, lambda row: f"“{row}”不再申报或不再是精品课程。",
            ReasonForm, at(Stage.PUBLISHED), "cross",
        ),
        Action(
            "stop", "终止", DECIDE, projects.stop_project, lambda row: f"“{row}”终止开发，不能恢复。",
            ReasonForm, at(Stage.PROPOSED, Stage.APPROVED), "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return (
            rows.with_milestones()
            .with_flagship()
            .select_related("group__lead", "unit", "host", "course", "version", "made_by", "checked_by")
        )

    def get_form_class(self, for_update=False):
        return ProjectChangeForm if for_update else ProjectForm

    def open_actions(self, row, user):
        """Of the three steps towards a flagship, those that come next."""
        step = row.flagship_step
        return [
            (action, url)
            for action, url in super().open_actions(row, user)
            if step in FLAGSHIP_STEPS.get(action.name, (step,))
        ]
