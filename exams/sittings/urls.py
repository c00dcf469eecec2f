from django.urls import path

from exams.sittings.views import answers

app_name = "sittings"
answer_urlpatterns = [
    path("", answers.save_answers, name="save"),
    path("beat/", answers.heartbeat, name="beat"),
    path("hand-in/", answers.hand_in, name="hand_in"),
]
