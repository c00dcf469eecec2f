from django.urls import reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.marking.services.arbitrating import ARBITRATE
from exams.marking.viewsets import TaskViewSet

LOG = {
    "prepare": "生成评卷题", "set_team": "调整阅卷员", "open_first": "开第一轮评卷", "open_second": "开第二轮评卷",
    "arbitrate": "仲裁定分", "answer_flag": "答复存疑答卷",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return TaskViewSet()


@hooks.register("register_log_actions")
def register_marking_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"marking.{name}", label, label)


class ArbitrationItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(ARBITRATE)


@hooks.register("register_admin_menu_item")
def arbitration_item():
    return ArbitrationItem(
        "仲裁", reverse_lazy("marking:arbitration"), name="arbitration", icon_name="warning", order=228
    )
