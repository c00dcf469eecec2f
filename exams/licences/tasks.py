from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from exams.licences.models import ResultFile
from exams.licences.services.importing import take_in, taken_in
from exams.licences.services.ordering import KIND
from lms.jobs.registry import register
from lms.jobs.running import Running
from lms.people.upload import Upload
from lms.sheets.table import SheetRefused


@register(KIND, "导入执法证结果文件")
def take_in_file(job: Running) -> None:
    """A run after one that had committed finds the file taken in."""
    upload = Upload(**job.params["upload"])
    file = _taken_in(job, upload)
    upload.path.unlink(missing_ok=True)
    counts = ResultFile.objects.with_counts().get(pk=file.pk)
    job.advance(file.rows)
    job.result(
        {"对上": counts.done + counts.unchanged, "对不上": counts.orphan, "未回复": counts.missing},
        link=reverse("resultfile:inspect", args=[file.pk]),
    )


def _taken_in(job: Running, upload: Upload) -> ResultFile:
    try:
        data = upload.read()
    except Http404:
        raise ValidationError("上传的文件已不在，请重新上传。", code="gone") from None
    if found := taken_in(data):
        return found
    try:
        told = job.params["checksum"]
        return take_in(data, upload.filename, told, actor=job.actor, expected=job.params["expected"])
    except SheetRefused as refusal:
        for problem in refusal.problems:
            job.advance(0, held={"what": f"第{problem.row}行", "why": problem.message})
        raise ValidationError("没有写入任何内容，下列各行现在不能办理。", code="refused") from refusal
