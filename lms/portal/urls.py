from django.urls import path

from lms.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.today, name="today"),
    path("me/", views.me, name="me"),
]
