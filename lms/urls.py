from allauth.account import views as account_views
from allauth.mfa.totp import views as totp_views
from django.db import transaction
from django.http import Http404
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from courses.learning.views.media import service_worker
from exams.bank import urls as bank_urls
from exams.licences import urls as licence_urls
from exams.marking import urls as marking_urls
from exams.sittings import urls as sittings_urls
from instructors.bases import urls as base_urls
from lms.certificates import urls as certificate_urls
from lms.portal import views as portal_views


def not_here(request, *args, **kwargs):
    """Doors that frameworks bring along and this house keeps shut."""
    raise Http404


# Accounts come from the personnel file, passwords from the training office: nothing goes by e-mail.
SHUT = (
    "signup/", "inactive/", "email/", "confirm-email/<path:rest>", "confirm-email/", "password/set/",
    "password/reset/<path:rest>", "password/reset/", "login/code/<path:rest>", "login/code/",
)  # fmt: skip

to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)

urlpatterns = [
    path("healthz", portal_views.healthz, name="healthz"),
    path("readyz", portal_views.readyz, name="readyz"),
    path("sw.js", service_worker, name="service_worker"),
    # Looked up first: what thousands ask for in the same minute.
    path("answers/", include((sittings_urls.answer_urlpatterns, "answers"))),
    path("exams/results/", include("exams.results.urls")),
    path("exams/", include((sittings_urls.candidate_urlpatterns, "exams"))),
    # Wagtail's own sign-in and password pages would pass by the second factor and the lock on accounts.
    path("admin/login/", to_sign_in),
    path("_util/login/", to_sign_in),
    path("admin/password_reset/", not_here),
    path("admin/password_reset/<path:rest>", not_here),
    # Accounts and roles have services of their own; the site's history would list rows of every district.
    re_path(
        r"^admin/(users|groups|bulk/people|bulk/auth|reports/site-history|sites|redirects|forms|workflows)/", not_here
    ),
    # Names come from the personnel file, passwords from the account pages: Wagtail's profile form changes neither.
    path("admin/account/", RedirectView.as_view(pattern_name="portal:me")),
    path("admin/account/<path:rest>", not_here),
    path("admin/logout/", account_views.logout),
    *[path(f"accounts/{door}", not_here) for door in SHUT],
    # Its audit row is written in the same transaction.
    path("accounts/2fa/totp/deactivate/", transaction.atomic(totp_views.deactivate_totp)),
    path("accounts/", include("allauth.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("practice/", include((bank_urls.practice_urlpatterns, "practice"))),
    path("learn/", include("courses.learning.urls")),
    path("licences/", include((licence_urls.officer_urlpatterns, "licences"))),
    path("halls/", include((sittings_urls.hall_urlpatterns, "halls"))),
    path("marking/", include((marking_urls, "marking"))),
    path("classes/", include("courses.training.urls")),
    path("places/", include("instructors.classrooms.urls")),
    path("development/", include("courses.development.urls")),
    path("instructors/", include("instructors.pool.urls")),
    path("mentorship/", include("instructors.mentorship.urls")),
    path("studios/", include("instructors.studios.urls")),
    path("bases/", include((base_urls.public_urlpatterns, "bases"))),
    path("ledger/", include("lms.ledger.urls")),
    path("certificates/", include((certificate_urls.officer_urlpatterns, "certificates"))),
    path("verify/", include((certificate_urls.verify_urlpatterns, "verify"))),
    path("notices/", include("lms.notices.urls")),
    path("", include("lms.portal.urls")),
    path("", include(wagtail_urls)),
]
