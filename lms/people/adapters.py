from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts come from the personnel file alone."""

    def is_open_for_signup(self, request):
        return False

    def set_password(self, user, password):
        user.must_change_password = False
        super().set_password(user, password)


class SecondFactorAdapter(DefaultMFAAdapter):
    def get_totp_label(self, user):
        return user.get_username()
