"""Values of rules in words, for templates of any app."""

from django import template

from lms.rules import wording

register = template.Library()
MINUS = "\u2212"

register.filter("rule_words", wording.words)
register.filter("rule_lines", wording.lines)


@register.filter
def rule_mark(version) -> dict:
    """The chip beside a value: whether the authority has confirmed it."""
    if version.is_confirmed:
        return {"text": "已确认", "colour": "ok"}
    return {"text": "默认值，待确认", "colour": "due"}


@register.filter
def change(value, digits: int) -> str:
    """+4.00, −4.00, 0.00."""
    return f"{value:+.{digits}f}".replace("-", MINUS) if value else f"{0:.{digits}f}"


@register.inclusion_tag("rules/mark.html")
def rule_chip(version):
    return {"version": version, "mark": rule_mark(version)}
