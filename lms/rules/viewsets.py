from django.urls import path, reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup

from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedPolicy, ScopedViewSet
from lms.rules import wording
from lms.rules.filters import RuleFilters, RuleVersionFilters, YearLabelFilters
from lms.rules.forms import YearLabelForm
from lms.rules.models import Regulation, Rule, RuleVersion, YearLabel
from lms.rules.services import approve_version, discard_draft, draft_version
from lms.rules.views import DraftView, PreviewMixin


class RegisterPolicy(ScopedPolicy):
    allowed = frozenset({"view", "add", "change"})


class MarkColumn(Column):
    cell_template_name = "rules/mark_cell.html"

    class Media:
        css = {"all": ["css/console-rules.css"]}


class LinesColumn(Column):
    cell_template_name = "rules/lines_cell.html"


def current(rule):
    return rule.begun[0] if rule.begun else None


def of_current(name: str):
    """A column's accessor into the version in force; empty where none is."""
    return lambda rule: getattr(current(rule), name, None)


def mark(version) -> str:
    return "已确认" if version.is_confirmed else "默认值，待确认"


class RuleInspectView(InspectView):
    """A rule with all its versions, the newest first."""

    page_title = "规则"
    template_name = "rules/rule.html"

    def get_context_data(self, **kwargs):
        joined = ("rule", "made_by", "checked_by", "regulation")
        versions = list(self.object.versions.select_related(*joined).order_by("number"))
        for before, version in zip([None, *versions], versions, strict=False):
            version.before, version.differences = before, wording.difference(before, version) if before else []
        in_force = current(self.object)
        shown = {"versions": versions[::-1], "current_id": in_force and in_force.pk, "today": timezone.localdate()}
        return super().get_context_data(**kwargs) | shown


DRAFT = Action("draft", "起草新版本", "rules.add_ruleversion", draft_version, str, icon="edit")


class RuleViewSet(ScopedViewSet):
    model = Rule
    policy_class = ReadOnlyPolicy
    icon = "list-ul"
    ordering = "code"
    list_per_page = 50
    sort_keys = {"__str__": "code"}
    list_display = [
        "__str__",
        Column("subject", label="管什么", width="18%"),
        LinesColumn("words", label="现行规定", accessor=lambda rule: wording.words(current(rule))),
        Column("number", label="版次", accessor=of_current("number")),
        Column("effective_from", label="施行日期", accessor=of_current("effective_from"), classname="rule-date"),
        Column(
            "source", label="来源", accessor=lambda rule: current(rule).get_source_display() if current(rule) else ""
        ),
        MarkColumn("mark", label="确认", accessor=lambda rule: mark(current(rule)) if current(rule) else ""),
    ]
    search_fields = ["code", "name", "subject"]
    filterset_class = RuleFilters
    inspect_view_class = RuleInspectView

    def read(self, rows):
        today = timezone.localdate()
        return rows.with_current(today).with_versions_begun(today)

    def open_actions(self, row, user):
        """Drafting has a page of its own."""
        held = [DRAFT] if user.has_perm(DRAFT.permission) else []
        return [(action, reverse(self.get_url_name(action.name), args=[row.pk])) for action in held]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("draft/<int:pk>/", self.construct_view(DraftView), name="draft")]


class VersionInspectView(PreviewMixin, InspectView):
    page_title = "规则版本"
    template_name = "rules/version.html"


def state(version) -> str:
    if not version.is_checked:
        return "待审批"
    return "已批准" if version.effective_from <= timezone.localdate() else "已批准，未施行"


class RuleVersionViewSet(ScopedViewSet):
    model = RuleVersion
    policy_class = ReadOnlyPolicy
    icon = "history"
    counted_in = "版"
    ordering = "-id"
    menu_label = "版本与审批"
    list_display = [
        "__str__",
        Column("rule_name", label="名称", accessor="rule.name"),
        LinesColumn("words", label="内容", accessor=wording.words),
        Column("effective_from", label="施行日期", sort_key="effective_from", classname="rule-date"),
        Column("state", label="状态", accessor=state),
        Column("made_by", label="起草人"),
        Column("checked_by", label="审批人"),
        MarkColumn("mark", label="确认", accessor=mark),
    ]
    search_fields = ["rule__code", "rule__name", "source_note"]
    filterset_class = RuleVersionFilters
    inspect_view_class = VersionInspectView
    actions = (
        Action(
            "approve", "批准", "rules.approve_ruleversion", approve_version,
            lambda version: f"{version.rule}第{version.number}版自{version.effective_from:%Y年%-m月%-d日}起施行："
            f"{wording.words(version)}。这一天起发生的活动按本版计算，以前入账的不变；批准后不能修改或删除。",
            is_open=lambda version: not version.is_checked, icon="check",
        ),
        Action(
            "discard", "作废草稿", "rules.add_ruleversion", discard_draft,
            lambda version: f"{version.rule}第{version.number}版的草稿将被删除，审计日志保留其内容。",
            is_open=lambda version: not version.is_checked, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("rule", "made_by", "checked_by", "regulation")


class RegulationViewSet(ScopedViewSet):
    model = Regulation
    policy_class = RegisterPolicy
    icon = "doc-full"
    counted_in = "份"
    list_display = ["title", "number", "issued_by", "issued_on"]
    search_fields = ["title", "number", "issued_by"]
    form_fields = ["title", "number", "issued_by", "issued_on", "note"]
    inspect_view_fields = form_fields


class YearLabelViewSet(ScopedViewSet):
    model = YearLabel
    policy_class = RegisterPolicy
    icon = "tag"
    list_display = ["label", "code_list", "code", "from_year", "source_note"]
    search_fields = ["label", "code", "source_note"]
    filterset_class = YearLabelFilters
    inspect_view_fields = ["code_list", "code", "from_year", "label", "source_note"]

    def get_form_class(self, for_update=False):
        return YearLabelForm


class RulesGroup(ModelViewSetGroup):
    items = (RuleViewSet, RuleVersionViewSet, RegulationViewSet, YearLabelViewSet)
    menu_label, menu_name, menu_icon, menu_order = "规则", "rules", "list-ul", 220
