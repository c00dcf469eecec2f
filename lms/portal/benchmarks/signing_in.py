"""A sign-in beside one bare Argon2 check."""

import time

from django.contrib.auth.hashers import get_hasher, make_password
from django.core.management.base import CommandError
from django.test import Client

from lms.portal.benchmarks.measuring import Figures, timed
from lms.portal.demo.accounts import PASSWORD


def login(figures: Figures, officer) -> None:
    encoded, hasher = make_password(PASSWORD), get_hasher()
    best = timed(lambda: hasher.verify(PASSWORD, encoded), 10, time.process_time)
    figures.put("login_cpu", timed(lambda: _sign_in(officer), 10, time.process_time) * 1000, "ms", 10, best * 1000)


def _sign_in(officer) -> None:
    response = Client(headers={"host": "localhost"}).post(
        "/accounts/login/", {"login": officer.staff_no, "password": PASSWORD}
    )
    if response.status_code != 302:
        raise CommandError(f"{officer.staff_no} cannot sign in with the demo password.")
