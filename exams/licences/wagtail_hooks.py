from django.urls import include, path
from wagtail import hooks

from exams.licences.services.steps import VERBS
from exams.licences.urls import files_urlpatterns, office_urlpatterns
from exams.licences.viewsets import LicencesGroup

LOG = {name: f"执法证：{label}" for name, label in VERBS.items()} | {
    f"{name}_application": f"执法证申请：{label}" for name, label in VERBS.items()
} | {
    "file_application": "提交执法证申请", "apply_many": "批量申办执法证", "propose_cancellation": "建议注销执法证",
    "decide_proposal": "处理注销建议", "dispatch": "报送执法证申请", "take_out": "下载报送或结果文件",
    "take_in": "导入执法证结果文件", "refuse_results": "未收下执法证结果文件", "make_card": "制作执法证证卡",
    "export_levels": "导出等级结果文件",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return LicencesGroup()


@hooks.register("register_log_actions")
def register_licence_actions(actions):
    for name, label in LOG.items():
        actions.register_action(f"licences.{name}", label, label)


@hooks.register("register_admin_urls")
def office_urls():
    return [
        path("licences/", include((office_urlpatterns, "licences_office"))),
        path("licences/files/", include((files_urlpatterns, "licences_files"))),
    ]
