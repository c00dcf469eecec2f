from wagtail import hooks

from lms.jobs.viewsets import JobsGroup

ACTIONS = {"enqueue": "提交后台任务", "pause": "暂停任务", "resume": "继续任务", "cancel": "取消任务"}


@hooks.register("register_admin_viewset")
def register_viewsets():
    return JobsGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"jobs.{name}", label, label)
