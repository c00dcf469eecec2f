from django.urls import include, path
from wagtail import hooks

from courses.learning.views import assignments, doubts
from courses.learning.viewsets import CoursesGroup

TASKS = {
    "assign": "布置学习任务", "end_assignment": "撤回学习任务", "remind": "提醒未学完人员", "export_assignment": "导出学习任务",
}  # fmt: skip
task_urlpatterns = [
    path("<int:pk>/export/", assignments.export, name="export"),
    path("<int:pk>/remind/", assignments.send_reminder, name="remind"),
]


@hooks.register("register_admin_viewset")
def register_viewsets():
    return CoursesGroup()


@hooks.register("register_log_actions")
def register_task_actions(actions):
    for name, label in TASKS.items():
        actions.register_action(f"learning.{name}", label, label)


@hooks.register("register_admin_urls")
def task_urls():
    return [
        path("learning/tasks/", include((task_urlpatterns, "learning_tasks"))),
        path("learning/doubts/", include(([path("", doubts.doubts, name="list")], "learning_doubts"))),
    ]
