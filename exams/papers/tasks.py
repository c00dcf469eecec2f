from datetime import datetime

from django.core.exceptions import ValidationError
from django.urls import reverse

from exams.papers.models import BankSnapshot, Paper
from exams.papers.services.drawing import draw_papers
from exams.papers.services.ordering import DRAW, SEAL
from exams.papers.services.sealing import seal_paper
from lms.jobs.registry import register
from lms.jobs.running import Running

AT_ONCE = 50


@register(DRAW, "组卷")
def draw_all(job: Running) -> None:
    """A seed that has its paper is passed over: any number of runs makes each once."""
    snapshot = BankSnapshot.objects.select_related("blueprint__unit").get(pk=job.params["snapshot"])
    batch, count, purpose = job.params["batch"], job.params["count"], job.params["purpose"]
    for start in range(0, count, AT_ONCE):
        if job.should_stop():
            return
        numbers = range(start + 1, min(start + AT_ONCE, count) + 1)
        draw_papers(snapshot, [f"{batch}-{number:05d}" for number in numbers], purpose=purpose, actor=job.actor)
        job.advance(len(numbers))
    made = Paper.objects.filter(snapshot=snapshot, seed__startswith=f"{batch}-").count()
    job.result({"试卷": made}, link=f"{reverse('paper:index')}?q={batch}")


@register(SEAL, "封卷")
def seal_all(job: Running) -> None:
    paper = Paper.objects.get(pk=job.params["paper"])
    opens_at = datetime.fromisoformat(job.params["opens_at"])
    sealed = 0
    for one in paper.siblings().filter(checked_by=None).order_by("pk"):
        if job.should_stop():
            return
        try:
            seal_paper(one, opens_at, actor=job.actor)
            sealed += 1
            job.advance()
        except ValidationError as refusal:
            job.advance(held={"what": f"{one} {one.seed}", "why": " ".join(refusal.messages)})
    job.result({"已封": sealed, "未封": job.held}, link=reverse("paper:index"))
