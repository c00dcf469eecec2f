"""What officers and offices see of results."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exams.results.models import Clearance, ExamAppeal, ExamVoiding, Release, Revision
from exams.results.services.appeals import file_appeal
from exams.results.services.deciding import accept
from exams.results.services.voiding import propose_voiding, void_exam
from exams.sittings.models import Incident, Voiding
from lms.people.access import Role
from tests import factory
from tests.exams.results.factory import OVER, attempts_of, hand_in, outcome_of, release, sat
from tests.exams.sittings.factory import make_attempt, make_exam, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(districts, rules, access):
    return sat(districts["PD"], (16, 4))


@pytest.fixture
def candidate(exam):
    return attempts_of(exam)[1].candidate


@pytest.fixture
def reader(client, candidate):
    client.force_login(candidate.officer.user)
    return client


def result_url(candidate) -> str:
    return reverse("results:result", args=[candidate.pk])


def test_nothing_before_the_release(reader, candidate):
    page = reader.get(result_url(candidate))
    assert page.context["outcome"] is None
    assert page.context["windows"] == []
    assert [one.candidate for one in reader.get(reverse("results:mine")).context["waiting"]] == [candidate]


@pytest.mark.parametrize(
    ("feedback", "questions", "keys"), [("TOTAL", 0, False), ("POINTS", 8, False), ("KEYS", 8, True)]
)
def test_as_much_as_the_release_decided(reader, exam, candidate, feedback, questions, keys):
    release(exam, feedback=feedback)
    page = reader.get(result_url(candidate))
    assert len(page.context["standing"].questions) == questions
    stem = candidate.attempt.paper.items.get(slot=1).content["stem"]
    assert (stem[:6] in page.content.decode()) is keys
    assert page.context["outcome"].marks == 4
    assert {one.kind for one in page.context["windows"]} == {"ARITHMETIC", "QUESTION"}
    assert reader.get(reverse("results:mine")).context["outcomes"][0] == outcome_of(candidate.attempt)


def test_the_old_page_leads_to_the_new(reader, exam, candidate):
    release(exam)
    assert reader.get(reverse("exams:review", args=[candidate.pk])).url == result_url(candidate)
    page = reader.get(reverse("exams:receipt", args=[candidate.pk]))
    assert page.context["is_released"]


def test_nobody_else_reads_it(client, exam, candidate):
    release(exam)
    client.force_login(attempts_of(exam)[0].candidate.officer.user)
    for url in (result_url(candidate), reverse("results:file", args=[candidate.pk, "arithmetic"])):
        assert client.get(url).status_code == 404
    appeal = filed(candidate)
    for method, name in (("get", "appeal"), ("post", "withdraw")):
        assert getattr(client, method)(reverse(f"results:{name}", args=[appeal.pk])).status_code == 404


def filed(candidate, kind="ARITHMETIC") -> ExamAppeal:
    appeal = ExamAppeal(attempt=candidate.attempt, kind=kind, text="请核查合计")
    return file_appeal(appeal, actor=candidate.officer.user, accepts_lower=True)


def test_filing_and_taking_back(reader, exam, candidate):
    release(exam)
    url = reverse("results:file", args=[candidate.pk, "arithmetic"])
    assert "可能升，也可能降" in reader.get(url).content.decode()
    refused = reader.post(url, {"text": "合计有误"})
    assert refused.status_code == 422
    assert not ExamAppeal.objects.exists()
    page = reader.post(url, {"text": "合计有误", "accepts_lower": "on", "slot": ""}, follow=True)
    appeal = ExamAppeal.objects.get()
    assert (page.context["appeal"], appeal.slot, appeal.state) == (appeal, None, "FILED")
    reader.post(reverse("results:withdraw", args=[appeal.pk]))
    appeal.refresh_from_db()
    assert appeal.state == "WITHDRAWN"
    assert reader.get(reverse("results:file", args=[candidate.pk, "nonsense"])).status_code == 404
    assert reader.post(reverse("results:file", args=[candidate.pk, "question"]), {"text": "x"}).status_code == 422


def test_void_pages(reader, exam, candidate):
    release(exam)
    void_exam(propose_voiding(exam, actor=factory.make_user(), reason="泄题"), actor=factory.make_user())
    page = reader.get(result_url(candidate))
    assert page.context["outcome"].is_void
    assert [one.kind for one in page.context["windows"]] == ["VIOLATION"]
    assert reader.get(reverse("results:file", args=[candidate.pk, "violation"])).status_code == 200
    assert reader.get(reverse("results:mine")).status_code == 200


def test_an_attempt_voided_in_the_hall(reader, exam, candidate):
    now = timezone.now()
    Voiding.objects.create(
        candidate=candidate, reason="抄袭", made_by=factory.make_user(), checked_by=factory.make_user(), checked_at=now
    )
    candidate.attempt.state = "VOID"
    candidate.attempt.save()
    page = reader.get(result_url(candidate))
    assert (page.context["voiding"].reason, [one.kind for one in page.context["windows"]]) == ("抄袭", ["VIOLATION"])
    assert result_url(candidate) in reader.get(reverse("exams:room", args=[candidate.pk])).content.decode()


def test_flat_costs(reader, exam, candidate, districts):
    release(exam)
    reader.get(reverse("results:mine"))
    with CaptureQueriesContext(connection) as few:
        reader.get(reverse("results:mine"))
    for number in range(5):
        other = make_exam(districts["PD"], kinds=("single",), each=1, code=f"F{number}")
        hand_in(make_attempt(make_sitting(other, **OVER), officer=candidate.officer))
        release(other)
    with CaptureQueriesContext(connection) as many:
        reader.get(reverse("results:mine"))
    assert len(many) == len(few)


@pytest.fixture
def staff(settings, districts, access, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def sign_in(role, unit="PD"):
        user = factory.make_staff(role, districts[unit])
        client.force_login(user)
        return user

    return sign_in


def test_proposed_and_carried_out_over_the_console(staff, exam, client):
    staff(Role.CHIEF_EXAMINER)
    url = reverse("results_office:propose", args=[exam.pk])
    page = client.get(url)
    assert (page.context["people"], page.context["obstacles"]) == (2, [])
    client.post(url, {"sittings": [one.pk for one in exam.sittings.all()], "feedback": "POINTS"})
    proposed = Release.objects.get()
    check = reverse("release:check", args=[proposed.pk])
    assert "same_person" in {one.code for one in client.post(check).context["form"].non_field_errors().as_data()}
    assert client.get(reverse("release:inspect", args=[proposed.pk])).status_code == 200
    staff(Role.EXAM_ADMIN)
    assert client.post(check).url == reverse("release:inspect", args=[proposed.pk])
    page = client.get(reverse("release:inspect", args=[proposed.pk])).content.decode()
    assert "50.0%（1/2人）" in page
    assert client.get(reverse("outcome:index")).context["object_list"].count() == 2
    for one in attempts_of(exam):
        assert client.get(reverse("outcome:inspect", args=[outcome_of(one).pk])).status_code == 200


def test_the_page_lists_what_stands_in_the_way(staff, exam, client):
    user = staff(Role.CHIEF_EXAMINER)
    incident = Incident.objects.create(
        candidate=attempts_of(exam)[0].candidate, kind="其他异常", at=timezone.now(), description="停电",
        reported_by=factory.make_user(),
    )  # fmt: skip
    url = reverse("results_office:propose", args=[exam.pk])
    page = client.get(url)
    assert [one.code for one in page.context["obstacles"]] == ["incident"]
    client.post(reverse("results_office:clear", args=[incident.pk]), {"reason": ""})
    assert not Clearance.objects.exists()
    client.post(reverse("results_office:clear", args=[incident.pk]), {"reason": "时间已补"})
    assert Clearance.objects.get().made_by == user
    assert client.get(url).context["obstacles"] == []


def test_foreign_exams_are_not_there(staff, exam, client):
    staff(Role.CHIEF_EXAMINER, "XH")
    assert client.get(reverse("results_office:propose", args=[exam.pk])).status_code == 404
    incident = Incident.objects.create(
        candidate=attempts_of(exam)[0].candidate, kind="x", at=timezone.now(), description="x",
        reported_by=factory.make_user(),
    )  # fmt: skip
    assert client.post(reverse("results_office:clear", args=[incident.pk]), {"reason": "x"}).status_code == 404
    staff(Role.DISTRICT_OFFICE)
    assert client.get(reverse("results_office:propose", args=[exam.pk])).status_code == 403


def test_an_appeal_over_the_console(staff, exam, candidate, client):
    release(exam)
    appeal = filed(candidate)
    user = staff(Role.CHIEF_EXAMINER)
    page, url = reverse("examappeal:inspect", args=[appeal.pk]), reverse("results_office:decide", args=[appeal.pk])
    assert client.get(url).url == page
    client.post(reverse("examappeal:accept", args=[appeal.pk]))
    assert client.get(page).context["is_handler"]
    assert client.get(url).status_code == 200
    assert client.post(url, {"reply": "核查无误", "marks-3-0": "9"}).status_code == 422
    client.post(url, {"reply": "漏计一题", "marks-3-0": "2"})
    appeal.refresh_from_db()
    assert (appeal.result, appeal.handler, outcome_of(candidate.attempt).marks) == ("RAISED", user, 6)
    body = client.get(page).content.decode()
    assert "6/16分" in body
    assert "4/16分" not in body


def test_a_question_in_dispute_is_shown_to_its_handler_only(staff, exam, candidate, client):
    release(exam)
    appeal = ExamAppeal(attempt=candidate.attempt, kind="QUESTION", slot=1, text="答案有争议")
    appeal = file_appeal(appeal, actor=candidate.officer.user, accepts_lower=True)
    handler = staff(Role.CHIEF_EXAMINER)
    accept(appeal, actor=handler)
    url = reverse("results_office:decide", args=[appeal.pk])
    assert client.get(url).context["told"]["slot"] == 1
    staff(Role.CHIEF_EXAMINER)
    assert client.get(url).status_code == 302
    staff(Role.EXAM_ADMIN)
    assert client.get(url).status_code == 403


def test_voiding_over_the_console(staff, exam, client):
    release(exam)
    staff(Role.CHIEF_EXAMINER)
    form = client.post(reverse("examvoiding:add"), {"exam": exam.pk, "number": "不存在", "reason": "泄题"})
    assert form.context["form"].errors
    client.post(reverse("examvoiding:add"), {"exam": exam.pk, "number": "", "reason": "泄题"})
    proposed = ExamVoiding.objects.get()
    assert client.get(reverse("examvoiding:inspect", args=[proposed.pk])).context["reach"] == {
        "results": 2,
        "entries": 1,
    }
    city = factory.make_staff(Role.CITY_OFFICE, exam.unit.get_parent())
    client.force_login(city)
    assert client.get(reverse("examvoiding:check", args=[proposed.pk])).status_code == 200
    client.post(reverse("examvoiding:check", args=[proposed.pk]))
    proposed.refresh_from_db()
    assert proposed.done["results"] == 2
    assert client.get(reverse("examvoiding:inspect", args=[proposed.pk])).status_code == 200


def test_revision_over_the_console(staff, exam, client):
    release(exam)
    staff(Role.EXAM_ADMIN)
    page = client.post(reverse("revision:add"), {"exam": exam.pk, "reason": "更正"})
    assert page.context["form"].errors
    assert not Revision.objects.exists()


def test_history_for_auditors(staff, exam, candidate, client):
    release(exam)
    staff(Role.AUDITOR)
    page = client.get(reverse("outcome:inspect", args=[outcome_of(candidate.attempt).pk]))
    assert page.context["sees_history"]
