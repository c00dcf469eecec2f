from django.urls import path

from courses.learning.views import media, pages, reports

app_name = "learning"
urlpatterns = [
    path("", pages.catalogue, name="catalogue"),
    path("spans/", reports.spans, name="spans"),
    path("lease/", reports.lease, name="lease"),
    path("answer/", reports.answer, name="answer"),
    path("media/<int:progress>/<int:position>/", media.media, name="media"),
    path("offline/", pages.offline, name="offline"),
    path("<int:pk>/", pages.course, name="course"),
    path("<int:pk>/<int:position>/", pages.lesson, name="lesson"),
    path("<int:pk>/<int:position>/finish/", pages.finish, name="finish"),
]
