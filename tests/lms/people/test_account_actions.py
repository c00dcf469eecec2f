import pytest
from django.urls import reverse

from lms.people.models import User
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def security(access, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return factory.make_staff("SECURITY_ADMIN", districts["XH"])


def post(client, user, action, officer):
    client.force_login(user)
    return client.post(reverse(f"officer:{action}", args=[officer.pk]), follow=True)


def test_a_reset_shows_the_password_once_and_it_must_be_changed(client, security, officer):
    page = post(client, security, "reset_password", officer).content.decode()
    officer.user.refresh_from_db()
    shown = page.split("一次性口令：")[1].split("，")[0]
    assert officer.user.check_password(shown)
    assert officer.user.must_change_password
    assert shown not in client.get(reverse("officer:index")).content.decode()


@pytest.mark.parametrize("action", ["unlock", "reset_password", "reset_second_factor"])
def test_only_a_security_admin_of_the_unit(client, access, security, districts, officer, action):
    office = factory.make_staff("DISTRICT_OFFICE", districts["XH"])
    elsewhere = factory.make_staff("SECURITY_ADMIN", districts["PD"])
    before = User.objects.get(pk=officer.user_id).password
    assert post(client, office, action, officer).redirect_chain
    assert post(client, elsewhere, action, officer).status_code == 404
    assert User.objects.get(pk=officer.user_id).password == before
    assert post(client, security, action, officer).status_code == 200


def test_the_console_profile_leads_to_the_officers_own_page(client, security):
    client.force_login(security)
    assert client.get("/admin/account/").url == "/me/"
    assert client.post("/admin/account/change_password/").status_code == 404
