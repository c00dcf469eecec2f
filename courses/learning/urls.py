from django.urls import path

from courses.learning import views

app_name = "learning"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("<int:pk>/", views.course, name="course"),
    path("<int:pk>/<int:position>/", views.lesson, name="lesson"),
    path("<int:pk>/<int:position>/finish/", views.finish, name="finish"),
]
