from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils import timezone

from lms.people.access import CONSOLE

# Read by machines, without a session.
_NOBODY = ("/static/", "/healthz", "/readyz")
_ALWAYS_OPEN = ("/accounts/", *_NOBODY)
_SEEN_EVERY = timedelta(minutes=5)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MOST_NOTED = 20_000


class LastSeenMiddleware:
    """The list of devices says when each was last seen, to five minutes: allauth's own would write on every request."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.noted: dict[str, datetime] = {}

    def __call__(self, request):
        if not request.path.startswith(_NOBODY) and request.user.is_authenticated:
            key, now = request.session.session_key, timezone.now()
            if self.noted.get(key, _LONG_AGO) < now - _SEEN_EVERY:
                self._note(request, key, now)
        return self.get_response(request)

    def _note(self, request, key: str, now: datetime) -> None:
        stale = UserSession.objects.filter(session_key=key, last_seen_at__lt=now - _SEEN_EVERY)
        stale.update(last_seen_at=now, ip=get_adapter().get_client_ip(request))
        if len(self.noted) >= _MOST_NOTED:
            self.noted.clear()
        self.noted[key] = now


class PasswordChangeMiddleware:
    """A password somebody else has seen opens one page: the one that changes it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith(_ALWAYS_OPEN) and self._owes_password(request.user):
            return redirect("account_change_password")
        return self.get_response(request)

    def _owes_password(self, user) -> bool:
        return user.is_authenticated and user.must_change_password


class StaffSecondFactorMiddleware:
    """Whoever holds a duty sets up a second factor before anything else; allauth has no such setting."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self._owes_second_factor(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _owes_second_factor(self, request) -> bool:
        if not settings.STAFF_SECOND_FACTOR_REQUIRED or request.path.startswith(_ALWAYS_OPEN):
            return False
        user = request.user
        return user.is_authenticated and user.has_duty and not is_mfa_enabled(user)


class ConsoleMiddleware:
    """Wagtail sends whoever may not enter to sign in, and signing in sends him back: here he is told."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self._is_refused(request):
            raise PermissionDenied
        return self.get_response(request)

    def _is_refused(self, request) -> bool:
        if not request.path.startswith("/admin/") or request.path in ("/admin/login/", "/admin/logout/"):
            return False
        return request.user.is_authenticated and not request.user.has_perm(CONSOLE)
