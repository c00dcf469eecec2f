from django.urls import path

from instructors.studios.views import console, public

app_name = "studios"
urlpatterns = [
    path("", public.studios, name="all"),
    path("<int:pk>/", public.studio, name="one"),
]

# The console's pages beside its lists; mounted in wagtail_hooks.
console_urlpatterns = [
    path("board/", console.board, name="board"),
    path("board/export/", console.export, name="export"),
    path("reviews/<int:pk>/score/", console.score, name="score"),
]
