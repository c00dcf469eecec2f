from django.urls import include, path, reverse_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from courses.catalogue import views
from courses.catalogue.viewsets import CatalogueGroup, CoursewareChooserViewSet

ACTIONS = {
    "publish": "发布课程版本", "add_courseware": "上传课件", "check_courseware": "复核课件",
    "import_item_codes": "导入执法事项", "add_topic": "新增专题", "change_topic": "修改专题",
    "add_legalsource": "新增法律依据", "change_legalsource": "修改法律依据",
    "add_legalsourceversion": "新增法律依据版本", "change_legalsourceversion": "修改法律依据版本",
    "add_itemcode": "新增执法事项", "change_itemcode": "修改执法事项",
    "add_syllabusnode": "新增大纲条目", "change_syllabusnode": "修改大纲条目",
}  # fmt: skip
urlpatterns = [
    path("stale/", views.stale, name="stale"),
    path("courseware/<int:pk>/file/", views.courseware_file, name="file"),
    path("items/import/", views.upload_items, name="items_upload"),
    path("items/import/template/", views.items_template, name="items_template"),
    path("items/import/<str:token>/", views.preview_items, name="items_preview"),
    path("items/import/<str:token>/confirm/", views.confirm_items, name="items_confirm"),
    path("items/import/<str:token>/cancel/", views.cancel_items, name="items_cancel"),
]


@hooks.register("register_admin_viewset")
def register_viewsets():
    return [CatalogueGroup(), CoursewareChooserViewSet("courseware_chooser")]


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label in ACTIONS.items():
        actions.register_action(f"catalogue.{name}", label, label)


@hooks.register("register_admin_urls")
def office_urls():
    return [path("catalogue/", include((urlpatterns, "catalogue_office")))]


class StaleMenuItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm("catalogue.view_course")


@hooks.register("register_admin_menu_item")
def stale_menu_item():
    return StaleMenuItem(
        "待修订课程", reverse_lazy("catalogue_office:stale"), name="stale", icon_name="warning", order=222
    )
