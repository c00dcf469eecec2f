from django import template

register = template.Library()


@register.simple_tag
def plus(first: int, second: int) -> int:
    return first + second


@register.simple_tag
def minus(first: int, second: int) -> int:
    return first - second


@register.simple_tag
def share(part: int, whole: int) -> int:
    """Hundredths, for a bar."""
    return min(100, 100 * part // whole) if whole else 0
