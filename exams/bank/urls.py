from django.urls import path

from exams.bank.views import coverage, editing, imports, listed, practice, preview

office_urlpatterns = [
    path("questions/add/", editing.add, name="add"),
    path("questions/<int:pk>/edit/", editing.edit, name="edit"),
    path("questions/export/", listed.export, name="export"),
    path("questions/bulk/", listed.bulk, name="bulk"),
    path("versions/<int:pk>/phone/", preview.phone, name="phone"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage/export/", coverage.export, name="coverage_export"),
]
import_urlpatterns = [
    path("", imports.upload, name="upload"),
    path("template/", imports.template, name="template"),
    path("done/", imports.done, name="done"),
    path("<slug:token>/", imports.preview, name="preview"),
    path("<slug:token>/confirm/", imports.confirm, name="confirm"),
    path("<slug:token>/cancel/", imports.cancel, name="cancel"),
]
practice_urlpatterns = [
    path("", practice.home, name="home"),
    path("new/", practice.choose, name="choose"),
    path("<int:pk>/", practice.run, name="run"),
    path("<int:pk>/sheet/", practice.sheet, name="sheet"),
    path("<int:pk>/finish/", practice.finish, name="finish"),
    path("<int:pk>/<int:place>/", practice.question, name="question"),
]
