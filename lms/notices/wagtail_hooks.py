from wagtail import hooks

from lms.notices.viewsets import NoticesGroup

ACTIONS = {"draft": "拟消息", "edit": "修改消息", "send": "发出消息"}


@hooks.register("register_admin_viewset")
def register_viewsets():
    return NoticesGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"notices.{name}", label, label)
