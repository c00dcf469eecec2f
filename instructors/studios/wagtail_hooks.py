from django.urls import include, path
from wagtail import hooks

from instructors.studios.urls import console_urlpatterns
from instructors.studios.viewsets import StudiosGroup

LOG = {
    "propose": "申报工作室", "change": "修改工作室", "approve": "批准设立工作室", "dissolve": "撤销工作室",
    "add_member": "增加工作室成员", "end_member": "工作室成员退出", "plan": "增加工作室计划", "plan_done": "完成工作室计划",
    "output": "登记工作室成果", "open_review": "发起工作室评审", "score": "工作室评分", "decide": "工作室评审结论",
    "export_board": "导出工作室看板",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return StudiosGroup()


@hooks.register("register_admin_urls")
def console_urls():
    return [path("studios/", include((console_urlpatterns, "studios_console")))]


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"studios.{name}", label, label)
