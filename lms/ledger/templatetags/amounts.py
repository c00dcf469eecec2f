from decimal import Decimal

from django import template

register = template.Library()
MINUS = "\u2212"


@register.filter
def hours(value) -> str:
    """学时 with two decimals."""
    return f"{value:.2f}".replace("-", MINUS)


@register.filter
def credits(value) -> str:
    """学分 with one decimal."""
    return f"{value:.1f}".replace("-", MINUS)


@register.filter
def signed(value, digits=2) -> str:
    """+4.00, −4.00, 0.00."""
    return f"{value:+.{digits}f}".replace("-", MINUS) if value else f"{0:.{digits}f}"


@register.filter
def plain(value) -> str:
    """As short as it goes: 20, 7.5."""
    return f"{Decimal(value).normalize():f}"


@register.filter
def share(part, whole) -> str:
    """A rate is never shown without its fraction: 70.0%（5,711/8,159人）."""
    if not whole:
        return "–"
    return f"{Decimal(part) / Decimal(whole) * 100:.1f}%（{part:,}/{whole:,}人）"
