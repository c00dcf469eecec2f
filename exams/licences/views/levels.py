from urllib.parse import quote

from django.views.decorators.http import require_safe

from courses.training.views.enrollment import download, holders_only
from exams.licences.services.levels import EXPORT, results_file


@holders_only(EXPORT)
@require_safe
def export(request):
    name, content = results_file(request.user)
    answer = download(content, "levels.xlsx")
    answer["Content-Disposition"] = f"attachment; filename=\"levels.xlsx\"; filename*=UTF-8''{quote(name)}"
    return answer
