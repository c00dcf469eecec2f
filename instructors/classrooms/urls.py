from django.urls import path

from instructors.classrooms.views import board, checks, phone

app_name = "places"
urlpatterns = [
    path("", phone.places, name="all"),
    path("mine/", phone.mine, name="mine"),
    path("<int:pk>/", phone.place, name="place"),
    path("bookings/<int:pk>/cancel/", phone.cancel, name="cancel"),
]

# The console's pages; mounted in wagtail_hooks.
console_urlpatterns = [
    path("board/", board.board, name="board"),
    path("<int:pk>/assess/", checks.Assess.as_view(), name="assess"),
    path("checks/<int:pk>/verify/", checks.Verify.as_view(), name="verify"),
]
