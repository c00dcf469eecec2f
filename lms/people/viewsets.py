from django.apps import apps
from django.db.models import OuterRef, Subquery
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.log_actions import registry as action_names

from lms.audit.models import AuditEvent
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedPolicy, ScopedViewSet
from lms.people.filters import (
    AuditEventFilters,
    OfficerFilters,
    OrgUnitFilters,
    PostingFilters,
    RoleGrantFilters,
)
from lms.people.forms import NewOrgUnitForm, OfficerForm, OrgUnitForm, ProposeRoleForm, ReasonForm, TransferForm
from lms.people.models import Officer, OrgUnit, Posting, RoleGrant
from lms.people.services.accounts import reset_password, reset_second_factor, unlock_user
from lms.people.services.postings import transfer
from lms.people.services.roles import end_grant, grant_role, propose_role
from lms.people.services.units import add_unit


class OrgUnitViewSet(ScopedViewSet):
    model = OrgUnit
    icon = "site"
    counted_in = "个"
    ordering = "path"
    list_display = ["name", "code", "kind", Column("daily_parent", label="日常管理单位"), "from_on", "until_on"]
    search_fields = ["name", "code"]
    filterset_class = OrgUnitFilters
    inspect_view_fields = ["code", "name", "kind", "daily_parent", "from_on", "until_on"]
    services = {"add": lambda form, actor: add_unit(form.cleaned_data["parent"], form.instance, actor=actor)}

    def read(self, rows):
        return rows.select_related("daily_parent")

    def get_form_class(self, for_update=False):
        return OrgUnitForm if for_update else NewOrgUnitForm


class ChangeOnlyPolicy(ScopedPolicy):
    allowed = frozenset({"view", "change"})


class OfficerInspectView(InspectView):
    template_name = "people/officer_inspect.html"

    def get_context_data(self, **kwargs):
        postings = self.object.postings.select_related("unit").order_by("-during")
        return super().get_context_data(**kwargs) | {"postings": postings}


def of_account(service):
    """A service on accounts, for the list of officers."""
    return lambda officer, actor: service(officer.user, actor=actor)


class OfficerViewSet(ScopedViewSet):
    model = Officer
    policy_class = ChangeOnlyPolicy
    icon = "user"
    counted_in = "人"
    ordering = "name_pinyin"
    sort_keys = {"name": "name_pinyin"}
    list_display = [
        "name",
        "staff_no",
        Column("unit", label="单位", sort_key="unit__path"),
        "rank",
        "status",
        "entered_on",
    ]
    search_fields = ["name", "staff_no", "name_pinyin"]
    filterset_class = OfficerFilters
    inspect_view_class = OfficerInspectView
    inspect_view_fields = [
        "staff_no", "name", "unit", "rank", "status", "sex", "born_on", "education", "source", "entered_on",
        "is_legally_qualified", "is_public_lawyer", "discipline_until_on",
    ]  # fmt: skip
    actions = (
        Action(
            "transfer", "调动", "people.transfer_officer", transfer,
            lambda officer: f"{officer.name}将自生效日起归新单位管理：{officer.unit}随即不能再查看其档案和台账，"
            "已取得的学时、学分不变，仍记在当时的单位。",
            TransferForm, icon="arrow-right",
        ),
        Action(
            "unlock", "解除锁定", "people.unlock_user", of_account(unlock_user),
            lambda officer: f"{officer.name}的账号可以立即再次登录，连错次数清零。", icon="lock-open",
        ),
        Action(
            "reset_password", "重置口令", "people.unlock_user", of_account(reset_password),
            lambda officer: f"{officer.name}现在的口令作废，所有设备退出登录。新的一次性口令只显示这一次，首次登录须修改。",
            icon="key", told=lambda password: f"一次性口令：{password}，请当面或电话告知本人。",
        ),
        Action(
            "reset_second_factor", "重置两步验证", "people.unlock_user", of_account(reset_second_factor),
            lambda officer: f"{officer.name}已绑定的身份验证器和恢复码作废，担任管理岗位的须重新绑定。", icon="mobile-alt",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("unit", "user")

    def get_form_class(self, for_update=False):
        return OfficerForm


class PostingViewSet(ScopedViewSet):
    model = Posting
    policy_class = ReadOnlyPolicy
    icon = "history"
    list_display = [
        "officer",
        Column("unit", label="单位", sort_key="unit__path"),
        Column("from", label="自", accessor=lambda posting: posting.during.lower, sort_key="during"),
        Column("until", label="至", accessor=lambda posting: posting.during.upper or "今"),
        "rank", "is_primary", "reason",
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = ["officer__name", "officer__staff_no"]
    filterset_class = PostingFilters

    def read(self, rows):
        return rows.select_related("officer", "unit")


class RoleGrantPolicy(AddOnlyPolicy):
    def _get_permission_name(self, action):
        return "people.propose_role" if action == "add" else super()._get_permission_name(action)


def grant_state(grant: RoleGrant) -> str:
    state = "ended" if grant.ended_at else "current" if grant.is_checked else "proposed"
    return RoleGrantFilters.STATES[state]


def propose(form, actor) -> RoleGrant:
    fields = form.cleaned_data
    return propose_role(fields["username"], fields["role"], fields["unit"], actor=actor, reason=fields["reason"])


class RoleGrantViewSet(ScopedViewSet):
    model = RoleGrant
    policy_class = RoleGrantPolicy
    add_label = "提出授权"
    icon = "key"
    list_display = [
        "user", "role", Column("unit", label="范围"), Column("state", label="状态", accessor=grant_state),
        "made_by", DateColumn("made_at", label="提出时间", sort_key="made_at"), "checked_by", "reason",
    ]  # fmt: skip
    search_fields = ["user__username", "user__first_name"]
    filterset_class = RoleGrantFilters
    inspect_view_fields = [
        "user", "role", "unit", "reason", "made_by", "made_at", "checked_by", "checked_at", "ended_by", "ended_at",
    ]  # fmt: skip
    services = {"add": propose}
    actions = (
        Action(
            "approve", "批准", "people.grant_roles", grant_role,
            lambda grant: f"批准后，{grant.user}自下一次操作起以“{grant.get_role_display()}”身份管理{grant.unit}及其下属单位。",
            is_open=lambda grant: not grant.is_checked and not grant.ended_at, icon="check",
        ),
        Action(
            "end", "终止", "people.grant_roles", end_grant,
            lambda grant: f"终止后，{grant.user}自下一次操作起不再具有{grant.unit}的“{grant.get_role_display()}”权限，记录保留。",
            ReasonForm, is_open=lambda grant: not grant.ended_at, icon="cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("user", "unit", "made_by", "checked_by", "ended_by")

    def get_form_class(self, for_update=False):
        return ProposeRoleForm


def action_name(event: AuditEvent) -> str:
    action_names.scan_for_actions()
    known = action_names.formatters.get(event.action)
    return str(known.label) if known else event.action


def target_name(event: AuditEvent) -> str:
    label, _, pk = event.target.partition(":")
    try:
        return f"{apps.get_model(label)._meta.verbose_name} {pk}"
    except (LookupError, ValueError):
        return event.target


class AuditEventPolicy(ReadOnlyPolicy):
    """A security admin reads the events of people and roles, which the query set gives him."""

    def user_has_permission(self, user, action):
        return super().user_has_permission(user, action) or (action == "view" and user.has_perm("people.grant_roles"))


class AuditEventViewSet(ScopedViewSet):
    model = AuditEvent
    policy_class = AuditEventPolicy
    icon = "list-ul"
    list_display = [
        "at", "actor", Column("action", label="动作", accessor=action_name),
        Column("target", label="对象", accessor=target_name), Column("unit_name", label="单位"),
    ]  # fmt: skip
    search_fields = ["actor", "target"]
    filterset_class = AuditEventFilters
    inspect_view_fields = ["at", "actor", "action", "target", "detail", "stream", "seq", "row_hash"]

    def read(self, rows):
        unit = OrgUnit.objects.filter(path=OuterRef("unit_path")).values("name")[:1]
        return rows.annotate(unit_name=Subquery(unit))


class PeopleGroup(ModelViewSetGroup):
    items = (OrgUnitViewSet, OfficerViewSet, PostingViewSet, RoleGrantViewSet)
    menu_label, menu_name, menu_icon, menu_order = "人员与单位", "people", "group", 200


class AuditGroup(ModelViewSetGroup):
    items = (AuditEventViewSet,)
    menu_label, menu_name, menu_icon, menu_order = "审计", "audit", "list-ul", 500
