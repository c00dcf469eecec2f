from django.urls import path

from lms.certificates.views import console, officer, public

officer_urlpatterns = [
    path("", officer.certificates, name="list"),
    path("issue/", officer.issue_own, name="issue"),
    path("<int:pk>/", officer.certificate, name="certificate"),
    path("<int:pk>/pdf/", officer.pdf, name="pdf"),
]
verify_urlpatterns = [
    path("", public.verify, name="form"),
    path("<str:code>/", public.verify_code, name="code"),
]
console_urlpatterns = [
    path("", console.batch, name="batch"),
    path("designs/<str:kind>/", console.draft, name="design"),
    path("designs/<str:kind>/preview/", console.preview, name="preview"),
    path("versions/<int:pk>/sheet/", console.sheet, name="sheet"),
    path("versions/<int:pk>/pdf/", console.sample_pdf, name="sample"),
]
