from django.urls import path

from exams.results.views import appeals, deciding, proposing, results

app_name = "results"
urlpatterns = [
    path("", results.mine, name="mine"),
    path("<int:pk>/", results.result, name="result"),
    path("<int:pk>/appeal/<str:kind>/", appeals.file, name="file"),
    path("appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("appeals/<int:pk>/withdraw/", appeals.take_back, name="withdraw"),
]
office_urlpatterns = [
    path("exams/<int:pk>/release/", proposing.propose, name="propose"),
    path("incidents/<int:pk>/clear/", proposing.clear, name="clear"),
    path("appeals/<int:pk>/decide/", deciding.decide, name="decide"),
]
