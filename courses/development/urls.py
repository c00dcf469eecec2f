from django.urls import path

from courses.development.views import board, officer, reviewing

app_name = "development"
urlpatterns = [
    path("", officer.home, name="home"),
    path("calls/<int:pk>/", officer.call, name="call"),
    path("outputs/<int:pk>/", officer.output, name="output"),
    path("outputs/<int:pk>/authors/", officer.authors, name="authors"),
    path("outputs/<int:pk>/upload/", officer.upload, name="upload"),
    path("outputs/<int:pk>/<slug:action>/", officer.step, name="step"),
    path("milestones/<int:pk>/", officer.milestone, name="milestone"),
    path("reviews/", reviewing.reviews, name="reviews"),
    path("reviews/<int:pk>/", reviewing.review, name="review"),
    path("reviews/<int:pk>/begin/", reviewing.begin, name="begin"),
    path("reviews/<int:pk>/file/<int:courseware>/", reviewing.file, name="review_file"),
]

# The console's board; mounted in wagtail_hooks.
board_urlpatterns = [
    path("", board.board, name="board"),
    path("export/", board.export, name="export"),
]
