from django import template

from lms.certificates.models import Certificate

register = template.Library()


@register.inclusion_tag("certificates/button.html", takes_context=True)
def certificate_button(context, key: str) -> dict:
    """To the certificate an entitlement has, or to be issued one."""
    return {"certificate": Certificate.objects.standing_for(key), "key": key, "csrf_token": context.get("csrf_token")}
