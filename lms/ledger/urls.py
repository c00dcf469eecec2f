from django.urls import path

from lms.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.book, name="book"),
    path("export/", views.export, name="export"),
]
