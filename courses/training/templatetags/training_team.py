from django import template

register = template.Library()


@register.filter
def holds(user, permission: str) -> bool:
    """By the roles that were read with the request: no query of its own."""
    return user.is_authenticated and bool(user.scope(permission))
