from django.templatetags.static import static
from django.urls import include, path, reverse_lazy
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from lms.portal.views import desk

urlpatterns = [
    path("desk/export/", desk.export, name="export"),
    path("units/<str:code>/", desk.unit, name="unit"),
    path("units/<str:code>/export/", desk.export, name="unit_export"),
    path("people/<str:staff_no>/ledger/", desk.person, name="person"),
]


class DeskPanel(Component):
    template_name = "portal/desk_home.html"
    order = 0

    def get_context_data(self, parent_context):
        request = parent_context["request"]
        return {"request": request, **desk.home_context(request)}


@hooks.register("construct_homepage_panels", order=900)
def only_the_desk(request, panels):
    panels[:] = [DeskPanel()]


# After every viewset's addresses: units/<code>/ must not swallow one of theirs.
@hooks.register("register_admin_urls", order=900)
def desk_urls():
    return [path("", include((urlpatterns, "portal_desk")))]


@hooks.register("register_admin_menu_item")
def desk_menu_item():
    return MenuItem("工作台", reverse_lazy("wagtailadmin_home"), name="desk", icon_name="home", order=1)


@hooks.register("construct_main_menu", order=900)
def no_foreign_help(request, menu_items):
    menu_items[:] = [item for item in menu_items if item.name != "help"]


@hooks.register("insert_global_admin_css")
def console_css():
    return format_html('<link rel="stylesheet" href="{}">', static("css/console.css"))
