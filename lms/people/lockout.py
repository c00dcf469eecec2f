"""The brake on guessing: how often an account has just failed, and for how long it stays locked.

allauth keeps the instants of failure in the cache; this reads and clears what it wrote.
"""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache

_WHAT = {"app": "allauth.account", "action": "login_failed"}


def sign_in_key(username: str) -> str:
    return f"sign-in:{username.strip().lower()}"


def code_key(user) -> str:
    """The key under which allauth counts wrong codes of the second factor."""
    return f"mfa-auth-user-{user.pk}"


def attempts_left(key: str) -> int:
    rate = _rate()
    return max(rate.amount - len(_failures(key, rate)), 0)


def minutes_locked(key: str) -> int:
    """Whole minutes until the next attempt is heard, 0 while the account is not locked."""
    rate = _rate()
    failures = _failures(key, rate)
    if len(failures) < rate.amount:
        return 0
    return math.ceil((failures[-1] + rate.duration - time.time()) / 60)


def lock_minutes() -> int:
    return round(_rate().duration / 60)


def release(user) -> None:
    for key in (sign_in_key(user.username), code_key(user)):
        ratelimit.clear(None, key=key, **_WHAT)


def _rate():
    (rate,) = ratelimit.get_rates(**_WHAT)
    return rate


def _failures(key: str, rate) -> list[float]:
    instants = cache.get(ratelimit.get_cache_key(None, rate=rate, key=key, **_WHAT), [])
    return [instant for instant in instants if instant > time.time() - rate.duration]
