from django.urls import path

from exams.licences.views import applying, boards, cards, levels, officer, results, sending

officer_urlpatterns = [
    path("", officer.mine, name="mine"),
    path("apply/", officer.apply_own, name="apply"),
    path("applications/<int:pk>/withdraw/", officer.withdraw_own, name="withdraw"),
    path("lost/", officer.lost, name="lost"),
    path("card.pdf", cards.own, name="card"),
]
office_urlpatterns = [
    path("apply/", applying.apply_for, name="apply"),
    path("review/", boards.review, name="review"),
    path("approve/", boards.approve, name="approve"),
]
files_urlpatterns = [
    path("send/", sending.send, name="send"),
    path("send/<int:pk>/package.zip", sending.package, name="package"),
    path("results/", results.upload, name="upload"),
    path("results/<str:token>/", results.preview, name="preview"),
    path("results/<str:token>/cancel/", results.cancel, name="cancel"),
    path("results/<str:token>/differences.xlsx", results.differences, name="differences"),
    path("results/<int:pk>/original", results.original, name="original"),
    path("levels.xlsx", levels.export, name="levels"),
    path("cards/<int:pk>.pdf", cards.of_certificate, name="card"),
]
