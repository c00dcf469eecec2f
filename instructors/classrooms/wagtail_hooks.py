from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from instructors.classrooms.urls import console_urlpatterns
from instructors.classrooms.views.board import VIEW
from instructors.classrooms.viewsets import ClassroomsGroup

LOG = {
    "register_room": "登记智慧教室", "change_smartclassroom": "修改智慧教室", "add_equipment": "登记设备",
    "change_equipment": "修改设备", "submit_check": "提交自评", "verify_check": "核验定级", "return_check": "退回自评",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return ClassroomsGroup()


@hooks.register("register_admin_urls")
def console_urls():
    return [path("classrooms/", include((console_urlpatterns, "classrooms")))]


class BoardItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


@hooks.register("register_admin_menu_item")
def board_item():
    return BoardItem(
        "教室建设情况", reverse_lazy("classrooms:board"), name="classroom-board", icon_name="clipboard-list", order=221
    )


@hooks.register("register_log_actions")
def register_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"classrooms.{name}", label, label)
