from django.urls import path

from instructors.mentorship.views import console, officer, records

app_name = "mentoring"
urlpatterns = [
    path("", officer.mine, name="mine"),
    path("<int:pk>/", officer.one, name="one"),
    path("<int:pk>/sign/", officer.sign, name="sign"),
    path("<int:pk>/begin/", officer.start, name="begin"),
    path("<int:pk>/log/", records.log, name="log"),
    path("<int:pk>/observe/", records.observation, name="observe"),
    path("<int:pk>/sheets/<int:sheet>/", records.sheet, name="sheet"),
    path("log/<int:pk>/decide/", records.decide_log, name="decide_log"),
    path("phase/<int:pk>/rate/", records.rate, name="rate"),
    path("phase/<int:pk>/sign/", records.phase, name="phase"),
]

# The console's board; mounted in wagtail_hooks.
board_urlpatterns = [
    path("", console.board, name="board"),
    path("export/", console.export, name="export"),
]
