from django import template

from courses.training.services.posting import session_of

register = template.Library()
register.filter("session_of", session_of)
