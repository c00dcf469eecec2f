"""The console's pages of rooms and bookings, and the phone's: who may open them, what they say, what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from instructors.classrooms.models import RoomEquipment, SmartClassroom
from instructors.venues.models import Booking
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import during, make_class, make_session, make_venue
from tests.instructors.classrooms.factory import (
    ADVANCED,
    BASIC,
    coming,
    grade_room,
    hours,
    make_booking,
    make_check,
    make_equipment,
    make_room,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]


@pytest.fixture
def office(settings, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    client.force_login(user)
    return user


@pytest.fixture
def asker(districts, client):
    user = factory.make_officer(districts["PD-01"]).user
    client.force_login(user)
    return user


def cost(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# --- the console --------------------------------------------------------------------------


def test_from_registering_to_a_grade(office, districts, client):
    venue = make_venue(districts["PD-01"])
    client.post(reverse("smartclassroom:add"), {"venue": venue.pk, "keeper": "张", "note": ""})
    room = SmartClassroom.objects.get()
    client.post(reverse("roomequipment:add"), {"room": room.pk, "kind": "交互大屏", "count": 1, "state": "GOOD"})
    client.post(
        reverse("roomequipment:add"), {"room": room.pk, "kind": "其他", "other": "白板", "count": 2, "state": "GOOD"}
    )
    assert set(RoomEquipment.objects.values_list("kind", flat=True)) == {"交互大屏", "白板"}
    form = client.get(reverse("classrooms:assess", args=[room.pk])).context["form"]
    assert form["items"].value() == ["交互大屏"]
    client.force_login(factory.make_staff("TEAM_CLERK", districts["PD-01"]))
    client.post(reverse("classrooms:assess", args=[room.pk]), {"items": BASIC, "note": ""})
    check = room.checks.get()
    assert client.get(reverse("classrooms:verify", args=[check.pk])).status_code in (302, 403)
    client.force_login(office)
    page = client.post(reverse("classrooms:verify", args=[check.pk]), {"items": BASIC[:2], "reply": ""})
    assert page.context["form"].has_error("__all__", "no_reason")
    client.post(reverse("classrooms:verify", args=[check.pk]), {"items": BASIC, "reply": ""})
    room.refresh_from_db()
    assert room.grade == "BASIC"
    assert AuditEvent.objects.filter(action="classrooms.register_room").exists()


def test_of_another_district_there_is_nothing(office, districts, client):
    room = make_room(districts["XH-01"])
    check = make_check(room)
    assert client.get(reverse("classrooms:assess", args=[room.pk])).status_code == 404
    assert client.get(reverse("classrooms:verify", args=[check.pk])).status_code == 404
    booking = make_booking(make_venue(districts["XH"]))
    for name in ("confirm", "reject", "cancel", "attended"):
        assert client.get(reverse(f"booking:{name}", args=[booking.pk])).status_code == 404
    assert client.get(reverse("venues_bookings:change", args=[booking.pk])).status_code == 404
    assert client.get(reverse("classrooms:board"), {"unit": districts["XH"].pk}).status_code == 404


@pytest.mark.parametrize("role", ["HR", "FINANCE", "STREET_MANAGER", "COURSE_EDITOR"])
def test_roles_without_the_right_are_refused(role, settings, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(factory.make_staff(role, districts["PD"]))
    room = make_room(districts["PD-01"])
    for name, args in (("classrooms:board", []), ("venues_bookings:add", []), ("classrooms:assess", [room.pk])):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 403 or answer.url == reverse("wagtailadmin_home")


def test_the_board_counts_what_it_shows(office, districts, client):
    grade_room(make_room(districts["PD-01"]), "BASIC", [*BASIC, "课程录播"])
    grade_room(make_room(districts["PD"]), "ADVANCED", ADVANCED, recheck_on=coming(-1))
    make_room(districts["PD"])
    make_room(districts["XH"])
    board = client.get(reverse("classrooms:board")).context
    total = board["total"]
    assert total.grades == [("高级", 1), ("中级", 0), ("基础级", 1), ("未定级", 1)]
    assert (total.rooms, total.due, len(total.teams), total.of_teams) == (3, 1, 1, 2)
    have = {item.name: (item.have, item.total, item.wanted) for item in board["items"]}
    assert have["交互大屏"] == (2, 3, 1)
    assert have["双向视频"] == (1, 3, 1)
    inside = client.get(reverse("classrooms:board"), {"unit": districts["PD"].pk}).context
    assert {room.grade: lacking for room, lacking in inside["wanting"]} == {"": tuple(BASIC), "BASIC": ("双向视频",)}
    assert [line.rooms for line in inside["lines"]] == [2, 1]


def test_pages_cost_the_same_with_more_rows(office, districts, client):
    room = grade_room(make_room(districts["PD-01"]), "BASIC", BASIC)
    make_equipment(room)
    make_booking(room.venue, state="CONFIRMED")
    urls = [
        reverse("classrooms:board"), reverse("smartclassroom:inspect", args=[room.pk]), reverse("training_calendar:week"),
    ]  # fmt: skip
    few = [cost(client, url) for url in urls]
    for number in range(10):
        other = grade_room(make_room(districts["PD-02"]), "BASIC", BASIC)
        make_equipment(room)
        make_check(room, state="RETURNED", checked_by=office, checked_at=timezone.now())
        make_booking(room.venue, during=hours(day=coming(4 + number)), state="CONFIRMED")
        make_booking(other.venue, state="CONFIRMED")
    assert [cost(client, url) for url in urls] == few


def test_an_empty_board_says_what_to_do(office, client):
    page = client.get(reverse("classrooms:board"))
    assert reverse("smartclassroom:add") in page.content.decode()


def test_a_booking_from_the_console(office, districts, client):
    room, hall = make_venue(districts["PD"]), make_venue(districts["PD"].get_parent(), name="市局报告厅")
    given = {
        "unit": districts["PD"].pk, "day": coming().isoformat(), "begin": "09:00", "end": "11:00", "purpose": "VISIT",
        "title": "观摩", "reason": "交流", "people": 20,
    }  # fmt: skip
    client.post(reverse("venues_bookings:add"), given | {"venue": room.pk})
    client.post(reverse("venues_bookings:add"), given | {"venue": hall.pk})
    assert dict(Booking.objects.values_list("venue__name", "state")) == {
        room.name: "CONFIRMED", "市局报告厅": "REQUESTED",
    }  # fmt: skip
    foreign = client.post(reverse("venues_bookings:add"), given | {"venue": make_venue(districts["XH"]).pk})
    assert foreign.context["form"].has_error("venue")
    again = client.post(reverse("venues_bookings:add"), given | {"venue": room.pk, "title": "另一次"})
    assert again.context["form"].has_error("__all__", "venue_taken")
    row = Booking.objects.get(venue=room)
    client.post(reverse("venues_bookings:change", args=[row.pk]), given | {"venue": room.pk, "begin": "10:00"})
    row.refresh_from_db()
    assert row.during == hours("10:00", "11:00")


def test_giving_a_place_names_who_goes_without(office, districts, client):
    room = make_venue(districts["PD"])
    row = make_booking(room)
    rival = make_booking(room, "10:00", "12:00", unit=districts["PD-02"], title="另一个事项")
    page = client.get(reverse("booking:confirm", args=[row.pk]))
    assert "另一个事项" in page.content.decode()
    seen = page.context["form"]["seen"].value()
    late = make_booking(room, "10:30", "12:00", title="刚来的申请")
    again = client.post(reverse("booking:confirm", args=[row.pk]), {"seen": seen, "reply": ""})
    assert again.context["form"].has_error("__all__", "rivals_changed")
    assert "刚来的申请" in again.content.decode()
    seen = again.context["form"]["seen"].value()
    client.post(reverse("booking:confirm", args=[row.pk]), {"seen": seen, "reply": ""})
    states = dict(Booking.objects.values_list("pk", "state"))
    assert states == {row.pk: "CONFIRMED", rival.pk: "REJECTED", late.pk: "REJECTED"}


def test_the_week_shows_bookings_beside_sessions(office, city, districts, client):
    room, hall = make_venue(districts["PD"]), make_venue(city)
    day = coming(0)
    make_session(make_class(districts["PD"], starts_on=day, title="本区的班"), venue=room)
    make_booking(room, during=during(day, "13:00", "14:00"), title="备课", state="CONFIRMED")
    make_booking(room, during=during(day, "15:00", "16:00"), title="想开的会")
    make_booking(hall, during=during(day, "09:00", "10:00"), unit=districts["XH"], title="徐汇的会", state="CONFIRMED")
    make_booking(hall, during=during(day, "11:00", "12:00"), unit=districts["XH"], title="徐汇想开的会")
    page = client.get(reverse("training_calendar:week"))
    text = page.content.decode()
    assert "备课" in text
    assert "想开的会" in text
    assert "徐汇" not in text
    blocks = [one for row in page.context["rows"] for day in row.days.values() for one in day]
    assert [one["is_seen"] for one in blocks].count(False) == 1
    assert len(blocks) == 4


# --- the phone ----------------------------------------------------------------------------


def test_an_officer_asks_for_a_place_and_takes_it_back(asker, districts, client):
    room = grade_room(make_room(districts["PD"]), "ADVANCED", ADVANCED)
    make_venue(districts["XH"], name="别区的教室")
    listed = client.get(reverse("places:all"))
    assert [venue.pk for venue in listed.context["page"]] == [room.venue_id]
    given = {"day": coming().isoformat(), "begin": "09:00", "end": "11:00", "purpose": "SEMINAR", "title": "备课",
             "reason": "小教员备课", "people": 8}  # fmt: skip
    url = reverse("places:place", args=[room.venue_id])
    assert client.post(url, given).url == reverse("places:mine")
    row = Booking.objects.get()
    assert (row.state, row.unit, row.made_by) == ("REQUESTED", districts["PD-01"], asker)
    refused = client.post(url, given | {"people": 500, "title": "大会"})
    assert refused.context["form"].has_error("__all__", "too_small")
    assert "待审批" in client.get(reverse("places:mine")).content.decode()
    client.post(reverse("places:cancel", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "CANCELLED"


def test_the_phone_says_that_a_time_is_taken_and_not_by_whom(asker, city, districts, client):
    hall = make_venue(city)
    make_booking(hall, unit=districts["XH"], title="徐汇的会", state="CONFIRMED")
    make_booking(hall, "10:00", "12:00", unit=districts["XH"], title="徐汇想开的会")
    page = client.get(reverse("places:place", args=[hall.pk]), {"date": coming().isoformat()})
    assert [one["is_confirmed"] for one in page.context["taken"]] == [True, False]
    assert "徐汇" not in page.content.decode()


def test_nobody_reaches_what_is_not_his(asker, districts, client):
    foreign = make_venue(districts["XH"])
    shut = make_venue(districts["PD"], is_open=False)
    for venue in (foreign, shut):
        assert client.get(reverse("places:place", args=[venue.pk])).status_code == 404
    theirs = make_booking(make_venue(districts["PD"]))
    assert client.post(reverse("places:cancel", args=[theirs.pk])).status_code == 404
    assert theirs.title not in client.get(reverse("places:mine")).content.decode()
    client.force_login(factory.make_user())
    assert client.get(reverse("places:all")).status_code == 403


def test_phone_lists_cost_the_same_with_more_rows(asker, districts, client):
    grade_room(make_room(districts["PD"]), "BASIC", BASIC)
    make_booking(make_venue(districts["PD"]), made_by=asker)
    urls = [reverse("places:all"), reverse("places:mine")]
    few = [cost(client, url) for url in urls]
    for number in range(10):
        grade_room(make_room(districts["PD"]), "BASIC", BASIC)
        make_booking(make_venue(districts["PD"]), during=hours(day=coming(5 + number)), made_by=asker)
    assert [cost(client, url) for url in urls] == few
