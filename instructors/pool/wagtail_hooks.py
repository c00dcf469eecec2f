from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from instructors.pool.urls import console_urlpatterns
from instructors.pool.views.overview import VIEW
from instructors.pool.viewsets import PoolGroup

LOG = {
    "export_coverage": "导出师资目标与覆盖",
    "open_round": "发起选聘", "round_state": "变更选聘状态", "nominate": "推荐人选", "withdraw_nomination": "撤回人选",
    "arrange_trial": "安排试讲", "score_trial": "试讲评分", "decide_nomination": "作出评审结论", "conclude_review": "考评达标",
    "renew_appointment": "自动续聘", "decide_review": "决定考评结果", "add_podiummember": "登记上讲台负责人",
    "change_podiummember": "修改上讲台负责人", "change_selectionround": "修改选聘轮次",
    "add_instructor": "登记外聘专家", "propose_appointment": "提出聘任", "approve_appointment": "同意聘任",
    "refuse_appointment": "退回聘任", "end_appointment": "办理退出", "suspend_instructor": "停聘", "resume_instructor": "恢复授课",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return PoolGroup()


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"pool.{name}", label, label)


@hooks.register("register_admin_urls")
def console_urls():
    return [path("pool/", include((console_urlpatterns, "pool_console")))]


class OverviewItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


@hooks.register("register_admin_menu_item")
def overview_item():
    return OverviewItem(
        "师资总览", reverse_lazy("pool_console:overview"), name="pool-overview", icon_name="group", order=217
    )
