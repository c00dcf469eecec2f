"""The house, and beside it on the same server the barest view that stores an answer."""

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

# What `startproject` writes down.
STANDARD = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class BareHandler(WSGIHandler):
    def get_response(self, request):
        request.urlconf = "lms.portal.benchmarks.exam.bare"
        return super().get_response(request)


house = get_wsgi_application()
with override_settings(MIDDLEWARE=STANDARD):
    bare = BareHandler()


def application(environ, start_response):
    serve = bare if environ["PATH_INFO"].startswith("/bare/") else house
    return serve(environ, start_response)
