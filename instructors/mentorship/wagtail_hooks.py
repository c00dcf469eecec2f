from django.urls import include, path
from wagtail import hooks

from instructors.mentorship.urls import board_urlpatterns
from instructors.mentorship.viewsets import MentorshipGroup

LOG = {
    "draft": "拟定师带徒", "change": "修改师带徒", "sign": "签署协议", "begin": "开始带教", "log": "填写日志",
    "log_confirmed": "确认日志", "log_returned": "退回日志", "observe": "填写观察表", "rate": "评价师傅",
    "sign_phase": "签署阶段", "assess": "考核", "complete": "审定出徒", "terminate": "终止师带徒",
    "export_board": "导出师带徒看板",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return MentorshipGroup()


@hooks.register("register_admin_urls")
def board_urls():
    return [path("mentorships/board/", include((board_urlpatterns, "mentorship_board")))]


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"mentorship.{name}", label, label)
