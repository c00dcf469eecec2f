from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render
from wagtail.permissions import page_permission_policy

from courses.catalogue.models import Course, Courseware

PAGE_SIZE = 50


@login_required
@permission_required("catalogue.view_course", raise_exception=True)
def stale(request):
    """Courses whose basis has moved on: listed for a decision."""
    courses = Course.objects.live().stale().order_by("title").prefetch_related("sources__source")
    page = Paginator(courses, PAGE_SIZE).get_page(request.GET.get("page"))
    editable = page_permission_policy.instances_user_has_permission_for(request.user, "change")
    may_edit = set(editable.filter(pk__in=[course.pk for course in page]).values_list("pk", flat=True))
    return render(request, "catalogue/stale.html", {"page": page, "title": "待修订课程", "may_edit": may_edit})


@login_required
@permission_required("catalogue.view_courseware", raise_exception=True)
def courseware_file(request, pk):
    """For whoever checks it; officers get theirs from the lesson."""
    courseware = get_object_or_404(Courseware.objects.visible_to(request.user), pk=pk)
    suffix = Courseware.SUFFIXES[courseware.kind]
    content_type = "video/mp4" if suffix == ".mp4" else "application/pdf"
    return FileResponse(courseware.file.open("rb"), filename=f"{pk}{suffix}", content_type=content_type)
