from dataclasses import replace

from csp.middleware import CSPMiddleware
from django.conf import settings
from django_structlog.middlewares import RequestMiddleware

CONSOLE = "/admin/"


class ContentPolicyMiddleware(CSPMiddleware):
    """One policy for our own pages, a wider one for Wagtail's console; neither allows eval or another host."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(CONSOLE) and not report_only:
            return replace(parts, config=parts.config or settings.CONSOLE_CONTENT_SECURITY_POLICY)
        return parts


class RequestLogMiddleware(RequestMiddleware):
    """A line for each answer. Query strings stay out: people search for names."""

    @staticmethod
    def format_request(request):
        return f"{request.method} {request.path}"
