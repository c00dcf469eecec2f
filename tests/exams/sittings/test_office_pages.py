"""The console's pages of an exam: what they show, what they refuse, what they cost."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.training.models import Enrollment
from exams.sittings.models import Candidate, CandidateGroup, Exam, Hall, KeyCorrection, Sitting, TimeOverride
from exams.sittings.services.windows import Places, share_places
from lms.jobs.models import Job
from lms.people.access import Role
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.factory import make_class
from tests.exams.sittings.factory import make_attempt, make_candidate, make_exam, make_hall, make_sitting
from tests.exams.sittings.office import make_draft, plan_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_factor(settings, access, rules):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def admin(city, client):
    user = factory.make_staff(Role.EXAM_ADMIN, city)
    client.force_login(user)
    return user


@pytest.fixture
def sitting(city, districts):
    return plan_sitting(make_exam(city), seats=30)


def url(name: str, *args) -> str:
    return reverse(f"sittings_office:{name}", args=args)


def queries(client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_an_exam_is_made_on_its_page_by_the_rules_of_the_day(admin, city, client, sitting):
    page = client.get(reverse("exam:add"))
    form = page.context["form"]
    assert [form.initial[name] for name in ("grace_seconds", "entry_minutes", "hand_in_minutes")] == [60, 30, 60]
    data = {
        "title": "中级等级考试", "code": "MID-1", "unit": city.pk, "kind": "LEVEL", "level": "INTERMEDIATE",
        "blueprint": sitting.exam.blueprint_id, "forms": 0, "limit_minutes": 120, "grace_seconds": 60,
        "browsers": "HALL", "layout": "ONE",
    }  # fmt: skip
    assert client.post(reverse("exam:add"), data).status_code == 302
    exam = Exam.objects.get(code="MID-1")
    assert (exam.pass_percent, exam.attempts, exam.entry_minutes, exam.made_by) == (70, 2, None, admin)
    obstacles = client.get(reverse("exam:inspect", args=[exam.pk])).context["obstacles"]
    assert len(obstacles) == 1
    assert client.post(reverse("exam:publish", args=[exam.pk])).status_code in {302, 403}
    assert not Exam.objects.get(pk=exam.pk).is_checked


def test_a_second_person_publishes_and_preparing_is_a_job_with_a_page(admin, city, districts, client, monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)
    exam = make_draft(city, code="E3")
    make_candidate(plan_sitting(exam), factory.make_officer(districts["PD-01"]))
    assert client.post(reverse("exam:publish", args=[exam.pk])).url == reverse("wagtailadmin_home")
    client.force_login(factory.make_staff(Role.CHIEF_EXAMINER, city))
    assert client.post(reverse("exam:publish", args=[exam.pk])).url == reverse("exam:inspect", args=[exam.pk])
    client.force_login(admin)
    answer = client.post(reverse("exam:prepare", args=[exam.pk]))
    job = Job.objects.get()
    assert (answer.url, job.total) == (job.page, 1)


def test_windows_and_halls_are_added_from_the_page(admin, client, sitting):
    exam = sitting.exam
    asked = client.get(reverse("sitting:add"), {"exam": exam.pk})
    assert asked.context["form"].initial["exam"] == exam
    begin = timezone.localtime(timezone.now() + timedelta(days=3))
    data = {
        "exam": exam.pk,
        "opens_at": f"{begin:%Y-%m-%d %H:%M}",
        "closes_at": f"{begin + timedelta(hours=3):%Y-%m-%d %H:%M}",
    }
    assert client.post(reverse("sitting:add"), data).status_code == 302
    made = Sitting.objects.get(number=2)
    watcher = factory.make_user()
    data = {"sitting": made.pk, "name": "甲", "unit": exam.unit_id, "seats": 20, "people": watcher.username}
    assert client.post(reverse("hall:add"), data).status_code == 302
    hall = made.halls.get()
    assert list(hall.invigilators.all()) == [watcher]
    assert len(hall.code) == 6
    assert client.post(reverse("hall:add"), {**data, "name": "乙", "people": "没有"}).status_code == 200
    assert client.post(reverse("sitting:seat", args=[made.pk]), {}).status_code == 302


def test_people_are_shown_first_and_entered_as_shown(admin, client, sitting, districts):
    officers = [factory.make_officer(districts["PD-01"], rank="CHIEF_3") for _ in range(3)]
    training_class = make_class(districts["PD"])
    Enrollment.objects.create(training_class=training_class, officer=officers[0], unit=officers[0].unit,
                              source="ASSIGNED", state="CONFIRMED", made_by=admin)  # fmt: skip
    assert client.get(url("add", sitting.pk), {"most": 3}).context["shown"] is None
    by_class = client.get(url("add", sitting.pk), {"training_class": training_class.pk}).context["shown"]
    assert by_class.officers == officers[:1]
    wanted = {"rank": "CHIEF_3", "unit": districts["PD"].pk}
    shown = client.get(url("add", sitting.pk), wanted).context["shown"]
    assert shown.officers == officers
    late = factory.make_officer(districts["PD-01"], rank="CHIEF_3")
    assert client.post(url("add", sitting.pk), {**wanted, "fingerprint": shown.fingerprint}).status_code == 409
    shown = client.get(url("add", sitting.pk), wanted).context["shown"]
    assert client.post(url("add", sitting.pk), {**wanted, "fingerprint": shown.fingerprint}).status_code == 302
    assert set(Candidate.objects.values_list("officer", flat=True)) == {one.pk for one in [*officers, late]}
    unknown = client.get(url("add", sitting.pk), {"numbers": "没有的编号"})
    assert unknown.context["form"].errors["numbers"]


def list_file(*rows, headings=("工号", "姓名")):
    return SimpleUploadedFile("名单.xlsx", write_xlsx("考生", list(headings), [list(row) for row in rows]))


def test_a_file_is_taken_whole_or_not_at_all(admin, client, sitting, districts):
    one, other = (factory.make_officer(districts["PD-01"]) for _ in range(2))
    gone = factory.make_officer(districts["PD-01"], status="LEFT")
    there = make_candidate(sitting, factory.make_officer(districts["PD-01"])).officer
    rows = [
        (one.staff_no, one.name),
        (one.staff_no, ""),
        ("无", ""),
        (gone.staff_no, ""),
        (other.staff_no, "别名"),
        (there.staff_no, ""),
    ]
    page = client.post(url("upload", sitting.pk), {"file": list_file(*rows)})
    assert page.status_code == 422
    found = [(problem.row, problem.code) for problem in page.context["problems"]]
    assert found == [(3, "twice"), (4, "out_of_scope"), (5, "not_in_service"), (6, "name_differs"), (7, "already_in")]
    assert Candidate.objects.count() == 1
    answer = client.post(url("upload", sitting.pk), {"file": list_file((one.staff_no, one.name), (other.staff_no, ""))})
    preview = client.get(answer.url)
    assert client.post(answer.url, {"fingerprint": "x"}).status_code == 409
    assert client.post(answer.url, {"fingerprint": preview.context["outcome"].fingerprint}).status_code == 302
    assert Candidate.objects.count() == 3


def test_a_file_with_more_people_than_seats_is_not_taken(admin, client, sitting, districts):
    Hall.objects.update(seats=1)
    rows = [(factory.make_officer(districts["PD-01"]).staff_no, "") for _ in range(2)]
    page = client.post(url("upload", sitting.pk), {"file": list_file(*rows)})
    assert [problem.code for problem in page.context["problems"]] == ["full"]


def test_a_district_names_its_own_people_and_nobody_else(client, sitting, districts, admin):
    share_places(sitting, [Places(districts["PD"], 1)], actor=admin)
    office = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    client.force_login(office)
    offered = client.get(url("offered")).context["rows"]
    assert [(one.pk, one.own_places, one.own_taken) for one in offered] == [(sitting.pk, 1, 0)]
    ours, theirs = factory.make_officer(districts["PD-01"]), factory.make_officer(districts["XH-01"])
    refused = client.get(url("add", sitting.pk), {"numbers": theirs.staff_no})
    assert refused.context["form"].errors["numbers"]
    wanted = {"numbers": ours.staff_no}
    shown = client.get(url("add", sitting.pk), wanted).context["shown"]
    client.post(url("add", sitting.pk), {**wanted, "fingerprint": shown.fingerprint})
    assert Candidate.objects.get().officer == ours
    page = client.get(reverse("sitting:inspect", args=[sitting.pk]))
    assert page.context["is_ours"] is False
    assert Hall.objects.get().code not in page.content.decode()


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICE, Role.TEAM_CLERK, Role.FINANCE])
def test_who_has_no_places_reaches_no_list(role, client, sitting, districts):
    client.force_login(factory.make_staff(role, districts["XH"]))
    doors = [url("add", sitting.pk), url("upload", sitting.pk), url("places", sitting.pk), url("resit", sitting.pk),
             url("seating_plan", sitting.pk), url("questions", sitting.exam_id)]  # fmt: skip
    assert {client.get(door).status_code for door in doors} <= {403, 404}


def test_whoever_only_sees_a_sitting_shares_no_places(client, sitting, districts, admin):
    share_places(sitting, [Places(districts["PD"], 1)], actor=admin)
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    for name in ("places", "resit", "seating_plan", "admission_list"):
        assert client.get(url(name, sitting.pk)).status_code in {403, 404}, name
    assert client.post(reverse("sitting:seat", args=[sitting.pk]), {}).status_code in {302, 403}
    assert not Candidate.objects.exclude(hall=None).exists()


def test_places_are_shared_on_their_page(admin, client, sitting, districts):
    fields = {f"{districts[code].pk}-places": places for code, places in (("PD", 12), ("XH", 8))}
    assert client.post(url("places", sitting.pk), fields).status_code == 302
    assert dict(sitting.quotas.values_list("unit__code", "places")) == {"PD": 12, "XH": 8}
    assert client.post(url("places", sitting.pk), {f"{districts['PD'].pk}-places": 31}).status_code == 409


def test_groups_and_times_of_their_own(admin, client, sitting, districts, city):
    one = make_candidate(sitting, factory.make_officer(districts["PD-01"]))
    data = {"exam": sitting.exam_id, "name": "延时组", "numbers": f"{one.number}，{one.officer.staff_no}"}
    assert client.post(reverse("candidategroup:add"), data).status_code == 302
    group = CandidateGroup.objects.get()
    assert list(group.members.all()) == [one]
    empty = {"exam": sitting.exam_id, "group": group.pk, "reason": "视力障碍"}
    assert client.post(reverse("timeoverride:add"), empty).status_code == 200
    assert client.post(reverse("timeoverride:add"), {**empty, "limit_minutes": 180}).status_code == 302
    override = TimeOverride.objects.get()
    client.post(reverse("timeoverride:approve", args=[override.pk]))
    assert not TimeOverride.objects.in_force().exists()
    client.force_login(factory.make_staff(Role.CHIEF_EXAMINER, city))
    client.post(reverse("timeoverride:approve", args=[override.pk]))
    assert TimeOverride.objects.in_force().get() == override


@pytest.mark.parametrize("name", ["seating_plan", "admission_list"])
def test_sheets_are_printed_for_each_hall(name, admin, client, sitting, districts):
    hall = sitting.halls.get()
    make_candidate(sitting, factory.make_officer(districts["PD-01"]), hall=hall, seat=3)
    for query in ({}, {"hall": hall.pk}):
        answer = client.get(url(name, sitting.pk), query)
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")


def test_a_key_is_corrected_over_the_pages_and_the_report_exported(admin, client, city, districts, monkeypatch):
    exam = make_exam(city, code="E7", kinds=("single",), each=1)
    attempt = make_attempt(make_sitting(exam))
    assert client.get(url("questions", exam.pk)).status_code == 409
    Sitting.objects.update(opens_at=timezone.now() - timedelta(hours=5), closes_at=timezone.now() - timedelta(hours=1))
    version = client.get(url("questions", exam.pk)).context["page"].object_list[0]
    assert client.get(url("correct", exam.pk, version.pk)).status_code == 200
    assert client.get(url("correct", exam.pk, version.pk + 1)).status_code == 404
    data = {"treatment": "FULL_MARKS", "reason": "题干有歧义"}
    assert client.post(url("correct", exam.pk, version.pk), data).status_code == 302
    correction = KeyCorrection.objects.get()
    assert client.get(reverse("keycorrection:inspect", args=[correction.pk])).status_code == 200
    report = exam.regrades.create(made_by=admin, looked_at=1, differences=[
        {"attempt": attempt.pk, "before": "0.00/2.00", "after": "2.00/2.00", "slots": ["1"]}])  # fmt: skip
    assert len(client.get(reverse("regrade:inspect", args=[report.pk])).context["lines"]) == 1
    book = load_workbook(BytesIO(client.get(url("export_regrade", report.pk)).content))
    assert attempt.candidate.number in [row[0] for row in book.active.iter_rows(values_only=True)]


@pytest.mark.parametrize("door", ["exam:inspect", "sitting:inspect"])
def test_pages_cost_the_same_with_more_of_everything(door, admin, client, sitting, districts):
    address = reverse(door, args=[sitting.exam_id if door == "exam:inspect" else sitting.pk])
    make_candidate(sitting, factory.make_officer(districts["PD-01"]))
    few = queries(client, address)
    for number in range(10):
        make_candidate(sitting, factory.make_officer(districts["XH-02"]))
        make_hall(sitting, name=f"又{number}")
        make_hall(plan_sitting(sitting.exam), name=f"再{number}")
    assert queries(client, address) == few


def test_a_list_with_more_people_costs_the_same(admin, client, sitting, districts):
    factory.make_officer(districts["PD-01"])
    address = f"{url('add', sitting.pk)}?status=SERVING"
    few = queries(client, address)
    for _ in range(10):
        factory.make_officer(districts["XH-01"])
    assert queries(client, address) == few
