"""A mentorship from agreement to credit: drafted and decided at the console, everything else on two phones. Over HTTP."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from instructors.mentorship.models import LogEntry, Mentorship
from instructors.mentorship.services.completion import post_credit, terminate
from lms.ledger.models import Entry, Obligation
from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db
BEGIN = date(2026, 4, 1)
ITEMS = ("law", "procedure", "papers", "talk", "safety", "integrity")


@pytest.fixture
def cast(settings, access, rules, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    mentor = factory.make_officer(districts["PD-01"], "T-PD-0001", name="师傅甲")
    apprentice = factory.make_officer(districts["PD-02"], "T-PD-0002", name="徒弟乙")
    first, second = (factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]) for _ in range(2))
    return mentor.user, apprentice.user, first, second


class World:
    def __init__(self, client):
        self.client = client

    def get(self, user, name, *args):
        self.client.force_login(user)
        return self.client.get(reverse(name, args=args))

    def post(self, user, name, *args, **data):
        self.client.force_login(user)
        return self.client.post(reverse(name, args=args), data)


@pytest.fixture
def world(client):
    return World(client)


def drafted(world, office) -> Mentorship:
    data = {
        "mentor_no": "T-PD-0001", "apprentice_no": "T-PD-0002", "from_on": "2026-04-01", "until_on": "2026-09-30",
        "goals": "独立承办一般程序案件", "agreement": "双方按协议履行。",
    }  # fmt: skip
    answer = world.post(office, "mentorship:add", **data)
    assert answer.status_code == 302, answer.context["form"].errors
    return Mentorship.objects.get()


def refused(answer) -> set[str]:
    return {error.code for error in answer.context["form"].errors.as_data()["__all__"]}


def observed(world, mentor, row, on, **changed):
    answers = {f"item_{name}": 3 for name in ITEMS} | {"on": on, "summary": "进步明显。"} | changed
    return world.post(mentor, "mentoring:observe", row.pk, **answers)


def train(world, pair, row, phase, days: int):
    """Log after log, confirmed; one sheet; the opinion; both signatures."""
    mentor, apprentice = pair
    for number in range(days):
        on = phase.from_on + timedelta(days=number)
        world.post(apprentice, "mentoring:log", row.pk, on=on, hours="2.5", text=f"第{number + 1}天跟随巡查")
        entry = LogEntry.objects.get(on=on, side="APPRENTICE")
        world.post(mentor, "mentoring:decide_log", entry.pk, confirm="1", reply="")
    observed(world, mentor, row, phase.from_on)
    world.post(mentor, "mentoring:phase", phase.pk, note="本阶段达标")
    world.post(apprentice, "mentoring:phase", phase.pk, note="先签")
    assert phase.signatures.count() == 1
    world.post(apprentice, "mentoring:rate", phase.pk, score=4, comment="")
    world.post(apprentice, "mentoring:phase", phase.pk, note="收获很大")
    assert phase.signatures.count() == 2


def totals(user) -> tuple[Decimal, Decimal]:
    row = Obligation.objects.with_totals().get(officer__user=user)
    return row.got_hours, row.got_credits


def test_from_agreement_to_credit(world, cast):
    mentor, apprentice, office, second = cast
    with time_machine.travel("2026-03-20T02:00:00Z"):
        row = drafted(world, office)
        assert list(row.phases.values_list("from_on", "until_on"))[::2] == [
            (BEGIN, date(2026, 5, 31)), (date(2026, 8, 1), date(2026, 9, 30))
        ]  # fmt: skip
        world.post(office, "mentorship:sign", row.pk)
        assert Mentorship.objects.get().state == "PROPOSED"
        for user in (apprentice, mentor):
            world.post(user, "mentoring:sign", row.pk)
        world.post(office, "mentorship:sign", row.pk)
        assert Mentorship.objects.get().state == "SIGNED"
        assert Mentorship.objects.active_on(BEGIN).exists()
        assert not Mentorship.objects.active_on(BEGIN - timedelta(days=1)).exists()
        world.post(mentor, "mentoring:begin", row.pk)
        assert Mentorship.objects.get().state == "SIGNED"

    with time_machine.travel("2026-10-01T02:00:00Z"):
        world.post(mentor, "mentoring:begin", row.pk)
        first, middle, last = row.phases.all()
        assert refused(observed(world, mentor, row, BEGIN, item_law=5)) == {"no_narrative"}
        assert refused(observed(world, mentor, row, BEGIN, item_safety=1)) == {"no_narrative"}
        for phase, days in ((first, 5), (middle, 4), (last, 3)):
            train(world, (mentor, apprentice), row, phase, days)
            world.post(office, "mentorshipphase:sign", phase.pk, note="")
            phase.refresh_from_db()
            assert phase.closed_at
        page = world.get(mentor, "mentoring:mine")
        assert page.context["praise"]["people"] == 1
        assert not page.context["praise"]["is_open"]

        world.post(office, "mentorship:assess", row.pk, result="PASSED", opinion="能独立承办")
        world.post(office, "mentorship:complete", row.pk)
        assert Mentorship.objects.get().state == "ASSESSED"
        assert not Entry.objects.exists()
        world.post(second, "mentorship:complete", row.pk)
        row.refresh_from_db()
        assert row.state == "COMPLETED"
        # Twelve logs at one hour each, ten of them within the year's cap; 2.5 hours to a credit.
        assert Entry.objects.filter(officer__user=apprentice).count() == 12
        assert totals(apprentice) == (Decimal(10), Decimal("4.0"))
        assert totals(mentor) == (Decimal(0), Decimal("2.0"))
        assert set(Entry.objects.values_list("layer", flat=True)) == {"TEAM"}
        assert world.get(apprentice, "mentoring:one", row.pk).context["entries"].count() == 12

        post_credit(row, actor=second)
        assert Entry.objects.count() == 13
        world.post(second, "mentorship:complete", row.pk)
        assert totals(apprentice) == (Decimal(10), Decimal("4.0"))

        world.post(second, "mentorship:terminate", row.pk, reason="查实日志不实")
        row.refresh_from_db()
        assert (row.state, Entry.objects.count()) == ("TERMINATED", 26)
        assert totals(apprentice) == totals(mentor) == (0, 0)
        with pytest.raises(ValidationError) as refusal:
            terminate(row, actor=second, reason="再次")
        assert refusal.value.code == "already_terminated"


def test_a_day_sent_back_is_written_again(world, cast):
    mentor, apprentice, office, _ = cast
    with time_machine.travel("2026-03-31T02:00:00Z"):
        row = drafted(world, office)
        for user in (apprentice, mentor):
            world.post(user, "mentoring:sign", row.pk)
        world.post(office, "mentorship:sign", row.pk)
    with time_machine.travel("2026-04-02T02:00:00Z"):
        world.post(mentor, "mentoring:begin", row.pk)
        day = {"on": "2026-04-01", "hours": "2", "text": "巡查"}
        world.post(apprentice, "mentoring:log", row.pk, **day)
        assert refused(world.post(apprentice, "mentoring:log", row.pk, **day)) == {"already_written"}
        assert refused(world.post(apprentice, "mentoring:log", row.pk, **(day | {"on": "2026-04-03"}))) == {
            "outside_term"
        }
        entry = LogEntry.objects.get()
        world.post(mentor, "mentoring:decide_log", entry.pk, reply="")
        entry.refresh_from_db()
        assert entry.state == "WRITTEN"
        world.post(mentor, "mentoring:decide_log", entry.pk, reply="请写明处置经过")
        world.post(apprentice, "mentoring:log", row.pk, **(day | {"text": "巡查，当场处罚一起"}))
        entry.refresh_from_db()
        assert (entry.state, entry.text) == ("WRITTEN", "巡查，当场处罚一起")
        world.post(mentor, "mentoring:log", row.pk, **(day | {"text": "讲解亮证程序"}))
        assert LogEntry.objects.filter(side="MENTOR", state="CONFIRMED").count() == 1
        assert refused(world.post(mentor, "mentoring:phase", row.phases.first().pk, note="")) == {"logs_waiting"}
