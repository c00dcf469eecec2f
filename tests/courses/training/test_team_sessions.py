"""A team session from the clerk's three taps to the district's approval."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from courses.training import sampling
from courses.training.models import Attendance, DutyShift, SessionPhoto, TeamSession, TrainingClass
from courses.training.services.posting import post_class
from courses.training.services.team_review import approve_team_sessions, draw_sample, refuse_attendance
from courses.training.services.team_sessions import (
    Sign,
    TeamPlan,
    open_make_up,
    open_team_session,
    submit_team_session,
)
from courses.training.views.team import presets_of
from lms.jobs.running import run_job
from lms.ledger.models import Entry
from lms.people.access import Role
from lms.sheets.picture import redrawn
from tests import factory

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(access, rules, districts):
    for _ in range(4):
        factory.make_officer(districts["PD-01"])
    return districts["PD-01"]


@pytest.fixture
def clerk(team):
    return factory.make_staff(Role.TEAM_CLERK, team)


@pytest.fixture
def office(team, districts):
    return factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])


def plan(title="案例研讨", *, ago=timedelta(hours=5), **fields) -> TeamPlan:
    return TeamPlan(title, timezone.now().replace(second=0, microsecond=0) - ago, **fields)


def everybody(row, state="PRESENT") -> dict[int, Sign]:
    return {pk: Sign(state) for pk in row.enrollments.values_list("pk", flat=True)}


def submitted(team, clerk, **fields) -> TrainingClass:
    row = open_team_session(team, plan(**fields), actor=clerk)
    submit_team_session(row, everybody(row), actor=clerk)
    row.refresh_from_db()
    return row


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        act(*args, **kwargs)
    return refused.value.code


def png(size=(64, 48), color="navy") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def test_the_whole_team_is_listed_once(team, clerk):
    factory.make_officer(team, status="RETIRED")
    row = open_team_session(team, plan(), actor=clerk)
    assert (row.enrollments.count(), row.state) == (4, "READY")
    assert row.sessions.get().during.upper - row.sessions.get().during.lower == timedelta(hours=3)
    assert open_team_session(team, TeamPlan(row.title, row.sessions.get().during.lower), actor=clerk).pk == row.pk


def test_only_for_the_own_team_and_in_time(team, clerk, districts):
    with pytest.raises(PermissionDenied):
        open_team_session(districts["PD-02"], plan(), actor=clerk)
    assert refusal(open_team_session, team, plan(ago=timedelta(days=30)), actor=clerk) == "too_old"
    assert refusal(open_team_session, team, plan(ago=-timedelta(days=2)), actor=clerk) == "too_early"


def test_known_absences_are_preset(team, clerk):
    row = open_team_session(team, plan(), actor=clerk)
    on_duty, ill, *_ = row.enrollments.select_related("officer").order_by("pk")
    session = row.sessions.get()
    DutyShift.objects.create(officer=on_duty.officer, during=session.during)
    ill.officer.status = "SICK_LEAVE"
    presets = presets_of(session, [on_duty, ill, row.enrollments.select_related("officer").last()])
    assert list(presets.values()) == ["DUTY", "LEAVE", "PRESENT"]


def test_a_second_submission_is_refused(team, clerk, office):
    row = submitted(team, clerk)
    assert refusal(submit_team_session, row, everybody(row), actor=clerk) == "already_submitted"
    post_class(row, actor=office)
    assert Entry.objects.count() == 4
    again = submitted(team, clerk, title="同一训练换了名称")
    post_class(again, actor=office)
    assert Entry.objects.count() == 4


def test_everybody_must_be_accounted_for(team, clerk):
    row = open_team_session(team, plan(), actor=clerk)
    some = dict(list(everybody(row).items())[:3])
    assert refusal(submit_team_session, row, some, actor=clerk) == "incomplete"
    assert refusal(submit_team_session, row, everybody(row, "HERE"), actor=clerk) == "unknown_state"


def test_the_clerk_cannot_approve_his_own(team, clerk, office):
    row = submitted(team, clerk)
    assert refusal(post_class, row, actor=clerk) == "same_person"
    running = open_team_session(team, plan("刚开始", ago=timedelta()), actor=clerk)
    submit_team_session(running, everybody(running), actor=clerk)
    assert refusal(post_class, running, actor=office) == "not_over"


def test_one_refused_screenshot(team, clerk, office):
    row = submitted(team, clerk)
    attendance = Attendance.objects.select_related("session__training_class").first()
    refuse_attendance(attendance, actor=office, reason="截图不是当天")
    post_class(row, actor=office)
    assert Entry.objects.count() == 3
    officer = attendance.enrollment.officer
    assert officer.user.deliveries.filter(notice__title__startswith="考勤未采纳").count() == 1
    assert refusal(refuse_attendance, attendance, actor=office, reason="再来") == "wrong_state"


def test_make_up_lists_exactly_those_who_missed(team, clerk, office):
    row = open_team_session(team, plan(ago=timedelta(days=1)), actor=clerk)
    signs = everybody(row)
    away = list(signs)[:2]
    signs |= {away[0]: Sign("LEAVE", "值班"), away[1]: Sign("ABSENT")}
    submit_team_session(row, signs, actor=clerk)
    made = open_make_up(row, plan("补训"), actor=clerk)
    missing = row.enrollments.filter(pk__in=away).values_list("officer", flat=True)
    assert set(made.enrollments.values_list("officer", flat=True)) == set(missing)
    assert refusal(open_make_up, row, plan("又补训"), actor=clerk) == "already_made_up"
    submit_team_session(made, everybody(made), actor=clerk)
    for one in (row, made):
        post_class(one, actor=office)
    assert Entry.objects.count() == 4


def test_a_tenth_is_sampled_and_drawn_once(team, clerk, office):
    rows = [submitted(team, clerk, title=f"训练{number}", ago=timedelta(hours=4 + number)) for number in range(12)]
    pks = [row.pk for row in rows]
    assert refusal(approve_team_sessions, pks, actor=office) == "no_sample"
    drawn = draw_sample(office)
    assert len(drawn) == 2
    assert draw_sample(office) == drawn
    job = approve_team_sessions(pks, actor=office)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE"
    assert set(TrainingClass.objects.filter(pk__in=pks).values_list("state", flat=True)) == {"POSTED"}


@pytest.mark.parametrize(("count", "wanted"), [(0, 0), (1, 1), (10, 1), (11, 2), (100, 10)])
def test_at_least_one_of_any(count, wanted):
    seeds = dict.fromkeys(range(count), "x")
    assert len(sampling.drawn(seeds, set(), Decimal(10))) == sampling.needed(count, Decimal(10)) == wanted


def test_what_was_drawn_stays_drawn():
    seeds = dict.fromkeys(range(40), "x")
    first = sampling.drawn(seeds, set(), Decimal(10))
    assert sampling.drawn(seeds, {39, 38}, Decimal(10)) >= {39, 38}
    assert sampling.drawn(seeds, first, Decimal(10)) == first
    assert {pk for pk in range(40) if sampling.drawn({pk: "x"}, set(), Decimal(10))} == set(range(40))


def test_pictures_are_made_anew():
    with_place = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "place"
    Image.new("RGB", (4000, 3000), "red").save(with_place, "JPEG", exif=exif)
    made = Image.open(BytesIO(redrawn(with_place.getvalue())))
    assert (made.format, made.size, dict(made.getexif())) == ("JPEG", (1600, 1200), {})


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<svg/>", b"GIF89a" + bytes(40), png()[:40]])
def test_what_is_no_picture_is_refused(data):
    assert refusal(redrawn, data) == "not_a_picture"


def test_too_large_a_picture_is_refused():
    assert refusal(redrawn, bytes(11 * 1024 * 1024)) == "too_large"


def test_photos_are_for_the_team_and_those_who_decide(team, clerk, office, client, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    row = open_team_session(team, plan(), actor=clerk)
    submit_team_session(row, everybody(row), [(png(), None), (png(), None)], actor=clerk)
    photo = SessionPhoto.objects.get()
    url = reverse("training_completion:photo", args=[photo.pk])
    stranger = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    learner = row.enrollments.first().officer.user
    for user, status in ((clerk, 200), (office, 200), (stranger, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status
    client.force_login(learner)
    assert client.get(url).status_code in (302, 403, 404)


def test_pages_of_another_team_are_not_found(team, clerk, client, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    row = submitted(team, clerk)
    client.force_login(factory.make_staff(Role.TEAM_CLERK, districts["XH-01"]))
    for name in ("team_roll", "team_make_up"):
        assert client.get(reverse(f"training:{name}", args=[row.pk])).status_code == 404
    client.force_login(row.enrollments.first().officer.user)
    assert client.get(reverse("training:team")).status_code == 403


def test_lists_cost_the_same_with_more_rows(team, clerk, office, client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def cost(user, url) -> int:
        client.force_login(user)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    row = submitted(team, clerk)
    pages = [
        (clerk, reverse("training:team")), (office, reverse("training_completion:team_review")),
        (office, reverse("teamsession:inspect", args=[row.pk])), (clerk, reverse("training:team_roll", args=[row.pk])),
    ]  # fmt: skip
    before = [cost(*page) for page in pages]
    for _ in range(10):
        factory.make_officer(team)
    for number in range(10):
        more = submitted(team, clerk, title=f"训练{number}", ago=timedelta(hours=6))
    pages[2:] = [
        (office, reverse("teamsession:inspect", args=[more.pk])), (clerk, reverse("training:team_roll", args=[more.pk]))
    ]  # fmt: skip
    assert [cost(*page) for page in pages] == before
    assert TeamSession.objects.count() == 11
