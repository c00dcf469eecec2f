from django import template

from lms.people.device import device

register = template.Library()
register.filter("device", device)
