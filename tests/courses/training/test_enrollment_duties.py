"""凡进必训, 凡晋必训: derived, met, proved; and what else the night does."""

from datetime import date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from openpyxl import load_workbook

from courses.training.models import DutyShift, TrainingDuty
from courses.training.services.duties import derive_duties, meet_duties, reopen_duties
from courses.training.services.proof import rate
from lms.ledger.invariants import served_where_listed
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.courses.training.factory import during, make_class, make_enrollment, make_session

pytestmark = pytest.mark.django_db
JUNE = datetime(2026, 6, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel(JUNE, tick=True):
        yield


@pytest.fixture
def team(districts):
    return districts["PD-01"]


def promote_officer(officer, on: date, *ranks: str) -> None:
    """A posting for each rank, the last from the day on, the others a year before each other."""
    officer.postings.all().delete()
    begins = [on.replace(year=on.year - number) for number in reversed(range(len(ranks)))]
    for begin, end, rank in zip(begins, [*begins[1:], None], ranks, strict=True):
        officer.postings.create(unit=officer.unit, during=DateRange(begin, end), rank=rank)


def kinds() -> list:
    return sorted(TrainingDuty.objects.values_list("officer__staff_no", "kind"))


def test_entering_and_rising_make_a_duty_once(team):
    factory.make_officer(team, "T-NEW", entered_on=date(2026, 3, 1))
    factory.make_officer(team, "T-TRIAL", entered_on=date(2025, 1, 1), status="PROBATION")
    factory.make_officer(team, "T-OLD")
    factory.make_officer(team, "T-GONE", entered_on=date(2026, 3, 1), status="LEFT")
    promote_officer(factory.make_officer(team, "T-UP"), date(2026, 4, 1), "OFFICER_1", "CHIEF_4")
    promote_officer(factory.make_officer(team, "T-DOWN"), date(2026, 4, 1), "CHIEF_4", "OFFICER_1")
    promote_officer(factory.make_officer(team, "T-BACK"), date(2026, 4, 1), "CHIEF_4", "OFFICER_1", "CHIEF_4")
    promote_officer(factory.make_officer(team, "T-LONG-AGO"), date(2024, 4, 1), "OFFICER_1", "CHIEF_4")
    promote_officer(factory.make_officer(team, "T-UNKNOWN"), date(2026, 4, 1), "", "CHIEF_4")
    expected = [("T-NEW", "NEW_ENTRANT"), ("T-TRIAL", "NEW_ENTRANT"), ("T-UP", "PROMOTION")]
    assert len(derive_duties()) == 3
    assert kinds() == expected
    assert derive_duties() == []
    assert kinds() == expected
    assert TrainingDuty.objects.get(kind="PROMOTION").arisen_on == date(2026, 4, 1)


def test_promotions_entered_after_the_turn_of_the_year_are_not_lost(team):
    promote_officer(factory.make_officer(team, "T-UP"), date(2025, 12, 20), "OFFICER_1", "CHIEF_4")
    assert len(derive_duties(date(2026, 1, 15))) == 1
    TrainingDuty.objects.all().delete()
    assert derive_duties(date(2026, 6, 10)) == []


def test_a_promotion_where_he_is_has_a_posting_and_a_duty(team):
    officer = factory.make_officer(team, "T-UP", rank="CHIEF_4")
    officer.postings.update(rank="OFFICER_1")
    same = factory.make_officer(team, "T-SAME", rank="CHIEF_4")
    same.postings.update(rank="CHIEF_4")
    factory.make_officer(team, "T-UNKNOWN", rank="CHIEF_4")
    for _ in range(2):
        call_command("derive_training_duties")
    assert kinds() == [("T-UP", "PROMOTION")]
    before, now = officer.postings.order_by("during")
    assert (before.during.upper, now.during.lower, now.rank) == (JUNE.date(), JUNE.date(), "CHIEF_4")
    assert served_where_listed() is None


@pytest.mark.parametrize(
    ("state", "fields", "met"),
    [
        ("PASSED", {}, 1),
        ("FAILED", {}, 0),
        ("PASSED", {"kind": "IN_SERVICE"}, 0),
        ("PASSED", {"stage": "THEORY"}, 0),
        ("PASSED", {"stage": "PRACTICE"}, 1),
        ("PASSED", {"starts_on": date(2026, 1, 5)}, 0),
    ],
)
def test_a_class_passed_after_it_arose_meets_it(team, state, fields, met):
    officer = factory.make_officer(team, entered_on=date(2026, 3, 1))
    derive_duties()
    training_class = make_class(team, **{"kind": "NEW_ENTRANT", "starts_on": date(2026, 4, 1), **fields})
    row = make_enrollment(training_class, officer, state=state)
    assert meet_duties(row) == met
    assert TrainingDuty.objects.met().count() == met
    assert meet_duties(row) == 0
    assert reopen_duties(row) == met


def test_personnel_get_their_proof(access, rules, client, districts, team):
    met, owing = (factory.make_officer(team, entered_on=date(2026, 3, 1)) for _ in range(2))
    factory.make_officer(districts["XH-01"], entered_on=date(2026, 3, 1))
    derive_duties()
    row = make_enrollment(make_class(team, kind="NEW_ENTRANT", starts_on=date(2026, 4, 1)), met, state="PASSED")
    meet_duties(row)
    client.force_login(factory.make_staff(Role.HR, districts["PD"]))
    book = load_workbook(BytesIO(client.get(reverse("training_enrollment:proof")).content))
    lines = {line[1]: line for line in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    assert set(lines) == {met.staff_no, owing.staff_no}
    assert lines[met.staff_no][5:7] == ("已完成", row.training_class.title)
    assert lines[owing.staff_no][9] == "未安排"
    assert "50.0%（1/2人）" in book.worksheets[1]["A1"].value
    only = client.get(reverse("training_enrollment:proof"), {"state": "open"})
    assert load_workbook(BytesIO(only.content)).worksheets[0].max_row == 2
    client.force_login(factory.make_staff(Role.FINANCE, districts["PD"]))
    assert client.get(reverse("training_enrollment:proof")).status_code == 403


def test_no_rate_without_its_fraction():
    assert rate(355, 357) == "99.4%（355/357人）"
    assert rate(0, 0) == "没有人员"


def test_the_night(team, capsys):
    """Duties, a seat that stayed free, a roster that came after the enrolment, and a word before the day."""
    training_class = make_class(team, starts_on=JUNE.date() + timedelta(days=1), capacity=2)
    session = make_session(training_class)
    sure, waiting = make_enrollment(training_class), make_enrollment(training_class, state="WAITLISTED")
    DutyShift.objects.create(officer=sure.officer, during=during(session.during.lower.date(), "00:00", "23:00"))
    for _ in range(2):
        call_command("derive_training_duties")
    waiting.refresh_from_db()
    sure.refresh_from_db()
    assert (waiting.state, sure.warnings) == ("CONFIRMED", ["DUTY_SHIFT"])
    reminded = Delivery.objects.filter(once_key=f"training.tomorrow:{training_class.pk}")
    assert {row.user for row in reminded} == {sure.officer.user, waiting.officer.user}
    assert reminded.count() == 2
    assert capsys.readouterr().out.splitlines() == [
        "duties 0, promoted 1, warnings 1, reminded 2",
        "duties 0, promoted 0, warnings 0, reminded 0",
    ]
