"""Studios: who sets one up, who belongs, what it may show, and that two reviewers stay blind."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from instructors.studios.models import InstructorStudio, StudioMember
from instructors.studios.services.reviews import open_review, score_review, sheet_of
from instructors.studios.services.studios import add_member, approve_studio, end_member
from instructors.studios.services.work import add_output, add_plan_item, finish_plan_item
from lms.people.access import Role
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.mentorship.factory import make_mentorship
from tests.instructors.studios.factory import make_member, make_output, make_plan_item, make_review, make_studio

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
CANARY = "评语CANARY"


def code_of(service, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        service(*args, **kwargs)
    return refusal.value.error_list[0].code


def scored(review, reviewer, points=10):
    keys = [item.key for item in sheet_of(review).items]
    return score_review(review, dict.fromkeys(keys, points), {}, actor=reviewer, comment=CANARY)


def test_two_persons_set_it_up(districts):
    studio = make_studio(districts["PD"], state="PROPOSED")
    assert code_of(approve_studio, studio, actor=studio.made_by) == "same_person"
    assert code_of(add_plan_item, studio, actor=studio.made_by, year=2026) == "not_running"
    assert approve_studio(studio, actor=factory.make_user()).state == "ACTIVE"
    former = make_instructor(districts["PD"], level="DISTRICT", until_on=timezone.localdate() - timedelta(days=1))
    other = make_studio(districts["PD"], state="PROPOSED", lead=former)
    assert code_of(approve_studio, other, actor=factory.make_user()) == "not_appointed"


def test_members_by_day(districts):
    studio, today, actor = make_studio(districts["PD"]), timezone.localdate(), factory.make_user()
    one = make_instructor(districts["PD"], level="DISTRICT")
    assert code_of(add_member, studio, actor=actor, instructor=studio.lead, from_on=today) == "is_lead"
    member = add_member(studio, actor=actor, instructor=one, from_on=today - timedelta(days=10))
    with pytest.raises(ValidationError):
        add_member(studio, actor=actor, instructor=one, from_on=today)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_member(studio, instructor=one, from_on=today)
    end_member(member, actor=actor, until_on=today - timedelta(days=1))
    assert code_of(end_member, member, actor=actor, until_on=today) == "already_ended"
    add_member(studio, actor=actor, instructor=one, from_on=today)
    assert [StudioMember.objects.active_on(today + timedelta(days=d)).count() for d in (-11, -10, -1, 0, 1)] == [
        0,
        1,
        1,
        1,
        1,
    ]


def test_plan_items_are_done_once_and_in_their_year(districts):
    studio, actor = make_studio(districts["PD"]), factory.make_user()
    fields = {"year": 2026, "title": "示范课", "kind": "COURSE", "target": 1}
    assert code_of(add_plan_item, studio, actor=actor, due_on=date(2027, 1, 1), **fields) == "other_year"
    item = add_plan_item(studio, actor=actor, due_on=date(2026, 12, 31), **fields)
    done = {"done_on": date(2026, 6, 1), "done_note": "上线"}
    finish_plan_item(item, actor=actor, **done)
    assert code_of(finish_plan_item, item, actor=actor, **done) == "already_done"


def test_outputs_link_to_what_they_are(districts):
    studio, actor, today = make_studio(districts["PD"]), factory.make_user(), timezone.localdate()
    taught = {"kind": "APPRENTICE", "title": "带教", "on": today, "actor": actor}
    assert code_of(add_output, studio, **taught) == "no_mentorship"
    running = make_mentorship(districts["PD-01"], mentor=studio.lead.officer, state="ACTIVE")
    assert code_of(add_output, studio, mentorship=running, **taught) == "not_completed"
    foreign = make_mentorship(districts["PD-01"], state="COMPLETED")
    assert code_of(add_output, studio, mentorship=foreign, **taught) == "other_mentor"
    own = make_mentorship(districts["PD-01"], mentor=studio.lead.officer, state="COMPLETED")
    with pytest.raises(ValidationError):
        add_output(studio, mentorship=own, is_public=True, **taught)
    add_output(studio, mentorship=own, **taught)
    with pytest.raises(ValidationError):
        add_output(studio, mentorship=own, **taught)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_output(studio, kind="CASE", mentorship=own)


def test_nobody_scores_his_own_studio_or_a_third_time(districts):
    studio = make_studio(districts["PD"])
    member = make_member(studio, until_on=timezone.localdate() - timedelta(days=1))
    review = open_review(studio, actor=factory.make_user(), year=timezone.localdate().year)
    assert code_of(open_review, studio, actor=factory.make_user(), year=review.year - 1) == "undecided"
    for concerned in (studio.lead.officer.user, member.instructor.officer.user):
        assert code_of(scored, review, concerned) == "own_studio"
    first, second = factory.make_user(), factory.make_user()
    assert code_of(scored, review, first, 99) == "out_of_range"
    scored(review, first)
    assert code_of(scored, review, first) == "already_scored"
    scored(review, second)
    assert code_of(scored, review, factory.make_user()) == "enough_reviewers"


def test_a_reviewer_sees_no_other_sheet_before_all_are_in(client, access, settings, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    review = make_review(make_studio(districts["PD"]))
    first, second = (factory.make_staff(Role.BASE_REVIEWER, city, name=f"评审人{n}CANARY") for n in "甲乙")
    scored(review, first)
    client.force_login(second)
    pages = [reverse("studioreview:inspect", args=[review.pk]), reverse("studios_console:score", args=[review.pk])]
    for page in [*pages, reverse("studioreview:index")]:
        content = client.get(page).content.decode()
        assert CANARY not in content
        assert "评审人甲CANARY" not in content
    client.force_login(first)
    assert CANARY in client.get(pages[0]).content.decode()
    scored(review, second)
    assert "评审人乙CANARY" in client.get(pages[0]).content.decode()


def test_scoring_is_for_reviewers_and_never_for_members(client, access, settings, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    studio = make_studio(districts["PD"])
    url = reverse("studios_console:score", args=[make_review(studio).pk])
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert is_refused(client.get(url))
    factory.grant(studio.lead.officer.user, Role.BASE_REVIEWER, city)
    client.force_login(studio.lead.officer.user)
    assert is_refused(client.get(url))
    client.force_login(factory.make_staff(Role.BASE_REVIEWER, districts["XH"]))
    assert client.get(url).status_code == 404


def test_everybody_sees_running_studios_only(client, districts):
    shown, proposed, over = (make_studio(districts["PD"], state=state) for state in ("ACTIVE", "PROPOSED", "DISSOLVED"))
    member = make_member(shown)
    make_output(shown, title="公开案例", is_public=True)
    make_output(shown, title="未脱密案例")
    page = client.get(reverse("studios:one", args=[shown.pk]))
    content = page.content.decode()
    assert shown.lead.name in content
    assert member.instructor.name not in content
    assert "公开案例" in content
    assert "未脱密案例" not in content
    for hidden in (proposed, over):
        assert client.get(reverse("studios:one", args=[hidden.pk])).status_code == 404
    assert list(client.get(reverse("studios:all")).context["studios"]) == [shown]


def test_pages_cost_the_same_with_more_rows(client, access, settings, city, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(factory.make_staff(Role.CITY_OFFICE, city))
    studio = make_studio(districts["PD"])
    pages = [reverse("studios:all"), reverse("studios:one", args=[studio.pk]), reverse("studios_console:board"),
             reverse("instructorstudio:inspect", args=[studio.pk])]  # fmt: skip
    make_member(studio), make_plan_item(studio), make_output(studio, is_public=True)
    few = [queries(client, page) for page in [*pages, *pages]][len(pages) :]
    for _ in range(10):
        make_studio(districts["XH"])
        make_member(studio), make_plan_item(studio), make_output(studio, is_public=True)
    assert [queries(client, page) for page in pages] == few
    assert InstructorStudio.objects.running().count() == 11


def is_refused(answer) -> bool:
    """The console answers a missing permission by leading back to its first page."""
    return answer.status_code == 403 or (answer.status_code == 302 and answer.url == reverse("wagtailadmin_home"))


def queries(client, url) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)
