from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from instructors.bases.services.scoring import SCORE
from instructors.bases.urls import console_urlpatterns, scoring_urlpatterns
from instructors.bases.views.board import SEE
from instructors.bases.viewsets import BasesGroup

ACTIONS = {
    "open_round": "开启创建轮次", "change_round": "修改创建轮次", "draft_checklist": "起草评分细则",
    "approve_checklist": "批准评分细则", "discard_checklist": "作废评分细则草稿", "begin_review": "申报基地",
    "edit_review": "修改基地申报", "submit_review": "提交区审", "pass_review": "区审通过", "return_review": "退回申报",
    "accept_review": "市审通过", "add_material": "上传申报材料", "remove_material": "删除申报材料",
    "assign_reviewer": "分派评审员", "take_back_sheet": "收回评分任务", "submit_sheet": "提交评分",
    "propose_decision": "提出基地决定", "withdraw_decision": "撤回基地决定", "decide": "复核基地决定",
    "report_rectification": "填报整改", "name_base": "命名基地", "retain_base": "复审合格", "remove_base": "撤销基地",
    "base_state": "基地状态变化", "set_course": "登记精品课程", "open_re_review": "开启复审",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return BasesGroup()


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"bases.{name}", label, label)


@hooks.register("register_admin_urls")
def base_urls():
    return [
        path("bases/scoring/", include((scoring_urlpatterns, "bases_scoring"))),
        path("bases/", include((console_urlpatterns, "bases_console"))),
    ]


class HeldItem(MenuItem):
    """Shown to whoever holds the permission."""

    def __init__(self, *args, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request):
        return request.user.has_perm(self.permission)


@hooks.register("register_admin_menu_item")
def board_item():
    url = reverse_lazy("bases_console:board")
    return HeldItem("基地建设", url, name="bases-board", icon_name="site", order=219, permission=SEE)


@hooks.register("register_admin_menu_item")
def scoring_item():
    url = reverse_lazy("bases_scoring:sheets")
    return HeldItem("基地评分", url, name="bases-scoring", icon_name="form", order=219, permission=SCORE)
