"""Why an entry counted as it did, in words a person reads."""

from django import template

register = template.Library()

REASONS = {
    "quiet_hours": ("未计入", "bad", "夜间时段（见每日与时段上限）的线上学习不计学时，学习记录已保留。"),
    "day_cap": ("封顶", "due", "超过每日上限的部分不计。"),
    "event_cap": ("封顶", "due", "超过单次上限的部分不计。"),
    "year_cap": ("封顶", "due", "超过该项年度上限的部分不计。"),
    "reversal": ("冲正", "", "更正以前的一条，原条保留。"),
}


@register.filter
def label(labels, code) -> str:
    return labels.get(code, code)


@register.filter
def measure(entry) -> str:
    """What was measured: minutes, days, or nothing worth saying."""
    minutes = entry.quantity.get("minutes")
    return f"{minutes}分钟" if minutes else ""


@register.filter
def chips(entry) -> list[dict]:
    found = [{"text": REASONS[code][0], "colour": REASONS[code][1]} for code in entry.reasons if code in REASONS]
    if not entry.counts_hours:
        found.append({"text": "只记录", "colour": ""})
    return found


@register.filter
def why(entry) -> list[str]:
    """One sentence for each thing that kept hours out, with the amount."""
    sentences = [REASONS[code][2] for code in entry.reasons if code in REASONS]
    if entry.capped_hours > 0:
        sentences.append(
            f"本条{entry.hours + entry.capped_hours:.2f}学时，计入{entry.hours:.2f}学时，未计{entry.capped_hours:.2f}学时。"
        )
    if not entry.counts_hours:
        sentences.append(f"{entry.get_category_display()}学习{entry.hours:.2f}学时已记入学籍，不计入年度学时。")
    if entry.note:
        sentences.append(f"事由：{entry.note}")
    return sentences
