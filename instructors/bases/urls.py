from django.urls import path

from instructors.bases.views import board, materials, public, reviews, scoring

public_urlpatterns = [
    path("", public.bases, name="bases"),
    path("<int:pk>/", public.base, name="base"),
]
scoring_urlpatterns = [
    path("", scoring.sheets, name="sheets"),
    path("<int:pk>/", scoring.sheet, name="sheet"),
]
console_urlpatterns = [
    path("board/", board.board, name="board"),
    path("reviews/<int:pk>/assign/", reviews.assign, name="assign"),
    path("reviews/<int:pk>/decide/", reviews.decide, name="decide"),
    path("reviews/<int:pk>/sheets/<int:sheet>/take-back/", reviews.take_back, name="take_back"),
    path("reviews/<int:pk>/materials/", materials.add, name="add_material"),
    path("reviews/<int:pk>/materials/<int:material>/remove/", materials.remove, name="remove_material"),
    path("materials/<int:pk>/", materials.read, name="material"),
]
