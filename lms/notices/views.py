from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from lms.notices.models import Delivery
from lms.notices.services import mark_read

PER_PAGE = 20


@login_required
def inbox(request):
    mine = Delivery.objects.of(request.user).select_related("notice")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    context = {"place": "me", "page": page, "unread": mine.unread().count()}
    return render(request, "notices/inbox.html", context)


@login_required
def message(request, pk):
    """Opening a message is reading it."""
    delivery = get_object_or_404(Delivery.objects.of(request.user).select_related("notice"), pk=pk)
    mark_read(request.user, [delivery])
    return render(request, "notices/message.html", {"place": "me", "delivery": delivery, "notice": delivery.notice})


@login_required
@require_POST
def read_all(request):
    mark_read(request.user)
    return redirect("notices:inbox")
