"""A team of 44 trains: signed in on a phone, sampled and approved by the district, appealed, made up. Over HTTP."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from courses.training.models import Appeal, Attendance, TrainingClass
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.ledger.models import Entry, Obligation
from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db
TITLE, REASON = "“三合一”案例研讨", "截图日期不是训练当天"


@pytest.fixture
def people(access, rules, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    for _ in range(44):
        factory.make_officer(districts["PD-01"])
    clerk = factory.make_staff(Role.TEAM_CLERK, districts["PD-01"])
    return [clerk, *(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]) for _ in range(2))]


@pytest.fixture
def as_user(client):
    def act(user, name, *args, data=None):
        client.force_login(user)
        url = reverse(name, args=args)
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code in (200, 302), answer.status_code
        return answer

    return act


def sums() -> tuple[Decimal, Decimal]:
    rows = Obligation.objects.with_totals()
    return sum(row.got_hours for row in rows), sum(row.got_credits for row in rows)


def begun(hours: int) -> str:
    return f"{timezone.localtime() - timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def opened(answer) -> TrainingClass:
    assert answer.status_code == 302, answer.context["form"].errors
    return TrainingClass.objects.get(pk=answer.url.rstrip("/").rsplit("/", 1)[1])


def roll(row, exceptions: dict) -> dict:
    return {f"state-{pk}": exceptions.get(pk, "PRESENT") for pk in row.enrollments.values_list("pk", flat=True)}


def screenshot(color="navy") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (390, 844), color).save(out, "PNG")
    return SimpleUploadedFile("屏幕截图.png", out.getvalue(), "image/png")


def approve_all(as_user, office, rows):
    as_user(office, "training_completion:sample", data={})
    as_user(office, "training_completion:team_review", data={"pk": [row.pk for row in rows], "has_looked": "on"})
    job = Job.objects.latest("pk")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.held) == ("DONE", 0)


def test_team_session(people, as_user, districts):
    clerk, office, second = people
    form = {"title": TITLE, "amount": "R17:4", "starts_at": begun(5), "category": "LAW", "unit": districts["PD-01"].pk}
    row = opened(as_user(clerk, "training:team", data=form))
    assert row.enrollments.count() == 44

    ids = list(row.enrollments.order_by("pk").values_list("pk", flat=True))
    away = dict(zip(ids[:6], ["LEAVE", "LEAVE", "LEAVE", "DUTY", "DUTY", "ABSENT"], strict=True))
    remote = row.enrollments.select_related("officer__user").get(pk=ids[-1])
    sent = roll(row, away) | {"photos": screenshot(), f"photo-{remote.pk}": screenshot("gray")}
    as_user(clerk, "training:team_roll", row.pk, data=sent)
    assert Attendance.objects.credited().count() == 38
    as_user(clerk, "training:team_roll", row.pk, data=roll(row, {}))
    assert Attendance.objects.credited().count() == 38
    assert row.sessions.get().photos.count() == 2

    refused = remote.attendance.get()
    as_user(office, "training_completion:refuse", refused.pk, data={"reason": REASON})
    approve_all(as_user, office, [row])
    assert sums() == (37 * Decimal(4), 37 * Decimal("1.6"))
    assert Entry.objects.filter(officer=remote.officer).count() == 0
    assert remote.officer.user.deliveries.filter(notice__body__contains=REASON).count() == 1

    session = row.sessions.get()
    as_user(remote.officer.user, "training:appeal", row.pk, session.pk, data={"text": "当天在外区交流，截图时间有误。"})
    appeal = Appeal.objects.get()
    granting = {"state": "PRESENT", "reply": "交流单位已证明"}
    as_user(second, "appeal:grant", appeal.pk, data=granting)
    appeal.refresh_from_db()
    assert appeal.state == "GRANTED"
    linked = Entry.objects.get(officer=remote.officer)
    assert (linked.evidence, linked.hours) == (refused.evidence_key, 4)
    assert sums() == (38 * Decimal(4), 38 * Decimal("1.6"))

    again = opened(as_user(clerk, "training:team", data=form | {"title": f"{TITLE}（重报）"}))
    same = dict(zip(again.enrollments.order_by("pk").values_list("pk", flat=True)[:6], away.values(), strict=True))
    as_user(clerk, "training:team_roll", again.pk, data=roll(again, same))
    approve_all(as_user, office, [again])
    assert sums() == (38 * Decimal(4), 38 * Decimal("1.6"))

    made_up = opened(
        as_user(clerk, "training:team_make_up", row.pk, data=form | {"title": "补训", "starts_at": begun(10)})
    )
    assert made_up.enrollments.count() == 6
    as_user(clerk, "training:team_roll", made_up.pk, data=roll(made_up, {}))
    approve_all(as_user, office, [made_up])
    assert sums() == (44 * Decimal(4), 44 * Decimal("1.6"))
