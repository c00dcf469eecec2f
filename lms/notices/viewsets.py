from django.db.models import Count, Q
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup

from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedPolicy, ScopedViewSet
from lms.notices.filters import DeliveryFilters, NoticeFilters
from lms.notices.forms import NoticeForm, SendForm
from lms.notices.models import Delivery, Notice
from lms.notices.services import draft_notice, edit_notice, receivers, send_notice

IN_APP = Q(deliveries__channel="IN_APP")


class NoticeViewSet(ScopedViewSet):
    model = Notice
    policy_class = ScopedPolicy
    icon = "mail"
    add_label = "拟一条消息"
    menu_label = "通知与提醒"
    list_display = [
        "title", "kind", Column("unit", label="范围", sort_key="unit__path"),
        Column("state", label="状态", accessor=lambda notice: "已发出" if notice.sent_at else "草稿"),
        Column("told", label="收件人数"), Column("read", label="已读人数"), "made_by",
        DateColumn("sent_at", label="发出时间", sort_key="sent_at"),
    ]  # fmt: skip
    search_fields = ["title", "body"]
    filterset_class = NoticeFilters
    inspect_view_fields = ["kind", "title", "body", "unit", "made_by", "made_at", "sent_at"]
    services = {
        "add": lambda form, actor: draft_notice(form.save(commit=False), actor=actor),
        "change": lambda form, actor: edit_notice(form.save(commit=False), actor=actor),
    }
    actions = (
        Action(
            "send", "发出", "notices.add_notice", send_notice,
            lambda notice: f"将“{notice}”发给{notice.unit}及其下属单位的在职人员，共{receivers(notice).count():,}人。"
            "发出后不能修改，不能收回。",
            SendForm, is_open=lambda notice: not notice.sent_at, icon="mail",
        ),
    )  # fmt: skip

    def read(self, rows):
        told, read = Count("deliveries", IN_APP), Count("deliveries", IN_APP & Q(deliveries__read_at__isnull=False))
        return rows.select_related("unit", "made_by").annotate(told=told, read=read)

    def get_form_class(self, for_update=False):
        return NoticeForm


class DeliveryViewSet(ScopedViewSet):
    model = Delivery
    policy_class = ReadOnlyPolicy
    icon = "list-ul"
    menu_label = "发送记录"
    list_display = [
        "notice",
        Column("officer", label="收件人", accessor="user.officer", sort_key="user__officer__name_pinyin"),
        Column("unit", label="单位", accessor="user.officer.unit", sort_key="user__officer__unit__path"),
        "channel", "state",
        DateColumn("sent_at", label="发出时间", sort_key="sent_at"),
        DateColumn("read_at", label="阅读时间", sort_key="read_at"), "failure",
    ]  # fmt: skip
    sort_keys = {"notice": "notice__title"}
    search_fields = ["user__first_name", "user__username", "notice__title"]
    filterset_class = DeliveryFilters
    inspect_view_fields = ["notice", "user", "channel", "state", "attempts", "failure", "sent_at", "read_at"]

    def read(self, rows):
        return rows.select_related("notice", "user__officer__unit")


class NoticesGroup(ModelViewSetGroup):
    items = (NoticeViewSet, DeliveryViewSet)
    menu_label, menu_name, menu_icon, menu_order = "消息", "notices", "mail", 470
