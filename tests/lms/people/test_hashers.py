"""Passwords as they are stored: the format is Django's, the check libsodium's, what was stored before still opens."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password

from lms.people.hashers import OfficerArgon2Hasher

EQUAL = {(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)}
"""Memory in KiB and passes that OWASP's Password Storage Cheat Sheet holds for equally strong, one lane."""


class Before(Argon2PasswordHasher):
    memory_cost, time_cost, parallelism = 19_456, 2, 1


@pytest.fixture(autouse=True)
def hashers(settings):
    settings.PASSWORD_HASHERS = ["lms.people.hashers.OfficerArgon2Hasher"]


def test_no_weaker_than_owasps_least():
    kept = OfficerArgon2Hasher().decode(make_password("城管-2026!"))
    assert kept["variety"] == "argon2id"
    assert (kept["memory_cost"], kept["time_cost"]) in EQUAL
    assert kept["parallelism"] == 1


@pytest.mark.parametrize("hasher", [OfficerArgon2Hasher(), Before()])
@pytest.mark.parametrize("password", ["Chengguan-2026!", "城管执法", "x" * 1000, " "])
def test_the_right_password_and_no_other(hasher, password):
    stored = hasher.encode(password, hasher.salt())
    assert OfficerArgon2Hasher().verify(password, stored)
    assert hasher.verify(password, stored)
    for other in (password + "x", password[:-1], "", password.upper() + "."):
        assert not OfficerArgon2Hasher().verify(other, stored)


@pytest.mark.parametrize("spoilt", ["argon2", "argon2$argon2id$v=19$m=7168,t=5,p=1$", "argon2$argon2id$x"])
def test_a_spoilt_record_opens_nothing(spoilt):
    assert not OfficerArgon2Hasher().verify("Chengguan-2026!", spoilt)


def test_what_was_stored_before_is_renewed_when_it_is_used():
    stored, renewed = Before().encode("Chengguan-2026!", "saltsaltsaltsalt"), []
    assert check_password("Chengguan-2026!", stored, renewed.append)
    assert renewed == ["Chengguan-2026!"]
    assert not check_password("wrong", stored, renewed.append)
    assert not OfficerArgon2Hasher().must_update(make_password("Chengguan-2026!"))
