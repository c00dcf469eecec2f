from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exams.statistics.models import AnalysedExam
from exams.statistics.plots import Place, histogram, scatter, traces
from lms.jobs.models import Job
from lms.people.access import Role
from tests import factory
from tests.exams.papers.factory import make_bank, make_question
from tests.exams.sittings.factory import make_sitting
from tests.exams.statistics.factory import analysed, held_exam, right, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]


@pytest.fixture
def signed_in(settings, client, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False

    def as_role(role, unit="PD"):
        user = factory.make_staff(role, districts[unit])
        client.force_login(user)
        return client

    return as_role


@pytest.fixture
def analysis(districts):
    return analysed(
        held_exam(districts["PD-01"], people=30, kinds=("single", "true_false", "fill_in"), each=2, respond=right)
    )


def test_the_analysis_shows_figures_with_their_n(signed_in, analysis):
    page = signed_in(Role.CHIEF_EXAMINER).get(reverse("itemanalysis:inspect", args=[analysis.pk]))
    text = page.content.decode()
    assert "不可用" in text  # all totals equal: no reliability
    assert "100.0%（30/30）" in text
    assert text.count("30人") >= 6
    assert "题余相关" in text
    assert "27%高低分组指数" in text
    assert "style=" not in text.split('<div class="desk', 1)[1].split("</main>")[0]


def test_negative_alpha_is_shown_as_it_is(signed_in, districts):
    """Two halves of the people each know the other half of the paper."""
    exam = held_exam(districts["PD-01"], people=6, each=2, respond=one_of_two)
    page = signed_in(Role.EXAM_ADMIN).get(reverse("itemanalysis:inspect", args=[analysed(exam).pk]))
    assert "−" in page.content.decode()


def one_of_two(person, item):
    if person == 0:
        return right(person, item)
    return right(person, item) if (item.slot + person) % 2 else wrong(item)


def test_every_page_opens_for_every_kind_of_question(signed_in, districts):
    kinds = ("single", "multiple", "true_false", "fill_in", "numeric", "matching", "ordering", "case")
    exam = held_exam(
        districts["PD-01"], people=3, kinds=kinds, each=1,
        respond=lambda person, item: None if item.content["type"] == "case" else right(person, item),
    )  # fmt: skip
    rows = analysed(exam).statistics.all()
    assert len(rows) == len(kinds) - 1
    chief = signed_in(Role.CHIEF_EXAMINER)
    for row in rows:
        assert chief.get(reverse("itemstatistic:inspect", args=[row.pk])).status_code == 200


def test_the_page_of_a_question_shows_its_statistics(signed_in, analysis):
    row = analysis.statistics.first()
    url = reverse("question:inspect", args=[row.version.question_id])
    link = reverse("itemstatistic:inspect", args=[row.pk])
    assert link in signed_in(Role.EXAM_SETTER).get(url).content.decode()
    again = analysed(analysis.exam)
    text = signed_in(Role.EXAM_SETTER).get(url).content.decode()
    assert link not in text
    assert reverse("itemstatistic:inspect", args=[again.statistics.get(version=row.version).pk]) in text


def test_a_question_without_statistics_says_nothing_of_them(signed_in, districts):
    question = make_question(make_bank(districts["PD-01"]))
    text = signed_in(Role.EXAM_SETTER).get(reverse("question:inspect", args=[question.pk])).content.decode()
    assert "statistics-h" not in text


def test_weak_items_are_a_list_with_filters(signed_in, districts):
    exam = held_exam(districts["PD-01"], people=40, each=3, respond=right)
    analysis = analysed(exam)
    chief, url = signed_in(Role.CHIEF_EXAMINER), reverse("itemstatistic:index")
    for query, number in (({"weak": "true"}, 3), ({"weak": "false"}, 0), ({"flag": "EASY"}, 3), ({"flag": "HARD"}, 0)):
        assert len(chief.get(url, query | {"analysis": analysis.pk}).context["object_list"]) == number
    assert chief.get(url, {"weak": "true", "export": "xlsx"}).status_code == 200


def test_lists_show_the_last_analysis_of_an_exam(signed_in, analysis):
    again = analysed(analysis.exam)
    chief, url = signed_in(Role.CHIEF_EXAMINER), reverse("itemstatistic:index")
    assert {row.analysis_id for row in chief.get(url).context["object_list"]} == {again.pk}
    older = chief.get(url, {"analysis": analysis.pk}).context["object_list"]
    assert {row.analysis_id for row in older} == {analysis.pk}


def test_ordering_an_analysis_leads_to_its_job(signed_in, districts):
    exam = held_exam(districts["PD-01"], people=3)
    admin = signed_in(Role.EXAM_ADMIN)
    assert exam.pk in {row.pk for row in admin.get(reverse("analysedexam:index")).context["object_list"]}
    answer = admin.post(reverse("analysedexam:analyse", args=[exam.pk]))
    assert answer.url == Job.objects.get().page


def test_an_exam_that_goes_on_is_not_offered(districts, signed_in):
    exam = held_exam(districts["PD-01"], people=3)
    make_sitting(exam, number=2, opens=600)
    admin = signed_in(Role.EXAM_ADMIN)
    assert admin.get(reverse("analysedexam:analyse", args=[exam.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICE, Role.TEAM_CLERK, Role.EXAM_SETTER])
def test_who_has_no_business_with_it_sees_no_analysis(signed_in, analysis, role):
    answer = signed_in(role).get(reverse("itemanalysis:inspect", args=[analysis.pk]))
    assert answer.status_code in (302, 403, 404)


@pytest.mark.parametrize("role", [Role.EXAM_ADMIN, Role.EXAM_REVIEWER])
def test_hints_about_people_are_for_the_chief(signed_in, analysis, role):
    client = signed_in(role)
    for name in ("similarpair:index", "pacenote:index"):
        assert client.get(reverse(name)).status_code in (302, 403)


def test_the_page_costs_the_same_with_more_questions(signed_in, districts):
    few = analysed(held_exam(districts["PD-01"], people=3, each=1))
    many = analysed(held_exam(districts["PD-01"], people=3, each=11, code="E2"))
    chief = signed_in(Role.CHIEF_EXAMINER)
    costs = []
    for one in (few, few, many):
        with CaptureQueriesContext(connection) as queries:
            chief.get(reverse("itemanalysis:inspect", args=[one.pk]))
        costs.append(len(queries))
    assert costs[1] == costs[2]


def test_exams_that_are_over(districts):
    exam = held_exam(districts["PD-01"], people=2)
    assert exam.pk in AnalysedExam.objects.over(timezone.now()).values_list("pk", flat=True)


def test_a_histogram_stands_on_its_axis():
    found = histogram([[0, 50, 3], [50, 100, 7]], 100, 60)
    assert [bar.y + bar.height for bar in found.bars] == [216, 216]
    assert [bar.is_passed for bar in found.bars] == [False, False]
    assert found.bars[1].height > found.bars[0].height
    assert histogram([[0, 50, 0], [50, 100, 0]], 100, None).line is None


def test_a_scatter_holds_what_is_negative():
    places = [Place(1, "1", "a", 0.5, -0.93, True), Place(2, "2", "b", 1.0, 0.4, False)]
    found = scatter(places, 0.3, 0.9, 0.15)
    assert all(28 <= dot.y <= 216 and 48 <= dot.x <= 704 for dot in found.dots)
    assert found.dots[-1].is_weak


def test_names_of_traces_do_not_lie_on_each_other():
    found = traces([("A", [1, 1], True), ("B", [1, 1], False), ("C", [0, 0], False)], [4, 4])
    heights = sorted(line.at for line in found.lines)
    assert all(b - a >= 15 for a, b in pairwise(heights))
