"""What people see when something is refused or broken, in Chinese, and never a traceback."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.views import defaults

from tests.lms.people.door import sign_in


@pytest.fixture
def signed_in(client, officer):
    cache.clear()
    sign_in(client, "T-XH-0173")
    return client


def test_the_page_of_last_resort_asks_the_database_nothing(rf):
    page = defaults.server_error(rf.get("/"))
    assert page.status_code == 500
    assert "系统出错" in page.text


def test_a_bad_request_is_told_so_without_the_database(rf):
    assert "请求有误" in defaults.bad_request(rf.get("/"), ValueError()).text


@pytest.mark.django_db
def test_an_unknown_address_and_a_refused_one(signed_in, access):
    for path, status, words in (("/nosuch/", 404, "没有这一页"), ("/admin/", 403, "没有权限")):
        answer = signed_in.get(path)
        assert (answer.status_code, words in answer.text) == (status, True)


@pytest.mark.django_db
def test_a_page_open_too_long_says_so_and_gives_a_script_a_fresh_token():
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/accounts/login/", {"login": "x", "password": "y"})
    assert (answer.status_code, "页面已过期" in answer.text) == (403, True)
    answer = client.post("/accounts/login/", headers={"accept": "application/json"})
    assert answer.json()["code"] == "csrf"
    again = client.post(
        "/accounts/login/", {"login": "x", "password": "y"}, headers={"x-csrftoken": answer.json()["token"]}
    )
    assert again.status_code == 200


@pytest.mark.django_db
def test_too_many_requests_are_told_so(signed_in):
    answers = [signed_in.post("/accounts/password/change/", {}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert "操作太频繁" in answers[-1].text
