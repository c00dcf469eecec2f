"""Films and papers for those who have begun the course, in ranges; and the worker that keeps them for the metro."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from courses.catalogue.models import Courseware
from courses.learning.byte_range import UnsatisfiableError, byte_range
from courses.learning.models import CourseProgress

CHUNK = 64 * 1024
TYPES = {"VIDEO": "video/mp4", "PDF": "application/pdf", "SLIDES": "application/pdf"}


@login_required
@require_safe
def media(request, progress, position):
    """404 for everybody but the learner of that very course version."""
    rows = CourseProgress.objects.filter(officer__user=request.user).select_related("version")
    lessons = get_object_or_404(rows, pk=progress).version.lessons
    if not 1 <= position <= len(lessons):
        raise Http404
    courseware = get_object_or_404(Courseware, pk=lessons[position - 1].get("media"))
    return send_courseware(request, courseware)


def send_courseware(request, courseware: Courseware):
    """The file or the part of it that was asked for; who may have it was decided before."""
    response = _whole_or_part(request, courseware)
    response["Accept-Ranges"], response["Content-Disposition"] = "bytes", "inline"
    response["X-Content-Type-Options"], response["ETag"] = "nosniff", f'"{courseware.sha256}"'
    patch_cache_control(response, private=True, no_store=True)
    return response


def _whole_or_part(request, courseware):
    size, kind = courseware.file.size, TYPES[courseware.kind]
    try:
        part = byte_range(request.headers.get("Range", ""), size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if part is None:
        return FileResponse(courseware.file.open("rb"), content_type=kind)
    first, last = part
    response = StreamingHttpResponse(_read(courseware.file.open("rb"), first, last), status=206, content_type=kind)
    response["Content-Range"], response["Content-Length"] = f"bytes {first}-{last}/{size}", last - first + 1
    return response


def _read(file, first: int, last: int):
    with file:
        file.seek(first)
        left = last - first + 1
        while left and (data := file.read(min(CHUNK, left))):
            left -= len(data)
            yield data


@require_safe
def service_worker(request):
    """At the root, so that it may serve every page."""
    script = (settings.BASE_DIR / "static" / "js" / "sw.js").read_bytes()
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
