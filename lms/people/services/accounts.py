"""What others may do to an account: first passwords, and help for whoever is locked out."""

import secrets

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from lms.audit.services import record
from lms.people import lockout
from lms.people.models import User

# Without the letters and digits that are misread on paper.
_UPPER, _LOWER, _DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789"


def enroll_second_factor(user: User, secret: str) -> None:
    """Bind an authenticator whose secret is already known, with recovery codes, as the activation page would."""
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def one_time_password() -> str:
    """Fifteen characters in three groups, of three classes: it has to be read out and typed on a phone."""
    groups = ["".join(secrets.choice(alphabet) for _ in range(5)) for alphabet in (_UPPER, _LOWER, _DIGITS)]
    return "-".join(groups)


@transaction.atomic
def issue_password(user: User, *, actor) -> str:
    """Give a one-time password, to be changed at the first sign-in; whoever was signed in is out."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record("people.issue_password", actor=actor, target=user)
    return password


@transaction.atomic
def unlock_user(user: User, *, actor: User) -> None:
    _check_may_help(actor, user)
    record("people.unlock", actor=actor, target=user)
    lockout.release(user)


@transaction.atomic
def reset_password(user: User, *, actor: User) -> str:
    _check_may_help(actor, user)
    lockout.release(user)
    return issue_password(user, actor=actor)


@transaction.atomic
def reset_second_factor(user: User, *, actor: User) -> None:
    """Forget the authenticator and its recovery codes; whoever holds a duty binds a new one next."""
    _check_may_help(actor, user)
    Authenticator.objects.filter(user=user).delete()
    record("people.reset_second_factor", actor=actor, target=user)


def _check_may_help(actor: User, user: User) -> None:
    units = actor.scope("people.unlock_user")
    unit = user.audit_unit
    if not any(scope.is_whole_city or (unit and unit.path.startswith(scope.path)) for scope in units):
        raise PermissionDenied("只有安全管理员可以处理账号。")
    if actor.pk == user.pk:
        raise ValidationError("不能处理自己的账号，请由另一位安全管理员办理。", code="oneself")
