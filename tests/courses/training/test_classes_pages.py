"""The office's pages of classes: opening one, its sessions, its seats, its papers, the week."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.training.models import ClassSession, TrainingClass
from courses.training.paper import digest
from courses.training.week import Week
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.shelf import make_courseware
from tests.courses.training.factory import (
    MONDAY,
    at,
    during,
    make_class,
    make_enrollment,
    make_instructor,
    make_session,
    make_venue,
)
from tests.courses.training.test_classes import make_item

pytestmark = pytest.mark.django_db
WEEK = reverse("training_calendar:week")


@pytest.fixture
def office(settings, access, rules, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    client.force_login(user)
    return user


@pytest.fixture
def row(districts):
    return make_class(districts["PD"])


def url(name, *args) -> str:
    return reverse(f"training_classes:{name}", args=args)


def inspect(row) -> str:
    return reverse("trainingclass:inspect", args=[row.pk])


def in_form(unit, **fields) -> dict:
    return {
        "title": "新班", "unit": unit.pk, "event_type": "TRAINING", "kind": "IN_SERVICE", "layer": "UNIT",
        "category": "LAW", "stage": "", "capacity": 40, "starts_on": "2026-03-02", "ends_on": "2026-03-06", **fields,
    }  # fmt: skip


def test_an_office_opens_and_changes_a_class(office, districts, client):
    teacher = factory.make_officer(districts["PD"]).user
    client.post(reverse("trainingclass:add"), in_form(districts["PD"], teacher_no=teacher.username))
    row = TrainingClass.objects.get()
    assert (row.made_by, row.head_teacher, row.state) == (office, teacher, "DRAFT")
    client.post(reverse("trainingclass:edit", args=[row.pk]), in_form(districts["PD"], capacity=50))
    row.refresh_from_db()
    assert (row.capacity, row.head_teacher) == (50, None)


def test_a_line_of_a_plan_fills_in_what_it_says(office, districts, client):
    item = make_item(districts["PD"], seats=92, event_type="SEMINAR", title="研讨班")
    foreign = make_item(districts["XH"])
    initial = client.get(reverse("trainingclass:add"), {"plan_item": item.pk}).context["form"].initial
    assert (initial["plan_item"], initial["capacity"], initial["event_type"]) == (item, 92, "SEMINAR")
    assert (
        "plan_item" not in client.get(reverse("trainingclass:add"), {"plan_item": foreign.pk}).context["form"].initial
    )
    client.post(reverse("trainingclass:add"), in_form(districts["PD"], plan_item=item.pk))
    assert TrainingClass.objects.get().event_type == "SEMINAR"
    answer = client.post(reverse("trainingclass:add"), in_form(districts["PD"], plan_item=foreign.pk))
    assert answer.context["form"].has_error("plan_item")


def test_a_class_is_not_opened_for_others(office, city, districts, client):
    for unit in (city, districts["XH"]):
        answer = client.post(reverse("trainingclass:add"), in_form(unit))
        assert answer.context["form"].has_error("unit")
    answer = client.post(reverse("trainingclass:add"), in_form(districts["PD"], teacher_no="NOBODY"))
    assert answer.context["form"].has_error("teacher_no", "unknown_person")
    assert not TrainingClass.objects.exists()


def test_a_clerk_sees_and_changes_nothing(office, districts, client):
    row = make_class(districts["PD-01"])
    client.force_login(factory.make_staff("TEAM_CLERK", districts["PD-01"]))
    page = client.get(inspect(row))
    assert page.status_code == 200
    assert not page.context["may_change"]
    for name in ("add_session", "add_days", "share", "give_material"):
        assert client.get(url(name, row.pk)).status_code in {302, 403}
    assert client.get(WEEK).status_code == 200


@pytest.mark.parametrize("name", ["add_session", "add_days", "share", "give_material", "sign_in_sheet", "roster"])
def test_pages_of_another_district_do_not_exist(name, office, districts, client):
    assert client.get(url(name, make_class(districts["XH"]).pk)).status_code == 404


def test_sessions_of_another_district_do_not_exist(office, districts, client):
    session = make_session(make_class(districts["XH"]))
    for name in ("change_session", "cancel_session"):
        assert client.get(url(name, session.pk)).status_code == 404
        assert client.post(url(name, session.pk), {"reason": "停电"}).status_code == 404
    assert moved(client, session, at(MONDAY, "13:30")).status_code == 404


def test_a_session_from_its_form(office, row, client):
    room = make_venue(row.unit, kind="PRACTICE_BASE")
    fields = {"title": "课", "day": "2026-03-03", "begin": "13:30", "end": "17:00", "venue": room.pk}
    assert client.post(url("add_session", row.pk), fields).url == inspect(row)
    session = ClassSession.objects.get()
    assert session.during == during(MONDAY + timedelta(days=1), "13:30", "17:00")
    assert (session.rule, session.quantity) == ("R15", 1)
    again = client.post(url("add_session", row.pk), fields)
    assert again.context["form"].has_error("__all__", "venue_taken")
    client.post(url("change_session", session.pk), fields | {"title": "改", "quantity": "0.5"})
    session.refresh_from_db()
    assert (session.title, str(session.quantity)) == ("改", "0.50")
    client.post(url("cancel_session", session.pk), {"reason": "停电"})
    session.refresh_from_db()
    assert session.is_cancelled


def test_all_days_at_once(office, districts, client):
    row = make_class(districts["PD"], ends_on=MONDAY + timedelta(days=6))
    page = client.get(url("add_days", row.pk))
    fields = dict(page.context["form"].initial)
    client.post(url("add_days", row.pk), fields)
    assert row.sessions.count() == 10
    assert set(row.sessions.values_list("quantity", flat=True)) == {1}
    half = {"title": "上午课", "morning_from": "08:30", "morning_until": "08:00"}
    assert client.post(url("add_days", row.pk), half).context["form"].has_error("__all__", "backwards")


def test_seats_are_given_line_by_line(office, row, districts, client):
    page = client.get(url("share", row.pk))
    assert [form.initial.get("unit") for form in page.context["form"]][:2] == [districts["PD-01"], districts["PD-02"]]
    lines = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2}
    lines |= {"form-0-unit": districts["PD-01"].pk, "form-0-seats": 30, "form-1-unit": districts["PD-02"].pk}
    client.post(url("share", row.pk), lines | {"form-1-seats": 11})
    assert not row.quotas.exists()
    client.post(url("share", row.pk), lines | {"form-1-seats": ""})
    assert list(row.quotas.values_list("unit__code", "seats")) == [("PD-01", 30)]
    foreign = client.post(url("share", row.pk), lines | {"form-1-unit": districts["XH"].pk, "form-1-seats": 1})
    assert not foreign.context["form"].is_valid()


def test_only_the_owner_shares_seats_of_a_joint_class(office, districts, client):
    row = make_class(districts["XH"])
    row.quotas.create(unit=districts["PD"], seats=10, is_organiser=True)
    assert client.get(url("add_session", row.pk)).status_code == 200
    assert client.get(reverse("trainingclass:edit", args=[row.pk])).status_code == 200
    assert client.get(url("share", row.pk)).status_code == 404
    assert not client.get(inspect(row)).context["may_share"]


def test_materials_come_and_go(office, row, client):
    courseware = make_courseware()
    client.post(url("give_material", row.pk), {"courseware": courseware.pk})
    material = row.materials.get()
    client.post(url("remove_material", row.pk, material.pk))
    assert not row.materials.exists()


def test_state_changes_stand_on_the_class_s_page(office, districts, client):
    row = make_class(districts["PD"], state="DRAFT")
    assert [act["label"] for act in client.get(inspect(row)).context["acts"]][:1] == ["开放报名"]
    make_session(row)
    client.post(reverse("trainingclass:enrolment", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "ENROLLING"


# --- the week ------------------------------------------------------------------------------
def moved(client, session, begin, by="venue", row="", seen=None):
    body = {
        "begin": f"{timezone.localtime(begin):%Y-%m-%dT%H:%M}", "by": by, "row": str(row),
        "seen": f"{timezone.localtime(seen or session.during.lower):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    return client.post(
        reverse("training_calendar:move", args=[session.pk]), json.dumps(body), content_type="application/json"
    )


def shown(page) -> dict[str, list]:
    return {
        row.pk: [one.get("session") and one["session"].title for blocks in row.days.values() for one in blocks]
        for row in page.context["rows"]
    }


def test_the_week_shows_own_sessions_and_only_that_others_are_there(city, office, districts, row, client):
    shared, own = make_venue(city), make_venue(districts["PD"])
    make_session(row, venue=own, title="本区")
    make_session(row, title="待定")
    make_session(make_class(districts["XH"], title="徐汇的班"), venue=shared, title="徐汇的课")
    page = client.get(WEEK, {"date": "2026-03-04"})
    assert shown(page) == {"": ["待定"], str(own.pk): ["本区"], str(shared.pk): [None]}
    assert "徐汇" not in page.content.decode()
    assert page.context["unplaced"] == 1
    assert shown(client.get(WEEK, {"date": "2026-03-11"}))[str(own.pk)] == []


def test_the_week_of_instructors_and_of_one_unit(office, districts, row, client):
    teacher = make_instructor(districts["PD"])
    make_session(row, instructor=teacher, title="课")
    page = client.get(WEEK, {"date": "2026-03-04", "by": "instructor", "unit": districts["PD"].pk})
    assert shown(page)[str(teacher.pk)] == ["课"]
    page = client.get(WEEK, {"date": "2026-03-04", "by": "instructor", "unit": districts["PD-02"].pk})
    assert page.context["count"] == 0
    assert client.get(WEEK, {"date": "x", "by": "x", "unit": districts["XH"].pk}).context["unit"] is None


def test_moving_by_hand(office, districts, row, client):
    session, room = make_session(row), make_venue(districts["PD"])
    assert moved(client, session, at(MONDAY, "13:30"), row=room.pk).status_code == 200
    session.refresh_from_db()
    assert (session.during, session.venue) == (during(MONDAY, "13:30", "17:00"), room)
    refusal = moved(client, session, at(MONDAY, "18:00"), seen=at(MONDAY, "08:30"))
    assert (refusal.status_code, refusal.json()["code"]) == (409, "moved_meanwhile")
    taken = make_session(row)
    refusal = moved(client, taken, at(MONDAY, "14:00"), row=room.pk)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "venue_taken")
    broken = client.post(reverse("training_calendar:move", args=[taken.pk]), "{", content_type="application/json")
    assert broken.status_code == 400


def test_nobody_moves_what_he_only_sees(office, districts, client):
    row = make_class(districts["XH"])
    row.quotas.create(unit=districts["PD"], seats=5)
    session = make_session(row)
    assert moved(client, session, at(MONDAY, "13:30")).status_code == 404
    client.force_login(factory.make_staff("AUDITOR", districts["XH"]))
    assert moved(client, session, at(MONDAY, "13:30")).status_code in {302, 403}


def test_hours_of_the_week():
    week = Week.of(MONDAY + timedelta(days=3), [during(MONDAY, "08:30", "12:00")])
    assert (week.monday, len(week.days), week.slots) == (MONDAY, 5, 20)
    assert week.place(during(MONDAY, "08:30", "12:00")) == (1, 7)
    assert week.place(during(MONDAY, "06:00", "07:00")) == (0, 1)
    late = Week.of(MONDAY, [during(MONDAY + timedelta(days=5), "18:30", "20:10")])
    assert (len(late.days), late.slots) == (6, 26)
    assert late.place(during(MONDAY, "18:30", "20:10")) == (21, 4)


# --- papers --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["sign_in_sheet", "roster", "timetable"])
def test_papers_are_pdfs_and_logged(name, office, row, client):
    make_session(row, venue=make_venue(row.unit), instructor=make_instructor(row.unit))
    make_enrollment(row)
    answer = client.get(url(name, row.pk))
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action__startswith="training.print_").count() == 1


def test_a_roster_names_only_learners_one_sees(office, districts, client, monkeypatch):
    row = make_class(districts["XH"])
    row.quotas.create(unit=districts["PD"], seats=5)
    make_enrollment(row)
    ours = make_enrollment(row, factory.make_officer(districts["PD-01"]))
    told = []
    monkeypatch.setattr("courses.training.paper.render", lambda template, context: told.append(context) or b"%PDF")
    client.get(url("roster", row.pk))
    assert [one["name"] for one in told[0]["people"]] == [ours.name]


def test_the_digest_follows_what_is_said():
    assert digest([1, "甲"]) == digest([1, "甲"]) != digest([1, "乙"])


# --- as many rows as one likes ----------------------------------------------------------------
def queries_of(client, address, **query) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address, query).status_code == 200
    return len(caught)


def test_pages_cost_the_same_with_more_rows(office, row, districts, client):
    def add(number):
        make_session(
            row, begin=f"{8 + number:02d}:00", end=f"{8 + number:02d}:50", venue=make_venue(districts["PD"]),
            instructor=make_instructor(districts["PD"]),
        )  # fmt: skip
        make_enrollment(row)
        row.quotas.create(unit=factory.make_unit(districts["PD"], f"PD-X{number}"), seats=1)

    add(0)
    pages = [(inspect(row), {}), (WEEK, {"date": "2026-03-04"}), (WEEK, {"date": "2026-03-04", "by": "instructor"}),
             (url("share", row.pk), {}), (url("roster", row.pk), {})]  # fmt: skip
    for address, query in pages:
        queries_of(client, address, **query)
    few = [queries_of(client, address, **query) for address, query in pages]
    for number in range(1, 11):
        add(number)
    assert [queries_of(client, address, **query) for address, query in pages] == few
