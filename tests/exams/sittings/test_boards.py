"""The hall's pages: who may see which, what stands there, and what never does."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.sittings import token
from exams.sittings.models import Compensation, Incident, LateAcceptance, Voiding
from exams.sittings.saving import save
from lms.people.access import Role
from tests import factory
from tests.exams.sittings.factory import make_attempt, make_exam, make_hall, make_open_attempt, make_sitting

pytestmark = pytest.mark.django_db
CANARY = "我写的答案"


@pytest.fixture
def sitting(access, rules, districts):
    return make_sitting(make_exam(districts["PD"], kinds=("fill_in",), each=3))


@pytest.fixture
def hall(sitting):
    return make_hall(sitting)


@pytest.fixture
def attempt(sitting, hall):
    attempt = make_open_attempt(sitting, hall=hall, seat=1)
    save(attempt.pk, 1, [(1, 1, json.dumps({"1": CANARY}))])
    return attempt


@pytest.fixture
def invigilator(hall, districts):
    user = factory.make_staff(Role.INVIGILATOR, districts["PD"])
    hall.invigilators.add(user)
    return user


@pytest.fixture
def chief(districts, sitting):
    return factory.make_staff(Role.CHIEF_EXAMINER, districts["PD"])


def get(client, user, name, *values):
    client.force_login(user)
    return client.get(reverse(f"halls:{name}", args=values))


def do(client, user, attempt, deed, **fields):
    client.force_login(user)
    return client.post(f"{reverse('halls:candidate', args=[attempt.candidate_id])}?do={deed}", fields)


def pages(hall, attempt):
    return [("board", hall.pk), ("screen", hall.pk), ("candidate", attempt.candidate_id)]


def test_own_hall_and_no_other(client, hall, attempt, invigilator, districts, officer):
    other = factory.make_staff(Role.INVIGILATOR, districts["PD"])
    far = factory.make_staff(Role.CHIEF_EXAMINER, districts["XH"])
    for name, pk in pages(hall, attempt):
        assert get(client, invigilator, name, pk).status_code == 200, name
        for stranger in (other, far, officer.user):
            assert get(client, stranger, name, pk).status_code == 404, name
    assert get(client, invigilator, "sitting", hall.sitting_id).status_code == 404


def test_whoever_runs_or_decides_sees_all_of_it(client, hall, attempt, chief, districts):
    for user in (chief, factory.make_staff(Role.EXAM_ADMIN, districts["PD"])):
        for name, pk in [*pages(hall, attempt), ("sitting", hall.sitting_id)]:
            assert get(client, user, name, pk).status_code == 200, name


def test_no_answer_on_any_page(client, hall, attempt, invigilator, chief):
    key = attempt.paper.items.first().content["blanks"][0]["accepted"][0]["text"]
    for user in (invigilator, chief):
        for name, pk in pages(hall, attempt):
            text = get(client, user, name, pk).content.decode()
            assert CANARY not in text, name
            assert f">{key}<" not in text, name


def test_the_board_says_how_it_stands(client, hall, attempt, invigilator):
    text = get(client, invigilator, "board", hall.pk).content.decode()
    assert "1/3题" in text
    part = client.get(f"{reverse('halls:board', args=[hall.pk])}?part=1").content.decode()
    assert "<html" not in part
    assert "1/3题" in part


@pytest.mark.parametrize("name", ["board", "sitting"])
def test_as_many_queries_for_eleven_seats_as_for_one(name, client, hall, attempt, chief):
    client.force_login(chief)
    address = reverse(f"halls:{name}", args=[hall.pk if name == "board" else hall.sitting_id])
    client.get(address)
    few = queries_of(client, address)
    for seat in range(2, 12):
        make_attempt(hall.sitting, hall=hall, seat=seat)
    assert queries_of(client, address) == few < 30


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def test_minutes_from_the_hall_to_the_device(client, attempt, invigilator, chief):
    """Proposed by the invigilator, granted by the chief, told with the next beat."""
    proposed = do(client, invigilator, attempt, "compensate", whom="candidate", minutes="10", reason="断电")
    assert proposed.status_code == 302
    row = Compensation.objects.get()
    before = beat(client, attempt)["deadline"]
    client.force_login(chief)
    assert "断电" in client.get(reverse("halls:decisions")).content.decode()
    client.post(reverse("halls:decide", args=["compensation", row.pk]), {"grant": "1"})
    assert beat(client, attempt)["deadline"] - before == 600_000


def beat(client, attempt) -> dict:
    return client.post("/answers/beat/", "", "application/json", headers={"X-Attempt": token.issue(attempt)}).json()


def test_a_refusal_needs_a_reason(client, attempt, invigilator, chief):
    do(client, invigilator, attempt, "compensate", whom="hall", minutes="10", reason="断电")
    row = Compensation.objects.get()
    client.force_login(chief)
    address = reverse("halls:decide", args=["compensation", row.pk])
    client.post(address, {})
    assert Compensation.objects.pending().exists()
    client.post(address, {"reason": "没有断电"})
    assert not Compensation.objects.pending().exists()


def test_whoever_proposed_does_not_decide(client, attempt, districts):
    both = factory.make_staff(Role.CHIEF_EXAMINER, districts["PD"])
    factory.grant(both, Role.EXAM_ADMIN, districts["PD"])
    do(client, both, attempt, "compensate", whom="candidate", minutes="10", reason="断电")
    row = Compensation.objects.get()
    assert "是您提出的" in client.get(reverse("halls:decisions")).content.decode()
    client.post(reverse("halls:decide", args=["compensation", row.pk]), {"grant": "1"})
    assert not Compensation.objects.granted().exists()


def test_an_invigilator_decides_nothing(client, attempt, invigilator):
    do(client, invigilator, attempt, "compensate", whom="candidate", minutes="10", reason="断电")
    assert get(client, invigilator, "decisions").status_code == 403
    client.post(reverse("halls:decide", args=["compensation", Compensation.objects.get().pk]), {"grant": "1"})
    assert not Compensation.objects.granted().exists()
    assert do(client, invigilator, attempt, "void", reason="夹带").status_code == 403
    assert not Voiding.objects.exists()


def test_an_incident_is_written_down_by_a_kind_of_the_rule(client, attempt, invigilator):
    assert do(client, invigilator, attempt, "report", kind="没有这种", description="x").status_code == 422
    kind = "交头接耳、打手势或传递物品"
    assert do(client, invigilator, attempt, "report", kind=kind, description="与邻座交谈两次。").status_code == 302
    assert Incident.objects.get().kind == kind


def test_a_file_brought_to_the_hall(client, attempt, invigilator, chief):
    text = {"token": token.issue(attempt), "answers": [{"slot": 2, "rev": 1, "answer": {"1": "断网时"}}]}
    file = make_file(json.dumps(text))
    assert do(client, invigilator, attempt, "import", file=file).status_code == 302
    page = client.get(reverse("halls:candidate", args=[attempt.candidate_id])).content.decode()
    assert "第2题" in page
    assert "断网时" not in page
    event = attempt.events.get(kind=4)
    assert do(client, invigilator, attempt, "accept", events=[event.pk], reason="平板坏了").status_code == 302
    client.force_login(chief)
    client.post(reverse("halls:decide", args=["acceptance", LateAcceptance.objects.get().pk]), {"grant": "1"})
    assert attempt.answers.get(slot=2).payload == {"1": "断网时"}


def make_file(text: str):

    return SimpleUploadedFile("unsent.json", text.encode())


def test_a_wrong_file_is_told_so(client, attempt, invigilator):
    answer = do(client, invigilator, attempt, "import", file=make_file("[]"))
    assert answer.status_code == 422
    assert "不是答题页导出的文件" in answer.content.decode()
