"""An editor submits, the lawyers and the office approve, the version freezes, officers see it."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Workflow, WorkflowPage
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from courses.catalogue.models import Course, CourseVersion, ItemCode
from courses.learning.services.reading import begin_course
from lms.people.access import Role
from lms.people.models import User
from tests import factory
from tests.courses.shelf import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(access, city):
    call_command("set_up_workflow", verbosity=0)
    return {role: factory.make_staff(role, city) for role in (Role.COURSE_EDITOR, Role.CITY_OFFICE, Role.LEGAL_OFFICE)}


@pytest.fixture
def course(staff):
    return make_course(title="旧名", minutes=(15,))


def form_of(course, questions=(), **fields) -> dict:
    lesson = course.lessons.first()
    lessons = [
        {
            "id": lesson.pk, "title": lesson.title, "kind": "TEXT", "minutes": "15", "courseware": "",
            "body": rich_text("<p>正文</p>"), "questions": inline_formset(list(questions)), "ORDER": "1", "DELETE": "",
        }
    ]  # fmt: skip
    about = {
        "title": course.title, "slug": course.slug, "summary": course.summary, "code": course.code, "module": "",
        "level": course.level, "layer": course.layer, "category": course.category, "items": "",
        "search_description": "", "seo_title": "", "lessons": inline_formset(lessons, initial=1),
        "comments": inline_formset([]),
    }  # fmt: skip
    return nested_form_data(about | fields)


def edit(client, user, course, **fields):
    client.force_login(user)
    return client.post(
        reverse("wagtailadmin_pages:edit", args=[course.pk]), fields.pop("data", None) or form_of(course, **fields)
    )


def act(client, user, course, action):
    client.force_login(User.objects.get(pk=user.pk))
    task = Course.objects.get(pk=course.pk).current_workflow_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[course.pk, action, task.pk])
    return client.post(url, {"comment": ""})


def submit(client, staff, course):
    edit(client, staff[Role.COURSE_EDITOR], course, title="新名", **{"action-submit": "1"})


def test_review_in_two_steps_then_frozen(client, staff, course, officer, rules):
    under_way = begin_course(officer, course.versions.get())
    submit(client, staff, course)
    assert Course.objects.get(pk=course.pk).current_workflow_state is not None
    act(client, staff[Role.LEGAL_OFFICE], course, "approve")
    assert course.versions.count() == 1
    act(client, staff[Role.CITY_OFFICE], course, "approve")
    assert CourseVersion.objects.current().get().title == "新名"
    client.force_login(officer.user)
    assert "新名" in client.get(reverse("learning:catalogue")).content.decode()
    assert begin_course(officer, course.versions.first()).version_id == under_way.version_id


def test_an_editor_cannot_publish(client, staff, course):
    edit(client, staff[Role.COURSE_EDITOR], course, title="抢发", **{"action-publish": "1"})
    assert CourseVersion.objects.current().get().title == "旧名"


def test_an_editor_cannot_approve_his_own(client, staff, course):
    submit(client, staff, course)
    act(client, staff[Role.COURSE_EDITOR], course, "approve")
    act(client, staff[Role.CITY_OFFICE], course, "approve")
    task = Course.objects.get(pk=course.pk).current_workflow_task_state
    assert (task.task.name, course.versions.count()) == ("法制部门审核", 1)


def test_what_is_sent_back_is_not_published(client, staff, course):
    submit(client, staff, course)
    act(client, staff[Role.LEGAL_OFFICE], course, "reject")
    assert course.versions.count() == 1


def test_setting_up_again_is_harmless(staff):
    call_command("set_up_workflow", verbosity=0)
    assert [task.name for task in Workflow.objects.get(name="课程发布审核").tasks] == [
        "法制部门审核",
        "市局教育培训处审核",
    ]
    assert WorkflowPage.objects.count() == 1


def question(**fields) -> dict:
    return {
        "id": "",
        "at": "30",
        "stem": "题干",
        "options": "甲\n乙",
        "answer": "0",
        "explain": "",
        "ORDER": "1",
        "DELETE": "",
    } | fields


@pytest.mark.parametrize(
    ("fields", "is_kept"), [({}, True), ({"at": "901"}, False), ({"options": "甲"}, False), ({"answer": "3"}, False)]
)
def test_questions_are_checked_in_the_form(client, staff, course, fields, is_kept):
    answer = edit(client, staff[Role.COURSE_EDITOR], course, questions=[question(**fields)])
    assert answer.status_code == (302 if is_kept else 200)
    saved = Course.objects.get(pk=course.pk).get_latest_revision_as_object()
    assert len(saved.lessons.first().questions.all()) == (1 if is_kept else 0)


def test_items_are_named_by_code(client, staff, course):
    item = ItemCode.objects.create(code="事项-001", name="某事项")
    assert edit(client, staff[Role.COURSE_EDITOR], course, items="事项-001 事项-999").status_code == 200
    assert edit(client, staff[Role.COURSE_EDITOR], course, items="事项-001").status_code == 302
    assert list(Course.objects.get(pk=course.pk).get_latest_revision_as_object().items.all()) == [item]
    page = client.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).content.decode()
    assert ">\n事项-001</textarea>" in page


def test_the_preview_stands_in_our_own_frame(client, staff, course):
    client.force_login(staff[Role.COURSE_EDITOR])
    answer = client.get(reverse("wagtailadmin_pages:view_draft", args=[course.pk]))
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert course.preview_sizes[0]["device_width"] == 390
