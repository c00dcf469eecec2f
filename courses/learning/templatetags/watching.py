import json

from django import template

from courses.learning import coverage

register = template.Library()


@register.filter
def minutes(seconds: int) -> str:
    """12分40秒."""
    return f"{seconds // 60}分{seconds % 60:02d}秒"


@register.filter
def clock(seconds: int) -> str:
    return coverage.clock(seconds * 1000)


@register.filter
def tried(questions) -> int:
    return sum(question["is_tried"] for question in questions)


@register.filter
def as_json(value) -> str:
    return json.dumps(value)
