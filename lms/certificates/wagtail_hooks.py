from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.certificates.services.batches import RIGHT
from lms.certificates.urls import console_urlpatterns
from lms.certificates.viewsets import CertificatesGroup

ACTIONS = {
    "issue": "签发证书", "propose_change": "提出证书变更", "change": "复核证书变更", "withdraw_change": "撤回证书变更",
    "draft_design": "起草证书样式", "approve_design": "批准证书样式", "discard_design": "作废证书样式草稿",
}  # fmt: skip


@hooks.register("register_admin_viewset")
def register_viewsets():
    return CertificatesGroup()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"certificates.{name}", label, label)


@hooks.register("register_icons")
def register_icons(icons):
    return [*icons, "certificates/icons/certificate.svg"]


@hooks.register("register_admin_urls")
def console_urls():
    return [path("certificates/", include((console_urlpatterns, "certificates_console")))]


class BatchMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(RIGHT)


@hooks.register("register_admin_menu_item")
def batch_menu_item():
    url = reverse_lazy("certificates_console:batch")
    return BatchMenuItem("批量发证", url, name="certificates-batch", icon_name="certificate", order=231)
