from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from exams.sittings.services.candidates import NOMINATE, RUN
from exams.sittings.urls import office_urlpatterns
from exams.sittings.viewsets import SittingsGroup

OFFICE_LOG = {
    "add_exam": "新建考试", "change_exam": "修改考试", "publish_exam": "发布考试", "add_sitting": "新增场次",
    "move_sitting": "改场次时间", "remove_sitting": "删除场次", "add_hall": "新增考场", "change_hall": "修改考场",
    "remove_hall": "删除考场", "share_places": "分配考试名额", "add_candidates": "安排考生", "nominate": "推荐考生",
    "remove_candidate": "移出考生", "defer": "登记缓考", "mark_absent": "登记缺考", "ask_absent": "登记缺考",
    "seat": "排座", "add_group": "新建考生组", "set_members": "修改考生组", "propose_override": "提出个别时间安排",
    "approve_override": "批准个别时间安排", "propose_correction": "提出答案更正", "check_correction": "复核答案更正",
    "regrade": "重新计分", "export_regrade": "导出重新计分差异", "print_seats": "打印座位图", "print_list": "打印考生签到表",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return SittingsGroup()


@hooks.register("register_log_actions")
def register_office_actions(actions):
    for name, label in OFFICE_LOG.items():
        actions.register_action(f"sittings.{name}", label, label)


@hooks.register("register_admin_urls")
def office_urls():
    return [path("sittings/", include((office_urlpatterns, "sittings_office")))]


class NominatingItem(MenuItem):
    """For units: whoever runs exams has the whole group."""

    def is_shown(self, request):
        return request.user.has_perm(NOMINATE) and not request.user.has_perm(RUN)


@hooks.register("register_admin_menu_item")
def nominating_item():
    url = reverse_lazy("sittings_office:offered")
    return NominatingItem("推荐考生", url, name="nominating-candidates", icon_name="user", order=226)
