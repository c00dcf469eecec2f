from django.urls import reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.notices.viewsets import NoticesGroup

ACTIONS = {"draft": "拟消息", "edit": "修改消息", "send": "发出消息"}


@hooks.register("register_admin_viewset")
def register_viewsets():
    return NoticesGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"notices.{name}", label, label)


@hooks.register("register_admin_menu_item")
def my_messages_menu_item():
    return MenuItem("我的消息", reverse_lazy("notices:inbox"), name="my-messages", icon_name="comment", order=469)
