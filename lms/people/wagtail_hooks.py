from django.contrib.auth.models import Group
from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permission_policies import BasePermissionPolicy
from wagtail.permissions import register_permission_policy

from lms.people.models import User
from lms.people.urls import admin_urlpatterns
from lms.people.viewsets import AuditGroup, PeopleGroup

# Wagtail's own entries that nobody operates here: people, roles and history have their own services and pages.
HIDDEN = {"settings", "reports", "help", "redirects", "forms"}
ACTIONS = {
    "transfer": "调动", "propose_role": "提出授权", "grant_role": "批准授权", "end_grant": "终止授权",
    "add_orgunit": "设立单位", "change_orgunit": "修改单位", "change_officer": "修改人员", "import": "导入人员",
    "refuse_import": "导入未通过", "follow_rank": "职级变动记入任职",
}  # fmt: skip


class NobodyPolicy(BasePermissionPolicy):
    """Accounts and groups follow from role grants alone: Wagtail's own pages for them are for nobody."""

    def user_has_permission(self, user, action):
        return False

    def users_with_any_permission(self, actions):
        return User.objects.none()


for model in (User, Group):
    register_permission_policy(model, NobodyPolicy(model))


@hooks.register("register_admin_viewset")
def register_viewsets():
    return [PeopleGroup(), AuditGroup()]


@hooks.register("construct_main_menu")
def hide_menu_items(request, items):
    items[:] = [item for item in items if item.name not in HIDDEN]


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"people.{name}", label, label)


# --- import of a personnel file -----------------------------------------------------------
class ImportMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("people.import_officer")


@hooks.register("register_admin_urls")
def import_urls():
    return [path("people/import/", include((admin_urlpatterns, "people_import")))]


@hooks.register("register_admin_menu_item")
def import_menu_item():
    url = reverse_lazy("people_import:upload")
    return ImportMenuItem("导入人员", url, name="people-import", icon_name="upload", order=210)
