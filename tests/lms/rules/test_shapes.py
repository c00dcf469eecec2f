import pytest
from django.core.exceptions import ValidationError

from lms.rules.shapes import validate_formula

STEP = {"above": "30", "inclusive": True, "hours": "1"}


@pytest.mark.parametrize(
    ("shape", "formula", "caps", "code"),
    [
        ("linear", {"hours_per_credit": "0"}, [], "range"),
        ("linear", {"hours_per_credit": "NaN"}, [], "range"),
        ("linear", {"hours_per_credit": "zwei"}, [], "number"),
        ("linear", {}, [], "number"),
        ("linear", [], [], "formula"),
        ("minima", {"layers": {"MOON": {"hours": "1", "credits": "1"}}}, [], "layer"),
        ("minima", {"hours": "-1"}, [], "range"),
        ("points", {"measure": "minutes", "steps": []}, [], "steps"),
        ("points", {"measure": "minutes", "steps": [STEP, STEP]}, [], "order"),
        ("points", {"measure": "minutes", "steps": [{"above": "10", "hours": "1"}, STEP]}, [], "order"),
        ("parameters", {"items": []}, [], "parameter"),
        ("parameters", {"items": [{"key": "a", "label": "甲", "value": "x"}]}, [], "number"),
        ("points", {"measure": "minutes", "steps": [STEP]}, [{"per": "week", "hours": "1"}], "cap"),
        ("points", {"measure": "minutes", "steps": [STEP]}, [{"per": "year"}], "number"),
        ("points", {"measure": "minutes", "steps": [STEP]}, [{"per": "event", "credits": "1"}], "cap_credits"),
        (
            "points",
            {"measure": "minutes", "steps": [STEP]},
            [{"per": "year", "layer": "ONLINE", "hours": "1"}],
            "cap_layer",
        ),
    ],
)
def test_what_could_not_be_counted_is_refused(shape, formula, caps, code):
    with pytest.raises(ValidationError) as refusal:
        validate_formula(shape, formula, caps)
    assert refusal.value.code == code


def test_the_same_bound_open_then_closed():
    """Above 30, then exactly 30: two steps that both can be reached."""
    steps = [{"above": "30", "hours": "2"}, {"above": "30", "inclusive": True, "hours": "1"}]
    validate_formula("points", {"measure": "minutes", "steps": steps}, [])
