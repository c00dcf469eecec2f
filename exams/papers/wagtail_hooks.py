from django.urls import include, path
from wagtail import hooks

from exams.papers.urls import console_urlpatterns
from exams.papers.viewsets import ExamsGroup

ACTIONS = {
    "add_blueprint": "起草组卷方案", "change_blueprint": "修改组卷方案", "approve_blueprint": "批准组卷方案",
    "draw": "组卷", "seal": "封卷", "open": "查看试卷", "refuse": "查看试卷被拒", "verify": "核对试卷",
    "add_forbiddenpair": "设为互斥试题", "delete_forbiddenpair": "解除互斥试题",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return ExamsGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"papers.{name}", label, label)


@hooks.register("register_admin_urls")
def console_urls():
    return [path("open-papers/", include((console_urlpatterns, "papers_console")))]
