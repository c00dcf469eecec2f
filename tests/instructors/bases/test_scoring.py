"""Blind scoring: who may score, what the numbers become, and what nobody may see."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from instructors.bases.models import BaseDecision, ScoreSheet
from instructors.bases.scoring import final_score, needs_third
from instructors.bases.services.decisions import propose_decision
from instructors.bases.services.scoring import (
    assign_reviewers,
    assign_third,
    candidates,
    save_sheet,
    score_of,
    submit_sheet,
    take_back,
)
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.instructors.bases.factory import make_base, make_material, make_review, make_reviewer, make_sheet, points_of

pytestmark = pytest.mark.django_db
CANARY = "金丝雀·评审员"


@pytest.fixture
def panel(access, rules, districts, city, settings):
    """Two reviewers of XH, one of PD, whose district applies."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    review = make_review(districts["PD-01"], state="SCORING")
    people = [make_reviewer(districts["XH-01"], name=f"{CANARY}{number}") for number in (1, 2, 3)]
    return review, people, factory.make_staff(Role.CITY_OFFICE, city), make_reviewer(districts["PD-01"])


def give(sheet, total, remarks="评语"):
    save_sheet(sheet, points_of(total, sheet.review.checklist), remarks, actor=sheet.reviewer)
    return submit_sheet(sheet, actor=sheet.reviewer)


@pytest.mark.parametrize(
    ("totals", "score"),
    [
        ([], None), ([90], None), ([90, 80], "85.00"), ([90, 79], None), ([90, 70, 88], "89.00"), ([90, 70, 72], "71.00"),
        ([90, 70, 80], "80.00"),
    ],
)  # fmt: skip
def test_scores(totals, score):
    assert final_score(totals, 10) == (score if score is None else pytest.approx(float(score)))


def test_the_third_is_for_a_gap_above_the_rule_only():
    assert not needs_third([90, 80], 10)
    assert needs_third([91, 80], 10)
    assert not needs_third([91, 80, 85], 10)


def test_a_gap_goes_to_a_third(panel):
    review, people, office, _ = panel
    first, second = assign_reviewers(review, people[:2], actor=office)
    with pytest.raises(ValidationError) as refused:
        assign_third(review, people[2], actor=office)
    assert refused.value.code == "not_needed"
    give(first, 90)
    give(second, 70)
    review.refresh_from_db()
    assert (review.state, score_of(review)) == ("SCORING", None)
    give(assign_third(review, people[2], actor=office), 88)
    review.refresh_from_db()
    assert (review.state, score_of(review)) == ("SCORED", 89)


def test_who_may_be_asked(panel, districts):
    review, people, office, local = panel
    assert set(candidates(review)) == set(people)
    assert local not in candidates(review)
    factory.grant(people[0], Role.AUDITOR, districts["PD"])
    assert people[0] not in candidates(review)
    fresh = type(people[0]).objects.get(pk=people[0].pk)
    for who, code in ((local, "own_district"), (fresh, "sees_scores"), (factory.make_user(), "not_a_reviewer")):
        with pytest.raises(ValidationError) as refused:
            assign_reviewers(review, [who], actor=office)
        assert refused.value.code == code
    with pytest.raises(ValidationError) as refused:
        assign_reviewers(review, [people[1], people[1]], actor=office)
    assert refused.value.code == "two_reviewers"


def test_only_ones_own_and_only_once(panel):
    review, people, office, _ = panel
    sheet, other = assign_reviewers(review, people[:2], actor=office)
    with pytest.raises(PermissionDenied):
        save_sheet(sheet, {}, "", actor=other.reviewer)
    for points, code in (({"T1": 99}, "points"), ({"X": 1}, "points"), ({"T1": -1}, "points")):
        with pytest.raises(ValidationError) as refused:
            save_sheet(sheet, points, "", actor=sheet.reviewer)
        assert refused.value.code == code
    save_sheet(sheet, {"T1": 5}, "", actor=sheet.reviewer)
    with pytest.raises(ValidationError) as refused:
        submit_sheet(sheet, actor=sheet.reviewer)
    assert refused.value.code == "incomplete"
    take_back(other, actor=office)
    give(sheet, 88)
    with pytest.raises(ValidationError) as refused:
        save_sheet(sheet, {}, "", actor=sheet.reviewer)
    assert refused.value.code == "submitted"
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreSheet.objects.filter(pk=sheet.pk).update(remarks="改")


def exported(client, suffix: str) -> str:
    content = b"".join(client.get(reverse("bases_scoring:sheets"), {"export": suffix}).streaming_content)
    if suffix == "csv":
        return content.decode("utf-8-sig")
    return str(list(load_workbook(BytesIO(content)).active.values))


def test_a_reviewers_pages_hold_no_canary(panel, client):
    """Neither the other's name nor his number, in HTML or in the exports."""
    review, people, office, _ = panel
    make_material(review)
    review.made_by = factory.make_user(name="金丝雀·填报人")
    review.save()
    mine, other = assign_reviewers(review, people[:2], actor=office)
    give(other, 97, "金丝雀·评语")
    ScoreSheet.objects.filter(pk=mine.pk).update(points=points_of(61, review.checklist))
    client.force_login(mine.reviewer)
    pages = [client.get(reverse("bases_scoring:sheets")), client.get(reverse("bases_scoring:sheet", args=[mine.pk]))]
    told = [page.content.decode() for page in pages]
    told += [exported(client, suffix) for suffix in ("csv", "xlsx")]
    for text in told:
        assert other.reviewer.username not in text
        assert "金丝雀" not in text.replace(mine.reviewer.first_name, "")
        assert "97分" not in text
    assert "合计61分" in told[1]
    assert all(review.name in text for text in told)
    for page in (
        reverse("bases_scoring:sheet", args=[other.pk]), reverse("scoresheet:index"),
        reverse("scoresheet:inspect", args=[other.pk]), reverse("basereview:inspect", args=[review.pk]),
        reverse("basereview:index"),
    ):  # fmt: skip
        assert client.get(page).status_code in (302, 403, 404)


def test_an_overseer_who_scores_sees_only_his_own(panel, client, districts, city):
    review, people, office, _ = panel
    mine, other = (make_sheet(review, total, who) for total, who in ((80, people[0]), (90, people[1])))
    factory.grant(people[0], Role.CITY_OFFICE, city)
    user = type(people[0]).objects.get(pk=people[0].pk)
    assert set(ScoreSheet.objects.visible_to(user)) == {mine}
    assert set(ScoreSheet.objects.visible_to(office)) == {mine, other}
    client.force_login(user)
    page = client.get(reverse("basereview:inspect", args=[review.pk])).content.decode()
    assert people[1].first_name not in page


def test_the_district_learns_how_far_and_not_how_much(panel, client, districts):
    review, people, _office, _ = panel
    make_sheet(review, 97, people[0])
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    page = client.get(reverse("basereview:inspect", args=[review.pk])).content.decode()
    assert "已交1/1份" in page
    assert people[0].first_name not in page


def test_pages_cost_the_same_with_more_rows(panel, client, django_assert_max_num_queries, districts):
    review, people, office, _ = panel
    assign_reviewers(review, people[:1], actor=office)
    client.force_login(people[0])
    client.get(reverse("bases_scoring:sheets"))  # the first request of a session notes the device
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(60) as seen:
            assert client.get(reverse("bases_scoring:sheets")).status_code == 200
        counts.append(len(seen))
        for _ in range(10):
            make_sheet(make_review(districts["PD-01"], state="SCORING"), reviewer=people[0])
    assert counts[0] == counts[1]


def test_a_re_review_shows_the_use_of_the_base(panel, client, districts):
    _, people, office, _ = panel
    base = make_base(districts["PD-01"])
    review = make_review(districts["PD-01"], state="SCORING", base=base)
    (sheet,) = assign_reviewers(review, people[:1], actor=office)
    client.force_login(people[0])
    assert "近一年使用" in client.get(reverse("bases_scoring:sheet", args=[sheet.pk])).content.decode()


def test_the_district_is_not_told_before_a_decision_is_in_force(panel, districts, city):
    """Neither by the list of decisions nor by its own log."""
    review, people, office, _ = panel
    district = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    for sheet in assign_reviewers(review, people[:2], actor=office):
        give(sheet, 88)
    decision = propose_decision(review, actor=office, outcome="NAME")
    assert not BaseDecision.objects.visible_to(district).exists()
    assert BaseDecision.objects.visible_to(office).get() == decision
    seen = AuditEvent.objects.visible_to(district)
    told = str(list(seen.values_list("action", "actor", "detail")))
    assert "submit_sheet" not in told
    assert "88" not in str(list(seen.values_list("detail")))
    assert CANARY not in told
