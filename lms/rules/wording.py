"""Values of a rule in words a person reads; differences between two versions. Pure functions over the stored JSON."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

LAYERS = {"ONLINE": "在线网训", "UNIT": "全员普训", "TEAM": "科队训练"}
UNITS = (("hours", "学时"), ("credits", "学分"))
PERIODS = {"day": "每日", "year": "每年", "event": "每次"}
# What a points rule measures: (name, unit).
MEASURES = {
    "minutes": ("时长", "分钟"),
    "half_days": ("半天数", "个半天"),
    "delivered_hours": ("授课学时", "学时"),
    "units_of_45_minutes": ("观看时长", "个45分钟"),
    "actual_hours": ("实际学时", "学时"),
    "passed_items": ("合格项数", "项"),
    "output": ("成果", ""),
    "journal": ("刊物", ""),
    "level": ("等级", ""),
    "part": ("身份", ""),
}
KINDS = {
    "video": "视频课件", "chapter": "教材章节", "case": "案例", "question": "试题", "city": "市级刊物",
    "province": "省部级刊物", "national": "国家级刊物", "BASIC": "基础级", "INTERMEDIATE": "中级", "ADVANCED": "高级",
    "mentor": "师傅", "apprentice_log": "徒弟日志（每篇）",
}  # fmt: skip
PER_UNIT = {
    "half_days": "每半天", "delivered_hours": "每授课1学时", "units_of_45_minutes": "每观看45分钟",
    "actual_hours": "每实际1学时",
}  # fmt: skip
CONDITIONS = {"test_passed": "测验通过"}
SHARED = {"share": "按署名份额分给各人"}
COUNTS = {
    (True, True): "",
    (True, False): "只计学时任务",
    (False, True): "只计学分任务",
    (False, False): "只记录，不计任务",
}


def hours(value) -> str:
    return f"{Decimal(value):.2f}学时"


def credits(value) -> str:
    return f"{Decimal(value):.1f}学分"


def number(value) -> str:
    """As short as it goes: 30, 0.5, 1,500."""
    return f"{Decimal(value).normalize():,f}"


def formula_lines(shape: str, formula: Mapping) -> list[str]:
    """What the formula says, one statement a line."""
    return _LINES[shape](formula)


def cap_lines(caps: Iterable[Mapping]) -> list[str]:
    return [cap_words(cap) for cap in caps]


def cap_words(cap: Mapping) -> str:
    layer = LAYERS.get(cap.get("layer", ""), "")
    return f"{PERIODS[cap['per']]}{layer}至多{_award(cap)}"


def lines(version) -> list[str]:
    """Everything a version says about amounts: formula, caps, and whether they count."""
    counts = COUNTS[version.counts_hours, version.counts_credits]
    return [*formula_lines(version.rule.shape, version.formula), *cap_lines(version.caps), *filter(None, [counts])]


def words(version) -> str:
    """The same on one line, for lists."""
    if version is None:
        return "尚无生效版本"
    return "；".join(lines(version))


def difference(old, new) -> list[tuple[str, str]]:
    """(sign, line): what the newer version says no more (−) and what it says instead (＋)."""
    before, after = (lines(old) if old else []), lines(new)
    gone = [("−", line) for line in before if line not in after]
    return gone + [("＋", line) for line in after if line not in before]


def measure_words(measure: str) -> str:
    return MEASURES.get(measure, (measure, ""))[0]


def measure_unit(measure: str) -> str:
    return MEASURES.get(measure, ("", ""))[1]


def step_words(formula: Mapping, place: int) -> str:
    """Which quantities a step of a points formula is for: 30分钟以上, 15至30分钟, 视频课件, 每个半天."""
    step, unit = formula["steps"][place], MEASURES.get(formula["measure"], ("", ""))[1]
    if "equals" in step:
        return KINDS.get(step["equals"], step["equals"])
    if step.get("per_unit"):
        return PER_UNIT.get(formula["measure"], f"每{unit}")
    bound, upper = Decimal(step.get("above") or 0), _upper(formula["steps"], place)
    if upper is None:
        return f"{number(bound)}{unit}{'以上' if step.get('inclusive') else '以上（不含）'}"
    if not bound:
        return f"不足{number(upper)}{unit}" if _closed(formula["steps"], place) else f"{number(upper)}{unit}以下"
    return f"{number(bound)}至{'不足' if step.get('inclusive') else ''}{number(upper)}{unit}"


def _upper(steps, place: int) -> Decimal | None:
    return Decimal(steps[place - 1].get("above") or 0) if place else None


def _closed(steps, place: int) -> bool:
    """The step above begins at its bound itself, so this one stays below it."""
    return bool(steps[place - 1].get("inclusive"))


def _award(award: Mapping) -> str:
    found = [f"{number(award[key])}{unit}" for key, unit in UNITS if award.get(key)]
    return "、".join(found) or "不计"


def _linear(formula) -> list[str]:
    return [f"{number(formula['hours_per_credit'])}学时折合1学分"]


def _minima(formula) -> list[str]:
    found = [f"{hours(formula['hours'])} {credits(formula.get('credits') or 0)}"] if formula.get("hours") else []
    layers = formula.get("layers", {})
    for layer in filter(layers.get, LAYERS):
        found.append(f"{LAYERS[layer]}{hours(layers[layer]['hours'])} {credits(layers[layer]['credits'])}")
    return found


def _points(formula) -> list[str]:
    found = [
        f"{step_words(formula, place)}{'记' if 'equals' in step or step.get('per_unit') else ''}{_award(step)}"
        for place, step in enumerate(formula["steps"])
    ]
    for bonus in formula.get("bonus", []):
        found.append(f"{CONDITIONS.get(bonus['when'], bonus['when'])}加{_award(bonus)}")
    return [*found, SHARED[formula["times"]]] if formula.get("times") else found


def _parameters(formula) -> list[str]:
    return [f"{item['label']}{_item(item)}" for item in formula["items"]]


def _item(item: Mapping) -> str:
    kind = item.get("type", "number")
    if kind == "flag":
        return "：是" if item["value"] == "1" else "：否"
    if kind == "time":
        return item["value"]
    if kind == "text":
        return f"：{item['value']}"
    return f"{number(item['value'])}{item['unit']}"


_LINES = {"linear": _linear, "minima": _minima, "points": _points, "parameters": _parameters}
