from django import template

from exams.statistics.wording import odds, rate, shown

register = template.Library()


@register.filter
def coefficient(figure) -> str:
    return shown(figure)


@register.simple_tag
def percent_of(part: int, whole: int) -> str:
    return rate(part, whole)


@register.filter
def one_in(chance: float) -> str:
    return odds(chance)


@register.filter
def minutes(seconds: int) -> str:
    return f"{seconds // 60}分{seconds % 60:02d}秒"
