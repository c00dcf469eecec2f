"""What a named base is on a day, and what happens to its venue and its plaque."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Attendance
from instructors.bases.entitlement import key_of
from instructors.bases.models import BaseReview, PracticeBase
from instructors.bases.services.decisions import approve_decision, propose_decision, propose_removal, withdraw_decision
from instructors.bases.services.naming import refresh
from instructors.bases.services.upkeep import tend_bases
from instructors.bases.standing import Facts, standing
from instructors.bases.usage import use_of
from instructors.venues.models import Venue
from lms.certificates.models import Certificate
from lms.certificates.services.issuing import issue
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_session
from tests.instructors.bases.factory import make_base, make_plaque_design, make_review, make_sheet

pytestmark = pytest.mark.django_db
NAMED, DUE = date(2026, 3, 2), date(2029, 3, 2)
ON = [NAMED, NAMED + timedelta(days=59), NAMED + timedelta(days=60), DUE, DUE + timedelta(days=1)]


@pytest.fixture
def two(access, rules, city, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return [factory.make_staff(Role.CITY_OFFICE, city) for _ in range(2)]


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        (Facts(NAMED, DUE, has_course=True), "AAAAO"),
        (Facts(NAMED, DUE, has_course=False), "AAIIO"),
        (Facts(NAMED, DUE, has_course=True, rectify_until=NAMED + timedelta(days=59)), "AAOOO"),
        (Facts(NAMED, DUE, has_course=True, is_removed=True), "RRRRR"),
    ],
)
def test_what_it_is_on_each_day(facts, states):
    assert "".join(standing(facts, day, 60)[0] for day in ON) == states


def test_every_state_is_the_venues(two, districts):
    """Active and bookable are one thing, whichever way it is asked."""
    today = timezone.localdate()
    for number, (named, due) in enumerate(((10, 900), (70, 900), (2000, -1), (5, 1))):
        base = make_base(
            districts[f"PD-0{number % 2 + 1}"], named_on=today - timedelta(days=named),
            review_due_on=today + timedelta(days=due),
        )  # fmt: skip
        refresh(base, today)
    for base in PracticeBase.objects.select_related("venue"):
        is_active = base.state == "ACTIVE"
        assert base.venue.is_open == is_active
        assert PracticeBase.objects.bookable().filter(pk=base.pk).exists() == is_active
        assert Venue.objects.open().filter(practice_base=base).exists() == is_active


def test_no_hand_opens_what_is_closed(two, districts):
    base = make_base(districts["PD-01"], named_on=timezone.localdate() - timedelta(days=99))
    refresh(base, timezone.localdate())
    Venue.objects.filter(pk=base.venue_id).update(is_open=True)
    assert not Venue.objects.get(pk=base.venue_id).is_open


def test_two_persons_name_and_withdraw(two, districts, design):
    make_plaque_design()
    review = make_review(districts["PD-01"], state="SCORED")
    for total in (84, 86):
        make_sheet(review, total)
    with pytest.raises(ValidationError) as refused:
        propose_decision(review, actor=two[0], outcome="REFUSE", reason="不喜欢")
    assert refused.value.code == "score_says_no"
    decision = propose_decision(review, actor=two[0], outcome="NAME")
    with pytest.raises(ValidationError) as refused:
        approve_decision(decision, actor=two[0])
    assert refused.value.code == "same_person"
    with pytest.raises(PermissionDenied):
        approve_decision(decision, actor=factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    withdraw_decision(decision, actor=two[0])
    approve_decision(propose_decision(review, actor=two[0], outcome="NAME"), actor=two[1])
    base = PracticeBase.objects.get()
    assert (base.naming, base.venue.kind, base.venue.is_open) == (review, "PRACTICE_BASE", True)
    plaque = Certificate.objects.standing_for(key_of(base))
    assert (plaque.officer, plaque.holder, plaque.unit) == (None, str(base), base.unit)
    assert plaque.document.content


def test_no_plaque_design_no_naming(two, districts):
    review = make_review(districts["PD-01"], state="SCORED")
    for total in (84, 86):
        make_sheet(review, total)
    with pytest.raises(ValidationError) as refused:
        approve_decision(propose_decision(review, actor=two[0], outcome="NAME"), actor=two[1])
    assert refused.value.code == "no_design"
    review.refresh_from_db()
    assert review.state == "SCORED"
    assert not Venue.objects.exists()


def test_removal_closes_revokes_and_tells_nobody_wrong(two, districts, design, client):
    make_plaque_design()
    base = make_base(districts["PD-01"])
    plaque = issue(key_of(base), actor=two[0])
    open_ = make_review(districts["PD-01"], base=base)
    client.force_login(two[0])
    assert client.get(reverse("bases:base", args=[base.pk])).status_code == 200
    answer = client.post(reverse("practicebase:remove", args=[base.pk]), {"reason": "场地收回"})
    assert answer.status_code == 302
    base.refresh_from_db()
    assert base.state == "ACTIVE"  # until the second has agreed
    approve_decision(base.decisions.get(), actor=two[1])
    base.refresh_from_db()
    open_.refresh_from_db()
    plaque.refresh_from_db()
    assert (base.state, base.removal_reason, open_.state, plaque.state) == ("REMOVED", "场地收回", "REMOVED", "REVOKED")
    assert not Venue.objects.get(pk=base.venue_id).is_open
    assert client.get(reverse("bases:base", args=[base.pk])).status_code == 404
    with pytest.raises(ValidationError) as refused:
        propose_removal(base, actor=two[0], reason="再次")
    assert refused.value.code == "removed"


def test_a_plaque_is_verified_by_its_whole_name(two, districts, design, client):
    make_plaque_design()
    base = make_base(districts["PD-01"])
    plaque = issue(key_of(base), actor=two[0])
    page = client.get(plaque.get_verify_url()).content.decode()
    assert str(base) in page
    assert "学时" not in page
    page = client.post(reverse("verify:form"), {"number": plaque.number, "name": str(base)}).content.decode()
    assert "证书有效" in page
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"]))
    assert client.get(reverse("certificates:certificate", args=[plaque.pk])).status_code == 404
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert client.get(reverse("certificates:certificate", args=[plaque.pk])).status_code == 200
    assert client.get(reverse("certificate:index"), {"unit": districts["PD"].pk}).context["object_list"][0] == plaque


def test_use_is_what_was_held_and_who_came(two, districts):
    base = make_base(districts["PD-01"])
    row = make_class(districts["PD-01"], state="READY")
    session = make_session(row, venue=base.venue)
    make_session(row, day=date(2026, 3, 3), venue=base.venue, is_cancelled=True)
    for state in ("PRESENT", "LATE", "ABSENT"):
        enrollment = make_enrollment(row, factory.make_officer(districts["PD-01"]))
        Attendance.objects.create(
            session=session, enrollment=enrollment, state=state, method="CODE", signed_at=session.during.lower,
            by=factory.make_user(),
        )  # fmt: skip
    use = use_of([base.venue_id], date(2026, 1, 1), date(2026, 12, 31))[base.venue_id]
    assert (use.sessions, use.attendances, use.hours) == (1, 2, 3.5)
    assert use_of([base.venue_id], date(2026, 4, 1), date(2026, 12, 31))[base.venue_id].sessions == 0


def test_reminders_are_told_once(two, districts):
    keeper = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    today = timezone.localdate()
    make_base(districts["PD-01"], named_on=today - timedelta(days=30))
    make_review(districts["PD-01"], state="RECTIFYING", due_on=today + timedelta(days=7))
    late = make_review(districts["PD-01"], state="RECTIFYING", due_on=today - timedelta(days=1))
    for _ in range(2):
        tend_bases(today)
    titles = list(Delivery.objects.filter(user=keeper).values_list("notice__title", flat=True))
    assert sorted(title.partition("：")[0] for title in titles) == ["整改还有7天", "整改逾期", "请发布精品实践课程"]
    assert BaseReview.objects.get(pk=late.pk).state == "RECTIFYING"  # people decide


def test_overdue_rectification_of_a_re_review_closes_the_base(two, districts):
    today = timezone.localdate()
    base = make_base(districts["PD-01"])
    make_review(districts["PD-01"], base=base, state="RECTIFYING", due_on=today - timedelta(days=1))
    tend_bases(today)
    base.refresh_from_db()
    assert base.state == "OVERDUE"
