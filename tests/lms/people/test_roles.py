import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from wagtail.models import GroupCollectionPermission, Page

from lms.audit.models import AuditEvent
from lms.people.access import ROLES, Role
from lms.people.models import RoleGrant, User
from lms.people.services.roles import end_grant, grant_role, group_name, propose_role
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(access, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def security(access, city):
    return factory.make_staff("SECURITY_ADMIN", city)


def again(user) -> User:
    """The user as the next request finds him."""
    return User.objects.get(pk=user.pk)


def test_a_role_takes_effect_on_the_next_request(office, security, districts):
    somebody = factory.make_user()
    proposed = propose_role(somebody, "TEAM_CLERK", districts["PD-01"], actor=office, reason="岗位调整")
    assert not again(somebody).has_perm("ledger.view_entry")
    granted = grant_role(proposed, actor=security)
    assert again(somebody).has_perm("ledger.view_entry")
    end_grant(granted, actor=security, reason="离岗")
    assert not again(somebody).has_perm("ledger.view_entry")
    assert again(somebody).scope("ledger.view_entry") == []
    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["people.propose_role", "people.grant_role", "people.end_grant"]


def test_an_office_asks_for_its_own_units_only(office, districts):
    with pytest.raises(PermissionDenied):
        propose_role(factory.make_user(), "TEAM_CLERK", districts["XH-01"], actor=office, reason="越界")


def test_only_a_security_admin_grants(office, districts):
    proposed = propose_role(factory.make_user(), "TEAM_CLERK", districts["PD-01"], actor=office, reason="岗位")
    with pytest.raises(PermissionDenied):
        grant_role(proposed, actor=factory.make_staff("CITY_OFFICE", districts["PD"]))


def test_nobody_grants_himself_or_what_he_proposed(security, city):
    for user, code in ((security, "oneself"), (factory.make_user(), "same_person")):
        proposed = propose_role(user, "AUDITOR", city, actor=security, reason="岗位")
        with pytest.raises(ValidationError) as refusal:
            grant_role(proposed, actor=security)
        assert refusal.value.code == code


def test_the_database_refuses_one_person_for_both(city):
    user, maker = factory.make_user(), factory.make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="AUDITOR", unit=city, reason="x", made_by=maker, checked_by=maker)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="AUDITOR", unit=city, reason="x", made_by=maker, checked_by=user)


def test_every_role_has_its_group(access):
    user = factory.make_user()
    assert set(ROLES) == set(Role)
    assert len({group_name(role) for role in Role}) == len(Role)
    assert not user.has_duty


def test_an_inactive_user_has_no_scope(office):
    office.is_active = False
    office.save()
    assert again(office).scope("ledger.view_entry") == []
    assert not again(office).has_perm("ledger.view_entry")


def test_page_and_collection_permissions_follow_the_role(access, city):
    office, editor, clerk = (factory.make_staff(role, city) for role in ("CITY_OFFICE", "COURSE_EDITOR", "TEAM_CLERK"))
    page = Page.get_first_root_node()
    may = [page.permissions_for_user(user) for user in (office, editor, clerk)]
    assert [tester.can_publish_subpage() for tester in may] == [True, False, False]
    assert [tester.can_add_subpage() for tester in may] == [True, True, False]
    assert GroupCollectionPermission.objects.filter(group__name=group_name("COURSE_EDITOR")).exists()
