from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from courses.development.urls import board_urlpatterns
from courses.development.views.board import VIEW
from courses.development.viewsets import DevelopmentGroup

LOG = {
    "propose_group": "申报教研组", "change_group": "修改教研组", "approve_group": "批准教研组", "review_group": "考核教研组",
    "dissolve_group": "撤销教研组", "add_milestone": "添加节点", "finish_milestone": "完成节点",
    "propose_project": "申报课程项目", "change_project": "修改课程项目", "project_stage": "变更项目阶段",
    "propose_flagship": "申报精品课程", "grant_flagship": "认定精品课程", "end_flagship": "取消精品课程",
    "draft_call": "起草众筹", "change_call": "修改众筹", "open_call": "发布众筹", "close_call": "结束众筹",
    "claim": "认领众筹", "lapse": "认领失效", "give_up": "放弃认领", "hand_in": "送审", "assign_review": "指派评审",
    "begin_review": "开始评审", "send_review": "提交评审", "release_review": "撤回评审指派", "decide": "审定",
    "name_authors": "填写署名", "adopt": "采用成果", "revoke": "撤销采用", "register_work": "登记案例教材",
    "change_work": "修改案例教材", "work_state": "变更案例教材状态", "certify_masking": "出具脱敏证明",
    "confirm_masking": "确认脱敏", "refuse_masking": "不予确认脱敏", "register_question": "登记采用试题",
    "export_board": "导出课程开发看板",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return DevelopmentGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"development.{name}", label, label)


@hooks.register("register_admin_urls")
def board_urls():
    return [path("development/board/", include((board_urlpatterns, "development_board")))]


class BoardItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


@hooks.register("register_admin_menu_item")
def board_item():
    return BoardItem(
        "课程开发看板", reverse_lazy("development_board:board"), name="development-board", icon_name="view", order=218
    )
