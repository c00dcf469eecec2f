from django.urls import path

from lms.people import views

admin_urlpatterns = [
    path("", views.upload, name="upload"),
    path("template/", views.template, name="template"),
    path("done/", views.done, name="done"),
    path("<str:token>/", views.preview, name="preview"),
    path("<str:token>/errors/", views.errors, name="errors"),
    path("<str:token>/confirm/", views.confirm, name="confirm"),
    path("<str:token>/cancel/", views.cancel, name="cancel"),
]
