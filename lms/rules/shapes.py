"""What a formula of each shape must look like; anything else is refused with the field's name."""

from decimal import Decimal, InvalidOperation
from itertools import pairwise

from django.core.exceptions import ValidationError

LAYERS = {"ONLINE", "UNIT", "TEAM"}
PERIODS = {"day", "year", "event"}


def validate_formula(shape: str, formula, caps) -> None:
    """Raises ValidationError for JSON that the pure functions of `formula` could not use."""
    if not isinstance(formula, dict):
        raise ValidationError("公式格式不对。", code="formula")
    _SHAPES[shape](formula)
    for cap in caps:
        _cap(cap)


def _cap(cap) -> None:
    if cap.get("per") not in PERIODS:
        raise ValidationError("封顶的周期只能是每日、每年或每次。", code="cap")
    if "layer" in cap and (cap["per"] != "day" or cap["layer"] not in LAYERS):
        raise ValidationError("只有每日封顶可以分层级，每年和每次的封顶请选全部层级。", code="cap_layer")
    if "credits" in cap and cap["per"] != "year":
        raise ValidationError("学分只能按年封顶，每日和每次的封顶请填学时。", code="cap_credits")
    for name in cap.keys() & {"hours", "credits"} or {"hours"}:
        _number("封顶", cap.get(name))


def _number(label: str, text, *, positive: bool = False) -> None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        raise ValidationError(f"“{label}”应为数字。", code="number") from None
    if not value.is_finite() or value < 0 or (positive and value == 0) or value > 100_000:
        raise ValidationError(f"“{label}”应在{'大于0' if positive else '0'}至100,000之间。", code="range")


def _linear(formula) -> None:
    _number("1学分折合学时", formula.get("hours_per_credit"), positive=True)


def _minima(formula) -> None:
    for key, label in (("hours", "学时"), ("credits", "学分")):
        _number(label, formula.get(key) or 0)
    for layer, value in formula.get("layers", {}).items():
        if layer not in LAYERS:
            raise ValidationError(f"没有“{layer}”这一层级。", code="layer")
        _number(f"{layer}学时", value.get("hours"))
        _number(f"{layer}学分", value.get("credits"))


def _points(formula) -> None:
    if not formula.get("measure") or not formula.get("steps"):
        raise ValidationError("按项记分的规则至少要有一档。", code="steps")
    for step in formula["steps"]:
        if "equals" not in step:
            _number("档次下限", step.get("above") or 0)
        _number("学时", step.get("hours") or 0)
        _number("学分", step.get("credits") or 0)
    _descending([step for step in formula["steps"] if "equals" not in step])
    for bonus in formula.get("bonus", []):
        _number("加计学时", bonus.get("hours") or 0)
        _number("加计学分", bonus.get("credits") or 0)


def _descending(steps) -> None:
    """The first step that fits counts, so one below an equal or lower bound would never be reached."""
    bounds = [(Decimal(step.get("above") or 0), not step.get("inclusive")) for step in steps]
    if any(upper <= lower for upper, lower in pairwise(bounds)):
        raise ValidationError("各档下限应从高到低，不能重复。", code="order")


def _parameters(formula) -> None:
    for item in formula.get("items", []):
        if not item.get("key") or not item.get("label"):
            raise ValidationError("参数缺少名称。", code="parameter")
        if item.get("type", "number") == "number":
            _number(item["label"], item.get("value"))
    if not formula.get("items"):
        raise ValidationError("没有参数。", code="parameter")


_SHAPES = {"linear": _linear, "minima": _minima, "points": _points, "parameters": _parameters}
