from django.http import Http404
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from lms.portal import views as portal_views


def not_here(request, *args, **kwargs):
    """Doors that frameworks bring along and this house keeps shut."""
    raise Http404


to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("healthz", portal_views.healthz, name="healthz"),
    path("readyz", portal_views.readyz, name="readyz"),
    # Wagtail's own sign-in and password pages would pass by the second factor and the lock on accounts.
    path("admin/login/", to_sign_in),
    path("_util/login/", to_sign_in),
    path("admin/password_reset/", not_here),
    path("admin/password_reset/<path:rest>", not_here),
    path("accounts/signup/", not_here),
    path("accounts/", include("allauth.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("learn/", include("courses.learning.urls")),
    path("ledger/", include("lms.ledger.urls")),
    path("", include("lms.portal.urls")),
    path("", include(wagtail_urls)),
]
