from django.shortcuts import redirect
from wagtail.models import Page


class HomePage(Page):
    """The root of the site. Whoever comes here is shown his own day."""

    max_count = 1

    class Meta:
        verbose_name = "首页"

    def serve(self, request, *args, **kwargs):
        return redirect("portal:today")
