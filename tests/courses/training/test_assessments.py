"""Fitness by sex and age, drill by judges, and who may write what."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from courses.training import fitness, scoring
from courses.training.models import AssessmentScore
from courses.training.services.assessments import parse_mark, record_scores, set_parts
from courses.training.services.outcomes import outcomes
from lms.people.access import Role
from lms.rules.models import RuleVersion
from lms.sheets.export import write_xlsx
from tests import factory
from tests.courses.training.ended import make_ended_class
from tests.courses.training.factory import MONDAY


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        act(*args, **kwargs)
    return refused.value.code


FORMULA = {
    "items": [
        {"key": "men_1000", "label": "男 1000米不超过", "unit": "秒", "value": "275"},
        {"key": "men_jump", "label": "男 纵跳摸高不低于", "unit": "厘米", "value": "265"},
        {"key": "women_800", "label": "女 800米不超过", "unit": "秒", "value": "276"},
        {"key": "men_1000_from_40", "label": "男 40岁起 1000米不超过", "unit": "秒", "value": "295"},
        {"key": "men_1000_from_50", "label": "男 50岁起 1000米不超过", "unit": "秒", "value": "320"},
    ]
}


@pytest.mark.parametrize(
    ("sex", "age", "limits"),
    [
        ("M", 39, {"1000": "275", "jump": "265"}),
        ("M", 40, {"1000": "295", "jump": "265"}),
        ("M", 55, {"1000": "320", "jump": "265"}),
        ("M", None, {"1000": "275", "jump": "265"}),
        ("F", 45, {"800": "276"}),
    ],
)
def test_standard_by_sex_and_age(sex, age, limits):
    found = fitness.standards(FORMULA, sex, age)
    assert {item: str(one.limit) for item, one in found.items()} == limits


def test_a_time_is_to_be_beaten_and_a_height_reached():
    found = fitness.standards(FORMULA, "M", 20)
    assert [found["1000"].is_met(Decimal(value)) for value in ("274.9", "275", "275.1")] == [True, True, False]
    assert [found["jump"].is_met(Decimal(value)) for value in ("264", "265", "266")] == [False, True, True]
    assert fitness.items(FORMULA) == {"1000": "1000米（秒）", "jump": "纵跳摸高（厘米）", "800": "800米（秒）"}


def test_age_on_the_birthday():
    born = date(1986, 3, 2)
    assert [fitness.age_on(born, date(2026, 3, day)) for day in (1, 2)] == [39, 40]
    assert fitness.age_on(None, MONDAY) is None


@pytest.mark.parametrize(
    ("marks", "is_trimmed", "mean"),
    [
        ("80 90 100", True, "90.00"),
        ("80 90 100", False, "90.00"),
        ("60 90 95 96", True, "92.50"),
        ("70 95", True, "82.50"),
    ],
)
def test_judges_marks(marks, is_trimmed, mean):
    assert str(scoring.mean([Decimal(mark) for mark in marks.split()], is_trimmed=is_trimmed)) == mean


def test_a_part_is_open_until_all_of_it_is_known():
    assert scoring.fitness("体能", ["1000", "jump"], {"1000": True}).is_passed is None
    assert scoring.fitness("体能", ["1000", "jump"], {"1000": True, "jump": False}).is_passed is False
    panel = scoring.Panel(judges=2, pass_mark=Decimal(80), is_trimmed=True)
    assert scoring.drill("队列", [Decimal(90)], panel).is_passed is None
    assert scoring.drill("队列", [Decimal(90), Decimal(70)], panel).is_passed is True
    assert scoring.theory("理论", None, Decimal(60)).is_passed is None


@pytest.mark.parametrize("text", ["x", "-1", "1e9", "60.555", "nan"])
def test_what_is_no_mark(text):
    assert refusal_of(text) == "number"


def refusal_of(text):
    with pytest.raises(ValidationError) as refused:
        parse_mark(text)
    return refused.value.code


@pytest.fixture
def row(access, rules, districts):
    return make_ended_class(districts["PD"], people=2, sessions=1)


@pytest.fixture
def office(districts, row):
    return factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])


@pytest.fixture
def parts(row, office):
    set_parts(row, actor=office, theory=Decimal(60), fitness=True, drill=Decimal(80), judges=2)
    return {part.kind: part for part in row.parts.all()}


@pytest.mark.django_db
def test_the_version_of_the_standard_stays_with_the_value(parts, office, row):
    one = row.enrollments.first()
    one.officer.born_on = date(1980, 1, 1)
    one.officer.save()
    record_scores(parts["FITNESS"], {(one.pk, "1000"): Decimal(290)}, actor=office)
    score = AssessmentScore.objects.get()
    assert (score.is_passed, score.standard) == (True, RuleVersion.objects.in_force("R35", MONDAY))
    assert refusal(record_scores, parts["FITNESS"], {(one.pk, "800"): Decimal(1)}, actor=office) == "not_an_item"


@pytest.mark.django_db
def test_judges_each_write_their_own(parts, row, districts):
    judges = [factory.make_staff(Role.INSTRUCTOR, districts["PD"]) for _ in range(3)]
    one, other = row.enrollments.all()
    for judge, mark in zip(judges[:2], ("90", "70"), strict=True):
        record_scores(parts["DRILL"], {(one.pk, ""): Decimal(mark)}, actor=judge)
    assert refusal(record_scores, parts["DRILL"], {(one.pk, ""): Decimal(1)}, actor=judges[2]) == "judges_full"
    results = {line.enrollment.pk: line.parts for line in outcomes(row).lines}
    drill = next(part for part in results[one.pk] if part.kind == "DRILL")
    assert (drill.words, drill.is_passed) == ("80分（2名评委）", True)
    assert next(part for part in results[other.pk] if part.kind == "DRILL").is_passed is None


@pytest.mark.django_db
def test_marks_are_closed_with_the_check(parts, row, office):
    one = row.enrollments.first()
    assert refusal(record_scores, parts["THEORY"], {(one.pk, ""): Decimal(101)}, actor=office) == "range"
    record_scores(parts["THEORY"], {(one.pk, ""): Decimal(61)}, actor=office)
    wanted = {"theory": None, "fitness": False, "drill": None, "judges": 1}
    assert refusal(set_parts, row, actor=office, **wanted) == "has_scores"
    type(row).objects.filter(pk=row.pk).update(state="CHECKED")
    assert refusal(record_scores, parts["THEORY"], {(one.pk, ""): None}, actor=office) == "closed"


@pytest.mark.django_db
def test_another_district_writes_nothing(parts, row, districts):
    stranger = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    with pytest.raises(PermissionDenied):
        record_scores(parts["THEORY"], {(row.enrollments.first().pk, ""): Decimal(61)}, actor=stranger)


@pytest.mark.django_db
def test_the_grid_keeps_what_was_typed_and_saves_nothing(parts, row, office, client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(office)
    url = reverse("training_completion:scores", args=[parts["THEORY"].pk])
    one, other = row.enrollments.values_list("pk", flat=True)
    answer = client.post(url, {f"v-{one}-": "88", f"v-{other}-": "八十"})
    assert answer.status_code == 400
    assert [cell["value"] for line in answer.context["grid"] for cell in line["cells"]] == ["88", "八十"]
    assert not AssessmentScore.objects.exists()
    assert client.post(url, {f"v-{one}-": "88", f"v-{other}-": ""}).status_code == 302
    assert AssessmentScore.objects.get().value == 88


@pytest.mark.django_db
def test_a_file_fills_the_grid_only(parts, row, office, client, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client.force_login(office)
    url = reverse("training_completion:scores", args=[parts["THEORY"].pk])
    one, other = (enrollment.officer for enrollment in row.enrollments.select_related("officer"))

    def send(*rows):
        content = write_xlsx("成绩", ["人员编号", "姓名", "成绩"], rows)
        return client.post(url, {"file": SimpleUploadedFile("s.xlsx", content)})

    answer = send([one.staff_no, one.name, "75"], [other.staff_no, other.name, "59.5"])
    assert [cell["value"] for line in answer.context["grid"] for cell in line["cells"]] == ["75", "59.5"]
    answer = send([one.staff_no, one.name, "x"], ["T-nobody", "", "60"])
    assert (answer.status_code, len(answer.context["problems"])) == (400, 2)
    assert not AssessmentScore.objects.exists()


@pytest.mark.django_db
def test_pages_for_judges(parts, client, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    judge = factory.make_staff(Role.INSTRUCTOR, districts["PD"])
    client.force_login(judge)
    assert parts["DRILL"] in client.get(reverse("training:judging")).context["parts"]
    assert client.get(reverse("training:judge", args=[parts["DRILL"].pk])).status_code == 200
    assert client.get(reverse("training:judge", args=[parts["THEORY"].pk])).status_code == 404
    client.force_login(factory.make_staff(Role.INSTRUCTOR, districts["XH"]))
    assert client.get(reverse("training:judge", args=[parts["DRILL"].pk])).status_code == 404
