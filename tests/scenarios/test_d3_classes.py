"""D3, the classes: 359 new entrants from the personnel file to their seats, over the pages of the console."""

from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from courses.training.invariants import INVARIANTS
from courses.training.models import Enrollment, PlanItem, TrainingDuty, TrainingPlan
from courses.training.services.duties import meet_duties
from instructors.venues.models import Venue
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.people.access import Role
from lms.people.models import Officer
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.factory import make_class, make_session, make_venue

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
ENTERED = "2026-07-01"
HEADINGS = ["人员编号", "姓名", "单位编码", "性别", "入职日期", "状态"]
CLASSES = [90, 90, 90, 89]


@pytest.fixture(autouse=True)
def july(access, rules):
    with time_machine.travel(JULY, tick=True):
        yield


@pytest.fixture
def sixteen(city):
    """Sixteen districts, each with two teams and a base."""
    districts = [factory.make_district(city, f"Q{number:02d}") for number in range(1, 17)]
    for district in districts:
        for number in (1, 2):
            factory.make_unit(district, f"{district.code}-0{number}")
        make_venue(district, name=f"{district.code}实践基地", kind=Venue.Kind.PRACTICE_BASE)
    return districts


@pytest.fixture
def office(city, client):
    user = factory.make_staff(Role.CITY_OFFICE, city)
    client.force_login(user)
    return user


def row_of(number: int) -> list[str]:
    unit = f"Q{number % 16 + 1:02d}-0{number // 16 % 2 + 1}"
    return [f"N-{number:04d}", f"测试员·{number:04d}", unit, "男" if number % 3 else "女", ENTERED, "试用"]


def upload(client, rows):
    file = SimpleUploadedFile("新进人员.xlsx", write_xlsx("人员", HEADINGS, rows))
    return client.post(reverse("people_import:upload"), {"file": file}, follow=True)


def test_from_the_file_to_the_seats(client, office, city, sixteen):
    check_file(client)
    derive()
    item = make_item(city)
    theory = [make_class(city, plan_item=item, stage="THEORY", **fields) for fields in theory_fields()]
    assign_theory(client, theory)
    finish_theory(theory)
    practice = [make_practice(district, item) for district in sixteen]
    assign_practice(client, practice)
    prove(client, practice)
    assert [invariant.__name__ for invariant in INVARIANTS if invariant()] == []


def check_file(client):
    """361 rows, of which two are there twice and one has no unit: three problems and nothing written."""
    good = [row_of(number) for number in range(359)]
    without_unit = [*good[10][:2], "", *good[10][3:]]
    wrong = [*good[:10], without_unit, *good[11:], good[3], good[200]]
    assert len(wrong) == 361
    page = upload(client, wrong)
    found = [(problem.row, problem.code) for problem in page.context["outcome"].errors]
    assert found == [(12, "blank"), (361, "duplicate_staff_no"), (362, "duplicate_staff_no")]
    assert not Officer.objects.exists()
    page = upload(client, good)
    assert page.context["outcome"].errors == []
    token, fingerprint = page.context["upload"].token, page.context["outcome"].fingerprint
    client.post(reverse("people_import:confirm", args=[token]), {"fingerprint": fingerprint})
    assert Officer.objects.filter(status="PROBATION").count() == 359


def derive():
    for _ in range(2):
        call_command("derive_training_duties", verbosity=0)
        assert TrainingDuty.objects.filter(kind="NEW_ENTRANT", met_by=None).count() == 359
    assert TrainingDuty.objects.count() == 359


def make_item(city) -> PlanItem:
    plan = TrainingPlan.objects.create(unit=city, year=2026, title="2026年度培训计划", made_by=factory.make_user())
    return PlanItem.objects.create(
        plan=plan, number=1, title="新进人员初任培训", audience="新进人员", classes=4, seats=90, days=10,
        kind="NEW_ENTRANT",
    )  # fmt: skip


def theory_fields():
    for number, capacity in enumerate(CLASSES, start=1):
        begin = date(2026, 8, 3 + number % 2 * 7)
        yield {"title": f"理论班第{number}期", "capacity": capacity, "starts_on": begin, "kind": "NEW_ENTRANT"}


def assign(client, training_class, **wanted):
    """Look first, then confirm; the job runs when it is large. Says what was shown."""
    url = reverse("training_enrollment:assign", args=[training_class.pk])
    deal = client.get(url, wanted).context["deal"]
    answer = client.post(url, {"fingerprint": deal.fingerprint, **wanted})
    assert answer.status_code == 302
    for job in Job.objects.filter(state="QUEUED", kind="training.assign"):
        run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.held) == ("DONE", 0)
    return deal


def assign_theory(client, theory):
    deal = assign(client, theory[0], owes="on", fresh="on", classes=[one.pk for one in theory[1:]])
    assert (deal.people, deal.over, deal.clashing) == (359, 0, 0)
    seated = [one.enrollments.filter(state="CONFIRMED").count() for one in theory]
    assert seated == CLASSES
    assert Enrollment.objects.count() == 359
    for one in theory:
        units = one.enrollments.values("unit__path").distinct().count()
        assert units == 32, "every team sends some of its people to every class"
    page = client.get(reverse("training_enrollment:learners", args=[theory[3].pk]))
    assert "89/89人" in page.content.decode()
    again = client.get(reverse("training_enrollment:assign", args=[theory[0].pk]), {"owes": "on"})
    assert again.context["deal"].people == 0


def finish_theory(theory):
    """All pass; a theory stage alone meets no duty."""
    for row in Enrollment.objects.filter(training_class__in=theory):
        row.state = "PASSED"
        row.save()
        assert meet_duties(row) == 0


def make_practice(district, item):
    training_class = make_class(
        district, plan_item=item, stage="PRACTICE", kind="NEW_ENTRANT", title=f"{district.code}实践班", capacity=25,
        starts_on=date(2026, 9, 1),
    )  # fmt: skip
    make_session(training_class, venue=Venue.objects.get(unit=district), rule="R15")
    return training_class


def assign_practice(client, practice):
    for training_class in practice:
        deal = assign(client, training_class, follows="on", fresh="on", unit=training_class.unit_id)
        assert (deal.over, deal.clashing) == (0, 0)
    seated = [one.enrollments.filter(state="CONFIRMED").count() for one in practice]
    assert (sum(seated), {*seated}) == (359, {22, 23})
    for one in practice:
        assert not one.enrollments.exclude(unit__path__startswith=one.unit.path).exists()


def prove(client, practice):
    """355 pass; the file says so with the numbers behind the rate."""
    rows = list(Enrollment.objects.filter(training_class__in=practice).order_by("pk"))
    for number, row in enumerate(rows):
        row.state = "PASSED" if number < 355 else "FAILED"
        row.save()
        meet_duties(row)
    book = load_workbook(BytesIO(client.get(reverse("training_enrollment:proof")).content))
    assert "98.9%（355/359人）" in book.worksheets[1]["A1"].value
    lines = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert len(lines) == 359
    assert sum(line[5] == "已完成" for line in lines) == 355
    still = client.get(reverse("trainingduty:index"), {"state": "open"})
    assert still.context["view"].get_queryset().count() == 4
