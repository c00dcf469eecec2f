from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect

_ALWAYS_OPEN = ("/accounts/", "/static/", "/healthz", "/readyz")


class StaffSecondFactorMiddleware:
    """Whoever holds a duty sets up a second factor before anything else; allauth has no such setting."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self._owes_second_factor(request):
            messages.warning(request, "您担任管理岗位，须先绑定身份验证器（第二因素）。")
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _owes_second_factor(self, request) -> bool:
        if not settings.STAFF_SECOND_FACTOR_REQUIRED or request.path.startswith(_ALWAYS_OPEN):
            return False
        user = request.user
        return user.is_authenticated and user.has_duty and not is_mfa_enabled(user)


class PasswordChangeMiddleware:
    """A password somebody else has seen opens one page: the one that changes it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        owes = request.user.is_authenticated and request.user.must_change_password
        if owes and not request.path.startswith(_ALWAYS_OPEN):
            messages.warning(request, "这是初始口令，请先修改。")
            return redirect("account_change_password")
        return self.get_response(request)
