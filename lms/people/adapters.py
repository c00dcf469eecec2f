"""allauth's hooks. What is logged here is logged in the transaction of the deed: no row, no deed."""

import structlog
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.utils import filter_users_by_username
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone

from lms.audit.services import record
from lms.people import lockout

log = structlog.get_logger()
_NOTICES = {
    "mfa/email/totp_deactivated": "people.unbind_second_factor",
    "mfa/email/recovery_codes_generated": "people.new_recovery_codes",
}


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts come from the personnel file alone; every way in and out is logged."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "enter_current_password": "现用口令不对。",
        "incorrect_password": "口令不对。",
        "same_as_current": "新口令不能与现用口令相同。",
        "rate_limited": "操作太频繁，请稍后再试。",
    }

    def is_open_for_signup(self, request):
        return False

    def is_reauthentication_required(self, *, app, **kwargs):
        """Whoever typed his password a moment ago is not asked for it again."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        records = get_authentication_records(self.request, self.request.user)
        age = timezone.now().timestamp() - records[-1]["at"] if records else None
        return required and (age is None or age > app_settings.REAUTHENTICATION_TIMEOUT)

    def login(self, request, user):
        with transaction.atomic():
            super().login(request, user)
            record("people.sign_in", actor=user, target=user, address=self.get_client_ip(request))

    def logout(self, request):
        with transaction.atomic():
            record("people.sign_out", actor=request.user, target=request.user)
            super().logout(request)

    def set_password(self, user, password):
        user.must_change_password = False
        with transaction.atomic():
            super().set_password(user, password)
            record("people.change_password", actor=user, target=user)

    def send_notification_mail(self, template_prefix, user, *args, **kwargs):
        """allauth would write an e-mail after these; here they are logged."""
        if action := _NOTICES.get(template_prefix):
            record(action, actor=user, target=user)

    def get_password_change_redirect_url(self, request):
        return settings.LOGIN_REDIRECT_URL

    def respond_user_inactive(self, request, user):
        messages.error(request, "该账号已停用，请联系本单位训练员。")
        return redirect("account_login")

    def pre_authenticate(self, request, **credentials):
        self._key = self._get_login_attempts_cache_key(request, **credentials)
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request, **credentials):
        user = filter_users_by_username(credentials["username"]).first()
        if not user:
            # Guesses at accounts that do not exist would grow the log without bound, and may be a mistyped password.
            log.warning("sign_in_failed_for_nobody")
            return
        with transaction.atomic():
            record("people.sign_in_failed", actor=user, target=user, address=self.get_client_ip(request))
            if not lockout.attempts_left(self._key):
                record("people.lock_out", actor="系统", target=user, minutes=lockout.lock_minutes())

    def validation_error(self, code, *args):
        if code == "too_many_login_attempts":
            return ValidationError(self._locked(), code=code)
        if code == "username_password_mismatch":
            return ValidationError(f"编号或口令不对。{self._next_failure()}", code=code)
        return super().validation_error(code, *args)

    def _get_login_attempts_cache_key(self, request, **credentials):
        # allauth's own key names the host, so that an unlocking would have to guess it.
        return lockout.sign_in_key(credentials["username"])

    def _next_failure(self) -> str:
        left = lockout.attempts_left(self._key)
        return f"再错{left}次将锁定{lockout.lock_minutes()}分钟。" if left else self._locked()

    def _locked(self) -> str:
        key = getattr(self, "_key", None)
        minutes = (key and lockout.minutes_locked(key)) or lockout.lock_minutes()
        return f"错误次数过多，该账号已锁定，{minutes}分钟后可再登录。急需使用，请联系安全管理员解除锁定。"


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "验证码不对，请输入身份验证器当前显示的6位数字。"
    }

    def get_totp_label(self, user):
        return user.get_username()


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions):
        with transaction.atomic():
            super().end_sessions(sessions)
            for session in sessions:
                record("people.end_session", actor=session.user, target=session.user, address=session.ip)
