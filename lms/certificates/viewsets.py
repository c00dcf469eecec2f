from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

from lms.certificates.filters import CertificateFilters, EventFilters
from lms.certificates.forms import ChangeForm
from lms.certificates.models import Certificate, CertificateDesign, CertificateEvent, Kind
from lms.certificates.services.changes import STEPS, Change, approve_change, propose_change, withdraw_change
from lms.certificates.services.designs import approve_design, discard_design
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

CAN_CHANGE = set().union(*(starts for starts, _ in STEPS.values()))
CONSEQUENCES = {
    Change.SUSPEND: "核验页立即显示“暂停使用”，可以恢复",
    Change.RESUME: "核验页立即恢复为“有效”",
    Change.REVOKE: "核验页立即显示“已撤销”，不能恢复",
    Change.SUPERSEDE: "原证书作废，按现在的记录另发一张新证书，编号和核验码都不同",
}


class CertificateInspectView(InspectView):
    template_name = "certificates/certificate_inspect.html"

    def get_context_data(self, **kwargs):
        events = self.object.events.select_related("made_by", "checked_by").order_by("id")
        return super().get_context_data(**kwargs) | {"events": events, "certificate": self.object}


class CertificateViewSet(ScopedViewSet):
    model = Certificate
    policy_class = ReadOnlyPolicy
    icon = "certificate"
    counted_in = "张"
    list_display = [
        "number",
        Column("holder", label="持证人或基地", sort_key="officer__name_pinyin"),
        Column("unit", label="发证时单位", sort_key="unit__path"),
        Column("title", label="课程、培训班或主题"),
        "kind", "issued_on", "expires_on",
        Column("standing", label="状态", accessor=lambda row: row.standing.label, sort_key="state"),
    ]  # fmt: skip
    search_fields = ["number", "officer__name", "officer__staff_no"]
    filterset_class = CertificateFilters
    inspect_view_class = CertificateInspectView
    inspect_view_fields = ["number", "officer", "unit", "kind", "design", "issued_on", "expires_on", "issued_by"]
    actions = (
        Action(
            "change", "提出变更", "certificates.propose_change", propose_change,
            lambda row: f"{row.number}（{row.snapshot['name']}）现为“{row.standing.label}”。变更由另一人复核后生效。"
            + "；".join(f"{change.label}：{text}" for change, text in CONSEQUENCES.items()) + "。",
            ChangeForm, is_open=lambda row: row.state in CAN_CHANGE, icon="edit",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("officer", "unit", "design")


class EventViewSet(ScopedViewSet):
    model = CertificateEvent
    policy_class = ReadOnlyPolicy
    icon = "history"
    menu_label = "变更与复核"
    list_display = [
        "certificate",
        Column("holder", label="持证人或基地", accessor="certificate.holder"),
        "change", "reason", Column("state", label="状态", accessor=lambda event: "已生效" if event.is_checked else "待复核"),
        "made_by", "made_at", "checked_by", "checked_at",
    ]  # fmt: skip
    search_fields = ["certificate__number", "reason"]
    filterset_class = EventFilters
    inspect_view_fields = ["certificate", "change", "reason", "made_by", "made_at", "checked_by", "checked_at"]
    actions = (
        Action(
            "approve", "复核通过", "certificates.check_change", approve_change,
            lambda event: f"{event.certificate}（{event.certificate.holder}）：{event.get_change_display()}，原因：{event.reason.rstrip('。')}。"
            f"通过后{CONSEQUENCES[Change(event.change)]}。",
            is_open=lambda event: not event.is_checked, icon="check",
        ),
        Action(
            "withdraw", "撤回", "certificates.propose_change", withdraw_change,
            lambda event: f"{event.certificate}的变更申请将被撤回，证书状态不变，审计日志保留其内容。",
            is_open=lambda event: not event.is_checked, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("certificate__officer", "made_by", "checked_by")


class DesignIndexView(IndexView):
    @property
    def header_buttons(self):
        if not self.request.user.has_perm("certificates.add_certificatedesign"):
            return []
        kinds = [(kind.label, reverse("certificates_console:design", args=[kind])) for kind in Kind]
        return [HeaderButton(f"修订{label}", url, icon_name="edit") for label, url in kinds]


class DesignInspectView(InspectView):
    page_title = "证书样式"
    template_name = "certificates/design.html"


def design_state(design: CertificateDesign) -> str:
    return "已批准" if design.is_checked else "待审批"


class DesignViewSet(ScopedViewSet):
    model = CertificateDesign
    policy_class = ReadOnlyPolicy
    icon = "image"
    counted_in = "版"
    menu_label = "证书样式"
    list_display = [
        "__str__", "issuer",
        Column("months", label="有效期", accessor=lambda row: f"{row.valid_months}个月" if row.valid_months else "长期"), "note",
        Column("state", label="状态", accessor=design_state), "made_by", "checked_by",
    ]  # fmt: skip
    search_fields = ["title", "note"]
    list_filter = ["kind"]
    sort_keys = {"__str__": "number"}
    index_view_class = DesignIndexView
    inspect_view_class = DesignInspectView
    inspect_view_fields = [
        *CertificateDesign.TEXTS,
        "valid_months",
        "note",
        "made_by",
        "made_at",
        "checked_by",
        "checked_at",
    ]
    actions = (
        Action(
            "approve", "批准", "certificates.approve_certificatedesign", approve_design,
            lambda design: f"批准后，新签发的{design.get_kind_display()}按第{design.number}版印制，已签发的不变；批准后不能修改或删除。",
            is_open=lambda design: not design.is_checked, icon="check",
        ),
        Action(
            "discard", "作废草稿", "certificates.add_certificatedesign", discard_design,
            lambda design: f"{design}的草稿将被删除，审计日志保留其内容。",
            is_open=lambda design: not design.is_checked, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("made_by", "checked_by")


class CertificatesGroup(ModelViewSetGroup):
    items = (CertificateViewSet, EventViewSet, DesignViewSet)
    menu_label, menu_name, menu_icon, menu_order = "证书", "certificates", "certificate", 230
