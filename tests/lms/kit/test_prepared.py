import pytest
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Value
from django.utils import timezone

from lms.kit.prepared import Prepared, execute
from lms.people.models import Officer, RoleGrant, User

pytestmark = pytest.mark.django_db


def by_account(user: int):
    return Officer.objects.filter(user=user).select_related("unit", "user")


def test_rows_are_those_of_the_queryset(officer, django_assert_num_queries):
    (plain,) = by_account(officer.user_id)
    prepared = Prepared(by_account)
    with django_assert_num_queries(1):
        (found,) = prepared(officer.user_id)
        assert (found, found.unit, found.user) == (plain, plain.unit, plain.user)
    assert found.__dict__.keys() == plain.__dict__.keys()
    assert all(
        getattr(found, field.attname) == getattr(plain, field.attname) for field in Officer._meta.concrete_fields
    )
    assert prepared(officer.user_id + 1) == []


def test_annotations_and_tuples(officer):
    def on_duty(user: int):
        return User.objects.annotate(is_on_duty=Exists(RoleGrant.objects.filter(user=OuterRef("pk")))).filter(pk=user)

    def names(user: int):
        return User.objects.filter(pk=user).values_list("username", "first_name")

    assert Prepared(on_duty).first(officer.user_id).is_on_duty is False
    assert Prepared(names)(officer.user_id) == [(officer.user.username, officer.user.first_name)]


def test_percent_signs_and_text_stay_what_they_are(officer):
    def found(user: int):
        rows = User.objects.filter(pk=user, username__contains=officer.user.username[1:])
        return rows.annotate(said=Value("100%s"), odd=F("pk") % 2).values_list("said", "odd")

    assert Prepared(found)(officer.user_id) == [("100%s", officer.user_id % 2)]
    assert Prepared(found)(officer.user_id + 1) == []


@pytest.mark.django_db(transaction=True)
def test_a_lock_without_a_transaction_is_a_fault():
    prepared = Prepared(lambda user: User.objects.select_for_update().filter(pk=user))
    user = User.objects.create(username="locked")
    with transaction.atomic():
        assert prepared(user.pk) == [user]
    with pytest.raises(transaction.TransactionManagementError):
        prepared(user.pk)


def test_a_key_that_gets_lost_is_a_fault():
    with pytest.raises(AssertionError):
        Prepared(lambda user: User.objects.all())(1)


def test_a_day_of_the_first_call_is_a_fault():
    with pytest.raises(AssertionError):
        Prepared(lambda user: User.objects.filter(pk=user, last_login__lt=timezone.now()))(1)


def test_statements_are_prepared(officer):
    prepared = Prepared(by_account)
    prepared(officer.user_id)
    found = execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE $1::text", ["%people_officer%"])
    assert found[0][0] >= 1
