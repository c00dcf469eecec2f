"""A hundred percent among authors, and what R11 makes of a share."""

from decimal import Decimal

import pytest

from courses.development.rubric import average
from courses.development.shares import WHOLE, even_shares
from lms.rules.forms import PointsForm
from lms.rules.formula import points
from lms.rules.models import RuleVersion
from lms.rules.wording import lines

SIXTY = Decimal(60)


@pytest.mark.parametrize(
    ("people", "expected"),
    [(1, ["100"]), (2, ["60", "40"]), (3, ["60", "20", "20"]), (4, ["60", "13.33", "13.33", "13.34"])],
)
def test_evenly(people, expected):
    assert even_shares(people, SIXTY) == [Decimal(one) for one in expected]


@pytest.mark.parametrize("people", range(1, 40))
def test_nothing_is_lost(people):
    assert sum(even_shares(people, SIXTY)) == WHOLE


def test_an_average_is_rounded_half_up():
    assert average([Decimal(90), Decimal(85), Decimal(85)]) == Decimal("86.67")
    assert average([Decimal("80.01"), Decimal("80.00")]) == Decimal("80.01")


@pytest.mark.parametrize(
    ("output", "share", "credits"), [("video", "0.6", "2.4"), ("case", "0.4", "0.8"), ("chapter", None, "4")]
)
@pytest.mark.django_db
def test_the_rule_multiplies_by_the_share(rules, output, share, credits):
    version = RuleVersion.objects.get(rule__code="R11")
    quantity = {"output": output} | ({"share": share} if share else {})
    assert points(version.formula, quantity).credits == Decimal(credits)
    assert "按署名份额分给各人" in lines(version)


@pytest.mark.django_db
def test_a_version_drafted_in_the_console_keeps_the_share(rules):
    base = RuleVersion.objects.get(rule__code="R11").formula
    data = {f"step-{place}-credits": step["credits"] for place, step in enumerate(base["steps"])}
    form = PointsForm(data, base)
    assert form.is_valid()
    assert form.formula()["times"] == "share"
