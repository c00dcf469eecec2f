from django.urls import reverse

from exams.marking.services.ordering import PREPARE
from exams.marking.services.preparing import make_scripts, make_tasks, waiting
from exams.sittings.models import Exam
from lms.jobs.registry import register
from lms.jobs.running import Running

AT_ONCE = 50


@register(PREPARE, "生成匿名答卷")
def prepare_marking(job: Running) -> None:
    """What has its scripts is passed over: any number of runs makes each once."""
    exam = Exam.objects.select_related("unit", "blueprint").get(pk=job.params["exam"])
    make_tasks(exam, actor=job.actor)
    attempts, made = list(waiting(exam)), 0
    for start in range(0, len(attempts), AT_ONCE):
        if job.should_stop():
            return
        chunk = attempts[start : start + AT_ONCE]
        made += make_scripts(exam, chunk)
        job.advance(len(chunk))
    job.result(
        {"新生成答卷": made, "答卷合计": exam.scripts.count()}, link=f"{reverse('markingtask:index')}?exam={exam.pk}"
    )
