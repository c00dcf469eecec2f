from django.urls import path

from exams.marking.views import arbitration, desk

app_name = "marking"
urlpatterns = [
    path("", desk.tasks, name="mine"),
    path("arbitration/", arbitration.board, name="arbitration"),
    path("arbitration/<int:exam>/<str:code>/", arbitration.decide, name="decide"),
    path("<int:exam>/<int:cell>/", desk.desk, name="desk"),
    path("<int:exam>/<int:cell>/next/", desk.following, name="next"),
    path("<int:exam>/<int:cell>/scripts/<str:code>/", desk.script, name="script"),
    path("<int:exam>/<int:cell>/save/", desk.save, name="save"),
    path("<int:exam>/<int:cell>/undo/", desk.undo, name="undo"),
    path("<int:exam>/<int:cell>/flag/", desk.flag, name="flag"),
]
