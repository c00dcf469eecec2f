"""Guests and duty shifts by file."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.training.duty_file import parse_moment
from courses.training.models import DutyShift, Guest, TrainingDuty
from lms.people.access import Role
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.factory import make_class

pytestmark = pytest.mark.django_db
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SHIFTS = ["人员编号", "开始时间", "结束时间", "班次"]
GUESTS = ["姓名", "单位", "职务"]


@pytest.fixture(autouse=True)
def february(access, rules):
    with time_machine.travel(FEBRUARY, tick=True):
        yield


@pytest.fixture
def office(client, districts):
    user = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    client.force_login(user)
    return user


@pytest.fixture
def training_class(districts):
    return make_class(districts["PD"], capacity=2)


def shifts_url() -> str:
    return reverse("training_enrollment:shifts")


def guests_url(training_class) -> str:
    return reverse("training_enrollment:guests", args=[training_class.pk])


def send(client, url, headings, rows):
    file = SimpleUploadedFile("名单.xlsx", write_xlsx("表", headings, rows))
    return client.post(url, {"file": file})


def take(client, url, headings, rows):
    """Upload, look, confirm."""
    preview = send(client, url, headings, rows).url
    fingerprint = client.get(preview).context["outcome"].fingerprint
    return client.post(preview, {"fingerprint": fingerprint})


def codes(answer) -> list:
    return [(problem.row, problem.column, problem.code) for problem in answer.context["problems"]]


def test_shifts_come_in_once(client, office, districts):
    officer = factory.make_officer(districts["PD-01"], "T-1")
    rows = [
        ["T-1", "2026-03-02 08:00", "2026-03-02 20:00", "白班"],
        ["T-1", "2026/3/3 20:00", "2026/3/4 8:00", "夜班"],
    ]
    assert send(client, shifts_url(), SHIFTS, rows).status_code == 302
    assert not DutyShift.objects.exists()
    for _ in range(2):
        assert take(client, shifts_url(), SHIFTS, rows).status_code == 302
    assert DutyShift.objects.filter(officer=officer).count() == 2
    assert DutyShift.objects.last().during.lower.astimezone(ZoneInfo("Asia/Shanghai")).hour == 20


def test_one_wrong_row_and_nothing_comes_in(client, office, districts):
    factory.make_officer(districts["PD-01"], "T-1")
    factory.make_officer(districts["XH-01"], "T-FOREIGN")
    answer = send(
        client, shifts_url(), SHIFTS,
        [
            ["T-1", "2026-03-02 08:00", "2026-03-02 20:00", ""],
            ["T-FOREIGN", "2026-03-02 08:00", "2026-03-02 20:00", ""],
            ["T-NOBODY", "2026-03-02 08:00", "2026-03-02 20:00", ""],
            ["T-1", "明天", "2026-03-02 20:00", ""],
            ["T-1", "2026-03-02 20:00", "2026-03-02 08:00", ""],
            ["", "2026-03-02 08:00", "2026-03-09 08:00", ""],
        ],
    )  # fmt: skip
    assert answer.status_code == 422
    assert codes(answer) == [
        (3, "人员编号", "out_of_scope"), (4, "人员编号", "out_of_scope"), (5, "开始时间", "bad_time"),
        (6, "结束时间", "order"), (7, "人员编号", "blank"), (7, "结束时间", "too_long_shift"),
    ]  # fmt: skip
    assert not DutyShift.objects.exists()


@pytest.mark.parametrize("text", ["2026-03-02 08:00", "2026/3/2 8:00", "2026年3月2日 08：00", "2026-03-02T08:00:00"])
def test_moments_as_people_write_them(text):
    assert parse_moment(text) == datetime(2026, 3, 2, 8, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("text", ["", "2026-03-02", "2026-03-02 25:00", "2026-02-30 08:00", "8:00"])
def test_what_is_no_moment(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_moment(text)


def test_guests_come_in_once_owe_nothing_and_wait_like_everybody(client, office, training_class):
    rows = [["王一", "某街道", "主任"], ["李二", "某街道", ""], ["赵三", "某镇", "镇长"]]
    url = guests_url(training_class)
    assert client.get(send(client, url, GUESTS, rows).url).context["outcome"].over == 1
    for _ in range(2):
        assert take(client, url, GUESTS, rows).status_code == 302
    assert (Guest.objects.count(), training_class.enrollments.count()) == (3, 3)
    assert sorted(training_class.enrollments.values_list("state", flat=True)) == [
        "CONFIRMED", "CONFIRMED", "WAITLISTED",
    ]  # fmt: skip
    assert not TrainingDuty.objects.exists()
    other = make_class(training_class.unit)
    take(client, guests_url(other), GUESTS, rows[:1])
    assert (Guest.objects.count(), other.enrollments.count()) == (3, 1)


def test_wrong_guests(client, office, training_class):
    answer = send(
        client, guests_url(training_class), GUESTS, [["王一", "", ""], ["李二", "某镇", ""], ["李二", "某镇", ""]]
    )
    assert codes(answer) == [(2, "单位", "blank"), (4, "姓名", "duplicate")]
    answer = send(client, guests_url(training_class), [*GUESTS, "手机号"], [["王一", "某镇", "", "139"]])
    assert answer.status_code == 422
    assert not Guest.objects.exists()


def test_what_changed_since_the_preview_is_not_written(client, office, training_class):
    preview = send(client, guests_url(training_class), GUESTS, [["王一", "某镇", ""]]).url
    assert client.post(preview, {"fingerprint": "x"}).status_code == 409
    training_class.state = "CHECKED"
    training_class.save()
    fingerprint = client.get(preview).context["outcome"].fingerprint
    assert client.post(preview, {"fingerprint": fingerprint}).status_code == 409
    assert not Guest.objects.exists()


def test_who_may_not(client, office, districts, training_class):
    foreign = make_class(districts["XH"])
    assert client.get(guests_url(foreign)).status_code == 404
    assert client.get(f"{shifts_url()}0/").status_code == 404
    client.force_login(factory.make_staff(Role.AUDITOR, districts["PD"]))
    assert client.get(guests_url(training_class)).status_code == 403
    assert client.get(shifts_url()).status_code == 403


def test_templates_hold_every_heading(client, office, training_class):
    for url in (shifts_url(), guests_url(training_class)):
        assert client.get(url, {"template": ""})["Content-Type"].endswith("sheet")
