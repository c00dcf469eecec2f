from django.urls import path

from exams.papers.views import papers

console_urlpatterns = [
    path("<int:pk>/", papers.read, name="read"),
    path("<int:pk>/<str:name>", papers.sheet, name="sheet"),
]
