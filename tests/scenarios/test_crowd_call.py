"""A crowd call of sixteen with two rejected and one claim lapsed; and a project from its proposal to a flagship course."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.models import Course
from courses.development.invariants import INVARIANTS
from courses.development.models import Claim, DevelopmentProject
from courses.development.services import calls, groups, projects
from courses.development.services.authors import credit, entries_of
from courses.development.services.reviews import assign
from courses.development.services.targets import targets
from lms.ledger.models import Entry
from lms.people.access import Role
from lms.people.models import User
from lms.portal.links import broken_links
from tests import factory
from tests.courses.development.factory import BADLY, judge, make_film, make_group, make_office, name
from tests.courses.shelf import make_course

pytestmark = pytest.mark.django_db
VIDEOS = 16


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return caught.value.code


@pytest.fixture
def districts(city):
    return [factory.make_district(city, f"D{number:02d}") for number in range(1, VIDEOS + 1)]


@pytest.fixture
def office(access, rules, city):
    return [make_office(city) for _ in range(2)]


@pytest.fixture
def judges(city):
    """Two officers of the city's own headquarters: nobody's district."""
    staff = factory.make_unit(city, "HQ", kind="HEADQUARTERS")
    return [factory.make_officer(staff) for _ in range(2)]


@pytest.fixture
def crowd(office, city):
    drafter, opener = office
    due_on = timezone.localdate() + timedelta(days=200)
    call = calls.CrowdCall(
        title="2026年视频课件众筹", unit=city, brief="十分钟以内", target=VIDEOS, per_unit=1, due_on=due_on
    )
    calls.draft_call(call, actor=drafter)
    assert refusal(calls.open_call, call, actor=drafter) == "same_person"
    return calls.open_call(call, actor=opener)


def hand_in(claim):
    return calls.submit_claim(claim, make_film(), actor=claim.made_by)


def test_sixteen_videos_by_sixteen_districts(office, judges, crowd, districts):
    decider = office[1]
    clerks = [make_office(unit) for unit in districts]
    claims = [
        calls.claim_place(crowd, unit, f"{unit.name}的选题", actor=clerk)
        for unit, clerk in zip(districts, clerks, strict=True)
    ]
    teams = {claim.pk: [factory.make_officer(claim.unit) for _ in range(3)] for claim in claims}
    assert refusal(calls.claim_place, crowd, districts[0], "又一个", actor=clerks[0]) == "unit_full"
    corps = factory.make_unit(crowd.unit, "ZD", kind="CORPS")
    assert refusal(calls.claim_place, crowd, corps, "总队的选题", actor=make_office(corps)) == "full"

    # One is not handed in by its day: the night frees its place, and the corps takes it.
    late, rest = claims[0], claims[1:]
    Claim.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    call_command("tend_development", verbosity=0)
    late.refresh_from_db()
    assert (late.state, late.made_by.deliveries.filter(notice__title__startswith="认领已失效").count()) == ("LAPSED", 1)
    assert refusal(calls.submit_claim, late, make_film(), actor=late.made_by) == "state"
    extra = calls.claim_place(crowd, corps, "总队的选题", actor=make_office(corps))
    teams[extra.pk] = [factory.make_officer(corps) for _ in range(3)]

    # Nothing is handed in without authors; two are not good enough: one comes back better, one goes for good.
    assert refusal(calls.submit_claim, rest[0], make_film(), actor=rest[0].made_by) == "no_contributors"
    for claim in [*rest, extra]:
        name(claim, *teams[claim.pk])
    for claim in rest[:2]:
        hand_in(claim)
        judge(claim, decider, judges, value=BADLY)
        assert refusal(calls.decide_claim, claim, actor=decider, verdict="PASSED") == "below_pass"
    assert refusal(calls.decide_claim, rest[0], actor=decider, verdict="REJECTED") == "no_reason"
    calls.decide_claim(rest[0], actor=decider, verdict="RETURNED", reason="依据已废止")
    calls.decide_claim(rest[1], actor=decider, verdict="REJECTED", reason="内容与要求不符")
    again = calls.claim_place(crowd, rest[1].unit, "另一个选题", actor=rest[1].made_by)
    name(again, *teams[rest[1].pk])

    finished = [rest[0], again, *rest[2:], extra]
    for claim in finished:
        hand_in(claim)
        judge(claim, decider, judges)
        calls.decide_claim(claim, actor=decider, verdict="PASSED")
    assert crowd.claims.filter(state="ACCEPTED").count() == VIDEOS
    assert [one.number for one in rest[0].submissions.all()] == [1, 2]
    assert rest[0].submissions.last().average == Decimal("90.00")
    check_credits(finished, teams | {again.pk: teams[rest[1].pk]})
    assert [one for one in INVARIANTS if one()] == []
    found, _ = targets(decider, timezone.localdate().year)
    assert [(one.actual, one.wanted) for one in found] == [(0, 6), (0, 10), (16, 16)]
    # A piece that turns out to be somebody else's: its credits go, and its place is free again.
    calls.revoke_claim(extra, actor=decider, reason="不是原创")
    assert sum(entry.credits for entry in Entry.objects.filter(officer__in=teams[extra.pk])) == 0
    assert refusal(calls.revoke_claim, extra, actor=decider, reason="又一次") == "state"
    assert crowd.claims.holding().count() == VIDEOS - 1


def check_credits(finished, teams):
    """Four credits each: 60 % for the lead, 20 % for each of the other two; nothing for what was not taken."""
    expected = {}
    for claim in finished:
        for officer, amount in zip(teams[claim.pk], ("2.4", "0.8", "0.8"), strict=True):
            expected[officer.pk] = Decimal(amount)
    rows = Entry.objects.all()
    assert {entry.officer_id: entry.credits for entry in rows} == expected
    assert sum(expected.values()) == VIDEOS * 4
    assert [credit(claim) == list(entries_of(claim).order_by("pk")) for claim in finished] == [True] * VIDEOS
    assert rows.count() == VIDEOS * 3
    assert broken_links(list(rows)) == []


@pytest.fixture
def editor(city):
    return factory.make_staff(Role.COURSE_EDITOR, city)


def act(client, user, course, action):
    client.force_login(User.objects.get(pk=user.pk))
    task = Course.objects.get(pk=course.pk).current_workflow_task_state
    client.post(reverse("wagtailadmin_pages:workflow_action", args=[course.pk, action, task.pk]), {"comment": ""})


def test_a_project_from_proposal_to_flagship(client, settings, office, judges, city, editor):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    call_command("set_up_workflow", verbosity=0)
    decider, other = office
    lawyer = factory.make_staff(Role.LEGAL_OFFICE, city)
    group = make_group(city, members=3)
    project = DevelopmentProject(
        title="行政处罚法精讲", group=group, aim="十节课", due_on=timezone.localdate() + timedelta(days=90)
    )
    projects.propose_project(project, actor=editor)
    assert refusal(projects.submit_project, project, actor=editor) == "stage"
    projects.approve_project(project, actor=decider)
    step = groups.add_milestone(project, actor=group.lead.user, title="脚本", due_on=project.due_on)
    groups.finish_milestone(step, actor=group.lead.user)
    assert refusal(projects.submit_project, project, actor=editor) == "no_course"

    course = make_course(title="行政处罚法精讲", minutes=(15,))
    project.course = course
    projects.change_project(project, actor=editor)
    authors = [row.officer for row in group.members.all()]
    name(project, *authors)
    course.summary = "送审稿"
    course.save_revision(user=editor)
    projects.submit_project(project, actor=editor)
    judge(project, decider, judges, value="28")
    assert refusal(projects.publish_project, project, actor=decider) == "stage"
    projects.decide_project(project, actor=decider, verdict="PASSED")
    act(client, lawyer, course, "approve")
    act(client, decider, course, "approve")
    assert Course.objects.get(pk=course.pk).summary == "送审稿"

    projects.publish_project(project, actor=decider)
    project.refresh_from_db()
    assert (project.stage, project.version.number, project.is_adopted) == ("PUBLISHED", 2, True)
    assert sorted(entry.credits for entry in entries_of(project)) == [Decimal("0.8"), Decimal("0.8"), Decimal("2.4")]
    assert refusal(projects.grant_flagship, project, actor=other) == "not_proposed"
    flagship = projects.propose_flagship(project, actor=decider, reason="平均93.33分")
    assert (flagship.average, flagship.scored) == (Decimal("93.33"), 2)
    assert refusal(projects.grant_flagship, project, actor=decider) == "same_person"
    projects.grant_flagship(project, actor=other)
    assert Course.objects.get(pk=course.pk).is_flagship
    client.force_login(authors[0].user)
    assert "精品" in client.get(reverse("learning:catalogue")).content.decode()
    # A later edition takes nothing of the mark away; what was decided on stays pinned.
    course = Course.objects.get(pk=course.pk)
    course.summary = "修订"
    course.save_revision().publish()
    assert Course.objects.get(pk=course.pk).is_flagship
    project.refresh_from_db()
    assert project.version.number == 2


def test_what_is_published_must_be_what_was_judged(office, judges, city, editor):
    decider = office[0]
    course = make_course(minutes=(15,))
    project = DevelopmentProject(title="课", group=make_group(city), aim="目标", due_on=timezone.localdate())
    projects.propose_project(project, actor=editor)
    projects.approve_project(project, actor=decider)
    project.course = course
    projects.change_project(project, actor=editor)
    name(project, project.group.lead)
    projects.submit_project(project, actor=editor)
    colleague = project.group.members.exclude(officer=project.group.lead).get().officer
    assert refusal(assign, project, [colleague.user], actor=decider) == "author"
    judge(project, decider, judges)
    projects.decide_project(project, actor=decider, verdict="PASSED")
    course.title = "改过的"
    course.save_revision().publish()
    assert refusal(projects.publish_project, project, actor=decider) == "other_revision"
    assert DevelopmentProject.objects.get().stage == "ACCEPTED"
    projects.reopen_project(project, actor=decider, reason="法制审核改了标题")
    projects.submit_project(project, actor=editor)
    assert project.submissions.count() == 2
