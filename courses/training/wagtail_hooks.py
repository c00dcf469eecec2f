from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from courses.training.services.completion import POST
from courses.training.services.plan_log import ACTIONS as PLAN_ACTIONS
from courses.training.urls import (
    attendance_urlpatterns,
    calendar_urlpatterns,
    class_urlpatterns,
    completion_urlpatterns,
    enrollment_urlpatterns,
)
from courses.training.views import plan_board, plan_import, plans
from courses.training.viewsets import TrainingGroup

PLAN_LOG = {f"{action}_plan": f"{label}（计划）" for action, label in PLAN_ACTIONS.items()} | {
    "visit": "记录督导", "remind_filing": "提醒报备计划", "export_board": "导出备案看板", "download_plan_template": "下载计划模板",
}  # fmt: skip
plan_urlpatterns = [
    path("board/", plan_board.board, name="board"),
    path("board/export/", plan_board.export, name="board_export"),
    path("board/remind/", plan_board.send_reminder, name="remind"),
    path("responsibility/", plan_board.responsibility, name="responsibility"),
    path("<int:pk>/items/", plans.items, name="items"),
    path("<int:pk>/items/<int:item>/retype/", plans.retype, name="retype"),
    path("<int:pk>/change/", plans.change, name="change_add"),
    path("<int:pk>/change/<int:item>/", plans.change, name="change"),
    path("<int:pk>/import/", plan_import.upload, name="import"),
    path("<int:pk>/import/template/", plan_import.download, name="template"),
    path("<int:pk>/import/<str:token>/", plan_import.preview, name="preview"),
    path("<int:pk>/import/<str:token>/confirm/", plan_import.confirm, name="confirm"),
]


@hooks.register("register_admin_viewset")
def register_viewsets():
    return TrainingGroup()


@hooks.register("register_log_actions")
def register_plan_actions(actions):
    for name, label in PLAN_LOG.items():
        actions.register_action(f"training.{name}", label, label)


@hooks.register("register_admin_urls")
def plan_urls():
    return [path("training/plans/", include((plan_urlpatterns, "training_plans")))]


class PlanBoardItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("training.view_trainingplan")


@hooks.register("register_admin_menu_item")
def plan_board_item():
    return PlanBoardItem(
        "计划备案", reverse_lazy("training_plans:board"), name="plan-board", icon_name="list-ul", order=210
    )


CLASS_LOG = {
    "open_class": "开班", "change_class": "修改培训班", "class_state": "变更班级状态", "share_seats": "分配名额",
    "add_session": "添加课次", "change_session": "修改课次", "cancel_session": "取消课次", "give_material": "发放资料",
    "take_material": "撤下资料", "print_sign_in": "打印签到表", "print_roster": "打印学员名册", "print_timetable": "打印课程表",
}  # fmt: skip


@hooks.register("register_log_actions")
def register_class_actions(actions):
    for name, label in CLASS_LOG.items():
        actions.register_action(f"training.{name}", label, label)


@hooks.register("register_admin_urls")
def class_urls():
    return [
        path("training/classes/", include((class_urlpatterns, "training_classes"))),
        path("training/calendar/", include((calendar_urlpatterns, "training_calendar"))),
    ]


class CalendarItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("training.view_classsession")


@hooks.register("register_admin_menu_item")
def calendar_item():
    return CalendarItem(
        "课表", reverse_lazy("training_calendar:week"), name="training-calendar", icon_name="calendar-alt", order=216
    )


ENROLLMENT_LOG = {
    "enroll": "安排学员", "approve_enrollment": "批准报名", "reject_enrollment": "退回报名", "withdraw": "办理退出",
    "promote": "候补递补", "derive_duties": "产生必训任务", "import_shifts": "导入值班表", "import_guests": "导入其他学员",
    "export_enrollments": "导出学员", "export_proof": "导出必训证明", "renew_calendar": "更换日历订阅地址",
}  # fmt: skip


@hooks.register("register_log_actions")
def register_enrollment_actions(actions):
    for name, label in ENROLLMENT_LOG.items():
        actions.register_action(f"training.{name}", label, label)


class NominatingItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("training.enroll_trainingclass")


@hooks.register("register_admin_menu_item")
def nominating_item():
    url = reverse_lazy("training_enrollment:offered")
    return NominatingItem("推荐学员", url, name="nominating", icon_name="user", order=217)


@hooks.register("register_admin_urls")
def enrollment_urls():
    return [path("training/enrollment/", include((enrollment_urlpatterns, "training_enrollment")))]


ATTENDANCE_LOG = {
    "change_attendance": "改点名", "close_roll": "结束点名", "ask_leave": "请假", "grant_leave": "准假",
    "refuse_leave": "不准假", "withdraw_leave": "撤回请假", "warn_absence": "缺勤提醒", "propose_dismissal": "建议退班",
    "lapse_dismissal": "撤销退班建议", "dismiss": "退班", "keep_despite_absence": "缺勤仍保留",
    "propose_correction": "申请考勤更正", "apply_correction": "采纳考勤更正", "refuse_correction": "不采纳考勤更正",
    "file_appeal": "提出申诉", "grant_appeal": "采纳申诉", "export_attendance": "导出考勤总表", "refuse_appeal": "不予采纳申诉",
}  # fmt: skip


@hooks.register("register_log_actions")
def register_attendance_actions(actions):
    for name, label in ATTENDANCE_LOG.items():
        actions.register_action(f"training.{name}", label, label)


@hooks.register("register_admin_urls")
def attendance_urls():
    return [path("training/attendance/", include((attendance_urlpatterns, "training_attendance")))]


COMPLETION_LOG = {
    "check_class": "核对结业", "return_class": "退回核对", "post_class": "审批入账", "cancel_class": "取消培训班",
    "repost_attendance": "补记或冲正学时", "set_parts": "设置考核", "record_scores": "录入考核成绩",
    "open_team_session": "科队训练开训", "submit_team_session": "提交科队训练", "draw_sample": "抽查科队训练",
    "refuse_attendance": "不采纳考勤", "export_completion": "导出结业情况",
}  # fmt: skip


@hooks.register("register_log_actions")
def register_completion_actions(actions):
    for name, label in COMPLETION_LOG.items():
        actions.register_action(f"training.{name}", label, label)


@hooks.register("register_admin_urls")
def completion_urls():
    return [path("training/completion/", include((completion_urlpatterns, "training_completion")))]


class TeamReviewItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(POST)


@hooks.register("register_admin_menu_item")
def team_review_item():
    return TeamReviewItem(
        "科队训练审核",
        reverse_lazy("training_completion:team_review"),
        name="team-review",
        icon_name="check",
        order=217,
    )
