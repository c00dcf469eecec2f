"""教研组 from the proposal to its end, and the milestones of groups and projects."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courses.catalogue.models import Topic
from courses.development.models import CourseDevelopmentGroup, DevelopmentProject, Milestone
from courses.development.services import groups, projects
from courses.development.services.nightly import run_night
from lms.people.access import Role
from tests import factory
from tests.courses.development.factory import make_group, make_office, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rights(settings, access, rules):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def offices(districts):
    return [make_office(districts["PD"]) for _ in range(2)]


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return caught.value.code


def form_of(unit, lead, members, **fields):
    today, topic = timezone.localdate(), Topic.objects.get_or_create(code="d", defaults={"name": "专题"})[0]
    return {
        "name": "市容组", "unit": unit.pk, "lead_number": lead.staff_no, "members": "，".join(one.staff_no for one in members),
        "topics": [topic.pk], "task": "开发课程", "from_on": today, "until_on": today + timedelta(days=400), **fields,
    }  # fmt: skip


def test_proposed_approved_reviewed_dissolved(client, offices, districts):
    maker, checker = offices
    people = [factory.make_officer(districts["PD-01"]) for _ in range(3)]
    client.force_login(maker)
    client.post(reverse("coursedevelopmentgroup:add"), form_of(districts["PD"], people[0], people[1:]))
    group = CourseDevelopmentGroup.objects.get()
    assert (group.state, group.lead, group.members.count()) == ("PROPOSED", people[0], 3)
    assert refusal(projects.propose_project, _project(group), actor=maker) == "not_at_work"
    assert refusal(groups.approve_group, group, actor=maker) == "same_person"
    client.force_login(checker)
    client.post(reverse("coursedevelopmentgroup:approve", args=[group.pk]))
    group.refresh_from_db()
    assert (group.state, group.checked_by) == ("ACTIVE", checker)
    edited = form_of(districts["PD"], people[1], [])
    client.post(reverse("coursedevelopmentgroup:edit", args=[group.pk]), edited)
    group.refresh_from_db()
    assert (group.lead, group.state, group.members.filter(until=None).count()) == (people[1], "ACTIVE", 1)
    assert group.members.exclude(until=None).count() == 2
    groups.review_group(group, actor=checker, conclusion="完成两门课程")
    project = projects.propose_project(_project(group), actor=people[1].user)
    assert refusal(groups.dissolve_group, group, actor=checker, reason="并组") == "projects"
    projects.stop_project(project, actor=checker, reason="并入其他课程")
    groups.dissolve_group(group, actor=checker, reason="并组")
    group.refresh_from_db()
    assert (group.state, group.members.filter(until=None).count()) == ("DISSOLVED", 0)
    assert refusal(groups.review_group, group, actor=checker, conclusion="再考核") == "not_at_work"


def _project(group):
    return DevelopmentProject(title="新课", group=group, aim="目标", due_on=timezone.localdate() + timedelta(days=30))


def test_unknown_numbers_are_named(client, offices, districts):
    client.force_login(offices[0])
    lead = factory.make_officer(districts["PD-01"])
    page = client.post(
        reverse("coursedevelopmentgroup:add"), form_of(districts["PD"], lead, []) | {"members": "T-NOBODY"}
    )
    assert page.context["form"].errors.as_data()["members"][0].code == "unknown_officer"
    assert not CourseDevelopmentGroup.objects.exists()


def test_another_district_decides_nothing(districts):
    group, stranger = make_group(districts["PD"], state="PROPOSED"), make_office(districts["XH"])
    assert refusal(groups.approve_group, group, actor=stranger) == "not_yours"
    project = make_project(districts["PD"])
    assert refusal(projects.approve_project, project, actor=stranger) == "not_yours"


def test_milestones_are_ticked_off_by_members_and_reminded_once(client, districts):
    group, today = make_group(districts["PD-01"]), timezone.localdate()
    member = group.members.exclude(officer=group.lead).get().officer
    row = groups.add_milestone(group, actor=member.user, title="样课", due_on=today - timedelta(days=2))
    assert [run_night().reminded, run_night().reminded] == [1, 0]
    outsider = factory.make_officer(districts["PD-01"])
    client.force_login(outsider.user)
    assert client.post(reverse("development:milestone", args=[row.pk])).status_code == 404
    client.force_login(member.user)
    client.post(reverse("development:milestone", args=[row.pk]), {"next": "//elsewhere.example/"})
    row.refresh_from_db()
    assert row.done_on == today
    assert refusal(groups.finish_milestone, row, actor=member.user) == "done"


def test_the_database_refuses(districts):
    group = make_group(districts["PD"], state="PROPOSED")
    for wrong in ({"state": "ACTIVE"}, {"until_on": group.from_on}, {"ended_on": group.from_on}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CourseDevelopmentGroup.objects.filter(pk=group.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseDevelopmentGroup.objects.filter(pk=group.pk).update(checked_by=group.made_by, state="ACTIVE")
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.create(title="无主", due_on=timezone.localdate())


def test_an_editor_writes_and_does_not_decide(client, districts):
    editor = factory.make_staff(Role.COURSE_EDITOR, districts["PD"])
    group = make_group(districts["PD"])
    client.force_login(editor)
    due = timezone.localdate() + timedelta(days=30)
    client.post(reverse("developmentproject:add"), {"title": "新课", "group": group.pk, "aim": "目标", "due_on": due})
    project = DevelopmentProject.objects.get()
    assert (project.stage, project.unit, project.made_by) == ("PROPOSED", group.unit, editor)
    client.post(reverse("developmentproject:approve", args=[project.pk]))
    project.refresh_from_db()
    assert project.stage == "PROPOSED"
