from django.urls import path

from instructors.pool.views import officer, overview

app_name = "pool"
urlpatterns = [
    path("rounds/", officer.rounds, name="rounds"),
    path("rounds/<int:pk>/", officer.nominate_self, name="nominate"),
    path("nominations/<int:pk>/withdraw/", officer.withdraw_self, name="withdraw"),
    path("trials/", officer.trials, name="trials"),
    path("trials/<int:pk>/", officer.trial, name="trial"),
]

# The console's overview; mounted in wagtail_hooks.
console_urlpatterns = [
    path("", overview.overview, name="overview"),
    path("export/", overview.export, name="export"),
]
