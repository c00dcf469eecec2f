from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exams.papers.balance import Item, balance
from exams.papers.models import Paper, PaperItem
from exams.papers.services.ordering import draw_forms, order_papers, order_sealing, verify_paper
from exams.papers.services.sealing import seal_paper
from exams.papers.views.papers import PDF, SHEETS, WORD
from lms.audit.models import AuditEvent
from lms.jobs.models import Job
from lms.jobs.running import run_job
from tests import factory
from tests.exams.papers.factory import make_bank, make_blueprint, make_question

pytestmark = pytest.mark.django_db


@pytest.fixture
def blueprint(settings, access, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    bank = make_bank(districts["PD"])
    for _ in range(12):
        make_question(bank)
    return make_blueprint(bank, ("single", 5, 2))


@pytest.fixture
def paper(blueprint):
    return draw_forms(blueprint, purpose="等级考试", count=2, actor=factory.make_user())[0]


@pytest.fixture
def sealed(paper):
    return seal_paper(paper, timezone.now() + timedelta(hours=2), actor=factory.make_user())


def doors(paper):
    return [
        reverse("papers_console:read", args=[paper.pk]),
        *(reverse("papers_console:sheet", args=[paper.pk, name]) for name in SHEETS),
    ]


def refusals():
    return list(
        AuditEvent.objects.filter(action="papers.refuse").order_by("seq").values_list("detail__code", flat=True)
    )


def stems(paper):
    return [item.content["stem"] for item in paper.items.all()]


def test_a_setter_at_a_sealed_paper_is_refused_and_written_down(sealed, districts, client):
    client.force_login(factory.make_staff("EXAM_SETTER", districts["PD"]))
    for number, door in enumerate(doors(sealed), start=1):
        page = client.get(door)
        assert page.status_code == 403
        assert not any(stem in page.content.decode() for stem in stems(sealed))
        assert refusals() == ["not_allowed"] * number


def test_before_its_window_not_even_the_chief(sealed, districts, client):
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    for number, door in enumerate(doors(sealed), start=1):
        page = client.get(door)
        assert page.status_code == 403
        assert timezone.localtime(sealed.opens_at).strftime("%H:%M") in page.content.decode()
        assert refusals() == ["sealed"] * number
    assert not AuditEvent.objects.filter(action="papers.open").exists()


def test_opened_in_its_window_and_each_reading_written_down(sealed, districts, client):
    Paper.objects.update(opens_at=timezone.now())
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    pages = [client.get(door) for door in doors(sealed)]
    assert [page.status_code for page in pages] == [200] * 6
    assert all(stem.removeprefix("<p>")[:5] in pages[0].content.decode() for stem in stems(sealed))
    assert [page["Content-Type"] for page in pages[1:]] == [PDF, PDF, PDF, WORD, WORD]
    assert all("no-store" in page["Cache-Control"] for page in pages)
    assert AuditEvent.objects.filter(action="papers.open").count() == 6


def test_a_paper_of_another_district_is_not_there(sealed, districts, client):
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["XH"]))
    assert [client.get(door).status_code for door in doors(sealed)] == [404] * 6
    assert refusals() == ["outside"] * 6


def test_forms_are_drawn_in_the_console(blueprint, districts, client):
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    draw = reverse("blueprint:draw", args=[blueprint.pk])
    page = client.post(draw, {"purpose": "考试", "kind": "forms", "count": 3}, follow=True)
    assert list(Paper.objects.order_by("form").values_list("form", flat=True)) == ["A", "B", "C"]
    assert page.context["balance"].questions == [5, 5, 5]
    assert client.post(draw, {"purpose": "考试", "kind": "forms", "count": 9}).status_code == 200
    client.post(draw, {"purpose": "每人一卷", "kind": "each", "count": 120})
    job = Job.objects.get()
    run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.result) == ("DONE", 120, {"试卷": 120})
    assert Paper.objects.filter(purpose="每人一卷").count() == 120


def test_a_short_bank_is_refused_before_there_is_a_job(blueprint):
    blueprint.cells.update(count=13)
    with pytest.raises(ValidationError) as refusal:
        order_papers(blueprint, purpose="考", count=5, actor=factory.make_user())
    assert refusal.value.code == "short"
    assert not Job.objects.exists()


def test_an_unapproved_blueprint_has_no_way_to_draw(blueprint, districts, client):
    draft = make_blueprint(blueprint.banks.get(), ("single", 1, 1), code="D", is_approved=False)
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    data = {"purpose": "考", "kind": "forms", "count": 1}
    page = client.post(reverse("blueprint:draw", args=[draft.pk]), data)
    assert page.context["form"].non_field_errors().as_data()[0].code == "not_approved"


def test_sealed_in_the_console_with_all_drawn_beside_it(paper, districts, client):
    chief = factory.make_staff("CHIEF_EXAMINER", districts["PD"])
    client.force_login(chief)
    opens_at = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    client.post(reverse("paper:seal", args=[paper.pk]), {"opens_at": opens_at, "is_whole": "on"})
    assert Paper.objects.sealed().count() == 1
    run_job(Job.objects.get().pk)
    assert Paper.objects.sealed().count() == 2


def test_whoever_drew_them_seals_none(paper):
    run_job(order_sealing(paper, timezone.now() + timedelta(days=1), actor=paper.made_by).pk)
    assert Job.objects.get().held == 2
    assert not Paper.objects.sealed().exists()


def test_drawn_again_it_is_the_same_or_refused(sealed, districts, client):
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    page = client.post(reverse("paper:verify", args=[sealed.pk]), follow=True)
    assert sealed.sha256[:16] in page.content.decode()
    assert AuditEvent.objects.filter(action="papers.verify").count() == 1
    Paper.objects.filter(pk=sealed.pk).update(sha256="0" * 64)
    with pytest.raises(ValidationError) as refusal:
        verify_paper(Paper.objects.get(pk=sealed.pk), actor=sealed.made_by)
    assert refusal.value.code == "differs"


def test_the_page_of_a_sealed_paper_shows_none_of_it(sealed, districts, client):
    client.force_login(factory.make_staff("EXAM_ADMIN", districts["PD"]))
    for page in ("inspect", "verify"):
        shown = client.get(reverse(f"paper:{page}", args=[sealed.pk])).content.decode()
        assert not any(stem in shown for stem in stems(sealed))


def test_balance():
    two, one = Decimal(2), Decimal(1)
    found = balance([
        Item("A", 1, "处罚", 1, one), Item("A", 2, "程序", 4, two), Item("B", 2, "程序", 4, two), Item("B", 3, "程序", 2, two)
    ])  # fmt: skip
    assert found.forms == ["A", "B"]
    assert [(share.questions, share.marks, share.width) for share in found.topics["程序"]] == [(1, 2, 67), (2, 4, 100)]
    assert [str(one) for one in found.difficulty] == ["3.00", "3.00"]
    assert found.shared == {"A": [None, 1], "B": [1, None]}


def test_a_paper_costs_the_same_with_more_questions(blueprint, districts, client):
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    costs = []
    for count in (1, 11):
        blueprint.cells.update(count=count)
        draw_forms(blueprint, purpose=f"考{count}", count=2, actor=factory.make_user())
        paper = Paper.objects.first()
        pages = [reverse("paper:inspect", args=[paper.pk]), reverse("papers_console:read", args=[paper.pk])]
        client.get(pages[0])
        with CaptureQueriesContext(connection) as queries:
            assert [client.get(page).status_code for page in pages] == [200, 200]
        costs.append(len(queries))
    assert PaperItem.objects.filter(paper=paper).count() == 11
    assert costs[0] == costs[1]
