"""The chief's desk: bound by the same bars, final for all others, and without names."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from exams.marking.models import Assignment, Mark, MarkEvent
from exams.marking.models.marks import Stage
from exams.marking.services.arbitrating import answer_flag, arbitrate, waiting
from exams.marking.services.facts import deposit_bar
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import DECIDED, flag, lines_for
from exams.marking.services.progress import steadiness_of
from lms.audit.models import AuditEvent
from lms.notices.models import Delivery
from tests import factory
from tests.exams.marking.factory import assignment_of, give, in_first, in_second, mark_all, points_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings, access):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def apart(rules, districts):
    """A script whose three marks stay apart, and a chief."""
    task, _ = in_second(districts["PD"], 1, total=5)
    second = assignment_of(task.scripts.get(), Stage.SECOND)
    give(hand_out(task, second.marker), second.marker, 50)
    third = assignment_of(second.script, Stage.THIRD)
    give(hand_out(task, third.marker), third.marker, 27)
    return task.scripts.get(), factory.make_staff("CHIEF_EXAMINER", districts["PD"])


def refused(code, act, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        act(*args, **kwargs)
    assert refusal.value.code == code


def points(script, total):
    return points_for(lines_for(script), total)


def test_the_chief_decides_and_it_is_written_down(apart):
    script, chief = apart
    assert list(waiting(chief)) == [script]
    found = arbitrate(script, points(script, 28), "程序部分应得满分", revision=script.revision, actor=chief)
    assert (found.final, found.cause, found.state) == (Decimal("28.0"), "ARBITER", "FINAL")
    assert Mark.objects.get(script=script, stage=4).marker == chief
    assert AuditEvent.objects.filter(action="marking.arbitrate").exists()
    assert not waiting(chief).exists()


def test_not_twice_and_not_over_what_came_since(apart):
    script, chief = apart
    refused("moved_on", arbitrate, script, points(script, 28), "", revision=script.revision - 1, actor=chief)
    arbitrate(script, points(script, 28), "", revision=script.revision, actor=chief)
    script.refresh_from_db()
    refused("moved_on", arbitrate, script, points(script, 30), "", revision=script.revision, actor=chief)


def test_whoever_saves_after_it_is_refused_and_kept(apart):
    script, chief = apart
    arbitrate(script, points(script, 28), "", revision=script.revision, actor=chief)
    third = assignment_of(script, Stage.THIRD)
    assert give(third, third.marker, 40, version=1).kind == DECIDED
    assert MarkEvent.objects.filter(kind="REFUSED", total=40).count() == 1
    script.refresh_from_db()
    assert script.final == 28


def test_a_chief_who_is_barred_leaves_it_to_another(apart, client):
    script, chief = apart
    deposit_bar(script, chief, reason="复核", evidence="x:1")
    refused("barred", arbitrate, script, points(script, 28), "", revision=script.revision, actor=chief)
    client.force_login(chief)
    assert "回避" in client.get("/marking/arbitration/").content.decode()
    reply = client.get(f"/marking/arbitration/{script.exam_id}/{script.code}/")
    assert reply.status_code == 302


def test_a_doubt_is_answered_and_goes_back(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    chief = factory.make_staff("CHIEF_EXAMINER", districts["PD"])
    mine = hand_out(task, markers[0])
    flag(mine, "看不清", actor=markers[0])
    assert list(waiting(chief)) == [mine.script]
    answer_flag(mine.script, "按能看清的部分评", actor=chief)
    assert Delivery.objects.filter(user=markers[0], notice__title__contains=mine.code).exists()
    back = hand_out(task, markers[0])
    assert (back.pk, back.reply) == (mine.pk, "按能看清的部分评")
    refused("moved_on", answer_flag, mine.script, "再答", actor=chief)


def test_a_doubt_can_be_decided_at_once(rules, districts):
    task, markers = in_first(districts["PD"], 3)
    chief = factory.make_staff("CHIEF_EXAMINER", districts["PD"])
    mine = hand_out(task, markers[0])
    flag(mine, "写在别处", actor=markers[0])
    script = arbitrate(mine.script, points(mine.script, 12), "", revision=1, actor=chief)
    assert script.final == 12
    assert not Assignment.objects.filter(script=script).exists()


def test_pages_hold_no_names_and_open_to_the_chief_of_the_exam_alone(apart, client, districts):
    script, chief = apart
    page = f"/marking/arbitration/{script.exam_id}/{script.code}/"
    client.force_login(chief)
    text = client.get("/marking/arbitration/").content.decode() + client.get(page).content.decode()
    candidate = script.attempt.candidate
    for secret in (
        candidate.officer.name,
        candidate.number,
        *(one.marker.get_full_name() for one in script.marks.all()),
    ):
        assert secret not in text
    assert "27" in text
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["XH"]))
    assert script.code not in client.get("/marking/arbitration/").content.decode()
    assert client.get(page).status_code == 404
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    assert client.get(page).status_code == 403


def test_the_page_decides(apart, client):
    script, chief = apart
    client.force_login(chief)
    page = f"/marking/arbitration/{script.exam_id}/{script.code}/"
    fields = {f"p{key}": value for key, value in points(script, 28).items()}
    assert client.post(page, fields | {"revision": script.revision}).status_code == 200, "a reason is owed"
    reply = client.post(page, fields | {"revision": script.revision, "comment": "理由"})
    assert (reply.status_code, reply.url) == (302, "/marking/arbitration/")
    script.refresh_from_db()
    assert script.final == 28


def test_drift_has_its_numbers_beside_it(rules, districts):
    task, markers = in_second(districts["PD"], 6, total=30, remark_percent="100")
    for user in markers:
        mark_all(task, user, 34)
    rows = steadiness_of(task)
    assert [one.marker for one in rows] == sorted(markers, key=lambda user: user.username)
    assert sum(one.compared for one in rows) == 12
    assert {one.again for one in rows} == {2}
    assert {one.again_mean for one in rows} == {Decimal(4)}
    assert {one.severity for one in rows} == {Decimal(0)}
    assert {one.drift for one in rows} == {Decimal(4)}
