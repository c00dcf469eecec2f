"""Nobody who judges sees who made it or what others said; nobody who made it judges."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from courses.development.models import Output, PeerReview
from courses.development.services.calls import decide_claim, submit_claim
from courses.development.services.reviews import assign, begin_review, release_review, send_review
from tests import factory
from tests.courses.development.factory import judge, make_call, make_claim, make_film, make_office, name

pytestmark = pytest.mark.django_db
AUTHOR, OTHER = "CANARY-AUTHOR", "CANARY-OTHER"
UNIT = "CANARY-UNIT"


@pytest.fixture
def office(access, rules, city, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return make_office(city)


@pytest.fixture
def claim(office, city, districts):
    team = factory.make_unit(districts["PD"], "PD-CANARY", name=UNIT)
    claim = make_claim(team, call=make_call(city), made_by=factory.make_officer(team, name=AUTHOR).user)
    name(claim, claim.made_by.officer)
    submit_claim(claim, make_film(), actor=claim.made_by)
    claim.refresh_from_db()
    return claim


@pytest.fixture
def pair(districts):
    return [factory.make_officer(districts["XH-01"], name=one) for one in ("评审甲", OTHER)]


def canaries(content: str) -> list[str]:
    return [one for one in (AUTHOR, OTHER, UNIT, "CANARY-COMMENT", "88.88", "PD-CANARY") if one in content]


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return caught.value.code


@pytest.fixture
def reviews(claim, pair, office):
    """The first is to do; the second is sent, with a comment and a total that must not be seen."""
    found = assign(claim, [one.user for one in pair], actor=office)
    PeerReview.objects.filter(pk=found[1].pk).update(
        sent_at=timezone.now(), total="88.88", comment="CANARY-COMMENT", scores={"basis": "88.88"}
    )
    return found


def test_a_reviewers_pages_hold_no_author_and_no_other_score(client, reviews, pair, claim):
    client.force_login(pair[0].user)
    for url in (
        reverse("development:home"), reverse("development:reviews"), reverse("development:review", args=[reviews[0].pk]),
    ):  # fmt: skip
        page = client.get(url)
        assert page.status_code == 200
        assert claim.title in page.content.decode()
        assert canaries(page.content.decode()) == [], url
    assert client.get(reverse("development:review", args=[reviews[1].pk])).status_code == 404
    assert client.get(reverse("development:output", args=[claim.pk])).status_code == 404
    inbox = client.get(reverse("notices:inbox")).content.decode()
    assert canaries(inbox) == []


def test_power_the_author_page_does_hold_the_canary(client, claim):
    client.force_login(claim.made_by)
    assert AUTHOR in client.get(reverse("development:output", args=[claim.pk])).content.decode()


def test_a_reviewer_with_an_office_does_not_see_it_in_lists_and_exports(client, reviews, claim, pair, city):
    factory.grant(pair[0].user, "CITY_OFFICE", city)
    client.force_login(pair[0].user)
    for model in ("claim", "output", "peerreview"):
        page = client.get(reverse(f"{model}:index_results"))  # without the filters, which name every unit
        assert page.status_code == 200
        assert canaries(page.content.decode()) == [], model
        sheet = b"".join(client.get(reverse(f"{model}:index"), {"export": "xlsx"}).streaming_content)
        cells = [str(cell) for row in load_workbook(BytesIO(sheet)).active.iter_rows(values_only=True) for cell in row]
        assert canaries(" ".join(cells)) == []
        csv = b"".join(client.get(reverse(f"{model}:index"), {"export": "csv"}).streaming_content)
        assert canaries(csv.decode()) == []
    call = client.get(reverse("crowdcall:inspect", args=[claim.call_id])).content.decode()
    assert canaries(call) == []
    assert client.get(reverse("claim:inspect", args=[claim.pk])).status_code == 404
    assert client.get(reverse("output:inspect", args=[claim.pk])).status_code == 404


def test_power_another_office_sees_both(client, reviews, claim, city):
    client.force_login(make_office(city))
    assert UNIT in client.get(reverse("claim:index")).content.decode()
    inside = client.get(reverse("claim:inspect", args=[claim.pk])).content.decode()
    assert {AUTHOR, OTHER, "CANARY-COMMENT", "88.88"} <= set(canaries(inside))


def test_power_without_the_blindfold_it_goes_red(client, reviews, pair, city, monkeypatch):
    monkeypatch.setattr("courses.development.querysets.OutputQuerySet.not_judged_by", lambda rows, user: rows)
    factory.grant(pair[0].user, "CITY_OFFICE", city)
    client.force_login(pair[0].user)
    assert canaries(client.get(reverse("claim:index")).content.decode())


def test_authors_learn_the_numbers_after_the_decision_but_no_names(client, claim, pair, office):
    judge(claim, office, pair)
    client.force_login(claim.made_by)
    page = client.get(reverse("development:output", args=[claim.pk])).content.decode()
    assert "可以采用" not in page
    decide_claim(claim, actor=office, verdict="PASSED")
    page = client.get(reverse("development:output", args=[claim.pk])).content.decode()
    assert "90.00" in page
    assert "（2人：90、90）" in page
    assert OTHER not in page


def test_who_may_not_judge(claim, office, districts, pair):
    neighbour = factory.make_officer(districts["PD-01"])
    author = claim.made_by
    codes = [
        refusal(assign, claim, [one], actor=office) for one in (author, neighbour.user, office, factory.make_user())
    ]
    assert codes == ["author", "own_district", "oneself", "no_officer"]
    assign(claim, [pair[0].user], actor=office)
    assert refusal(assign, claim, [pair[0].user], actor=office) == "already_assigned"


def test_who_judges_or_makes_does_not_decide(claim, office, pair, city):
    assign(claim, [pair[0].user], actor=office)
    factory.grant(pair[0].user, "CITY_OFFICE", city)
    assert refusal(decide_claim, claim, actor=_fresh(pair[0].user), verdict="PASSED") == "reviewer"
    factory.grant(claim.made_by, "CITY_OFFICE", city)
    assert refusal(decide_claim, claim, actor=_fresh(claim.made_by), verdict="PASSED") == "same_person"
    assert refusal(decide_claim, claim, actor=factory.make_user(), verdict="PASSED") == "not_yours"
    assert refusal(decide_claim, claim, actor=office, verdict="PASSED") == "too_few_reviews"


def _fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_marked_sent_and_taken_back(claim, office, pair):
    first, second = assign(claim, [one.user for one in pair], actor=office)
    assert begin_review(first, actor=first.reviewer).standing == "评审中"
    assert refusal(begin_review, first, actor=second.reviewer) == "not_yours"
    scores = {item["key"]: "1" for item in first.rubric.formula["items"]}
    assert refusal(send_review, first, scores | {"basis": "31"}, "", actor=first.reviewer) == "score"
    assert refusal(send_review, first, {}, "", actor=first.reviewer) == "score"
    assert send_review(first, scores, "", actor=first.reviewer).total == 5
    assert refusal(send_review, first, scores, "", actor=first.reviewer) == "already_sent"
    assert refusal(release_review, first, actor=office) == "not_open"
    release_review(second, actor=office)
    assert refusal(begin_review, second, actor=second.reviewer) == "not_yours"
    PeerReview.objects.filter(pk=second.pk).update(released_at=None, due_on=timezone.localdate() - timedelta(days=1))
    assert PeerReview.objects.get(pk=second.pk).standing == "逾期"


def test_only_the_reviewer_opens_the_file(client, claim, office, pair):
    review = assign(claim, [pair[0].user], actor=office)[0]
    film = claim.submissions.get().courseware
    url = reverse("development:review_file", args=[review.pk, film.pk])
    client.force_login(pair[1].user)
    assert client.get(url).status_code == 404
    client.force_login(pair[0].user)
    other = make_film()
    assert client.get(reverse("development:review_file", args=[review.pk, other.pk])).status_code == 404


def test_the_form_on_the_phone(client, claim, office, pair):
    review = assign(claim, [pair[0].user], actor=office)[0]
    client.force_login(pair[0].user)
    url = reverse("development:review", args=[review.pk])
    client.post(reverse("development:begin", args=[review.pk]))
    assert PeerReview.objects.get().begun_at
    keys = [item["key"] for item in review.rubric.formula["items"]]
    assert client.post(url, {f"score-{key}": "99" for key in keys} | {"comment": "好"}).status_code == 200
    assert client.post(url, {f"score-{key}": "8.5" for key in keys} | {"comment": "好"}).status_code == 302
    assert PeerReview.objects.get().total == 42.5
    assert Output.objects.get(pk=claim.pk).submissions.get().average is None


def test_who_only_edits_learns_no_score_before_the_decision(client, reviews, claim, city):
    client.force_login(factory.make_staff("COURSE_EDITOR", city))
    inside = client.get(reverse("claim:inspect", args=[claim.pk])).content.decode()
    assert not {OTHER, "CANARY-COMMENT", "88.88"} & set(canaries(inside))
    assert "1/2人" in inside


def test_what_the_host_decides_is_offered_to_nobody_else(client, claim, districts):
    client.force_login(make_office(districts["PD"]))
    inside = client.get(reverse("claim:inspect", args=[claim.pk])).content.decode()
    assert reverse("claim:decide", args=[claim.pk]) not in inside
    call = client.get(reverse("crowdcall:inspect", args=[claim.call_id])).content.decode()
    assert reverse("crowdcall:close", args=[claim.call_id]) not in call
