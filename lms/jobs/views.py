from io import BytesIO

from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from wagtail.admin.views.generic import InspectView

from lms.jobs.models import Job
from lms.jobs.registry import kind_label
from lms.sheets.export import write_xlsx

HELD_SHOWN = 20
LOG_SHOWN = 50
CHIPS = {"DONE": "ok", "FAILED": "bad", "NEEDS_HUMAN": "bad", "PAUSED": "due"}


class JobPage(InspectView):
    template_name = "jobs/job.html"

    def get_context_data(self, **kwargs):
        job: Job = self.object
        held = Paginator(job.lines.exclude(what=""), HELD_SHOWN)
        return super().get_context_data(**kwargs) | {
            "job": job,
            "kind": kind_label(job.kind),
            "chip": CHIPS.get(job.state, ""),
            "held": held.get_page(self.request.GET.get("held")),
            "log": list(job.lines.filter(what="").order_by("-id")[:LOG_SHOWN]),
            "open_actions": {action.name for action, _ in self.viewset.open_actions(job, self.request.user)},
        }


class JobProgress(JobPage):
    """The part of the page that changes while the job runs, for static/js/job.js."""

    template_name = "jobs/progress.html"


class HeldSheet(InspectView):
    """What was held back and why, all of it."""

    def render_to_response(self, context, **kwargs):
        rows = self.object.lines.exclude(what="").values_list("what", "text")
        content = write_xlsx("未办事项", ["对象", "原因"], rows.iterator(chunk_size=2000), notes=[self.object.title])
        return FileResponse(BytesIO(content), as_attachment=True, filename=f"未办事项-{self.object.pk}.xlsx")


class ResultFile(InspectView):
    def render_to_response(self, context, **kwargs):
        file = self.object.result_file
        if not file:
            raise Http404
        return FileResponse(file.open("rb"), as_attachment=True, filename=file.name.rsplit("/", 1)[-1])
