from django.urls import include, path
from wagtail import hooks

from exams.bank.urls import import_urlpatterns, office_urlpatterns

ACTIONS = {
    "draft": "命题", "review": "审题通过", "send_back": "退回试题", "activate": "启用试题", "retire": "停用试题",
    "stale": "试题依据已变", "change_question": "修改试题归类", "import": "导入试题", "export": "导出试题", "export_coverage": "导出覆盖情况",
    "add_questionbank": "新建题库", "change_questionbank": "修改题库",
}  # fmt: skip


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"bank.{name}", label, label)


@hooks.register("register_admin_urls")
def office_urls():
    return [
        path("bank/import/", include((import_urlpatterns, "bank_import"))),
        path("bank/", include((office_urlpatterns, "bank_office"))),
    ]
