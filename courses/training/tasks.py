from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.training.models import TrainingClass
from courses.training.services.approval import KIND as POST_ONE
from courses.training.services.assigning import ASSIGN, assign
from courses.training.services.posting import post_class
from courses.training.services.team_review import KIND as POST_TEAM
from courses.training.services.team_review import waiting_for
from courses.training.services.waitlist import PROMOTE, promote
from lms.jobs.registry import register
from lms.jobs.running import Running
from lms.people.models import Officer

AT_A_TIME = 30


@register(PROMOTE, "候补递补")
def promote_waiting(job: Running) -> None:
    for row in promote(TrainingClass.objects.get(pk=job.params["training_class"])):
        job.advance()
        job.log(f"{row.name}已递补。")


@register(ASSIGN, "安排学员")
def assign_people(job: Running) -> None:
    """People whom an earlier run has placed are passed over: they are already in."""
    for pk, ids in job.params["classes"].items():
        training_class = TrainingClass.objects.get(pk=pk)
        for begin in range(0, len(ids), AT_A_TIME):
            if job.should_stop():
                return
            _assign_some(job, training_class, ids[begin : begin + AT_A_TIME])


def _assign_some(job: Running, training_class: TrainingClass, ids: list[int]) -> None:
    found = Officer.objects.select_related("unit", "user").in_bulk(ids)
    people = [found[pk] for pk in ids if pk in found]
    for answer in assign(training_class, people, actor=job.actor, reason=job.params["reason"]):
        if answer.refusal and answer.refusal.code != "already_in":
            job.advance(held={"what": f"{answer.person.name}（{training_class}）", "why": answer.refusal.message})
        else:
            job.advance()


@register(POST_TEAM, "科队训练审核入账")
def post_team_sessions(job: Running) -> None:
    """One at a time; what an earlier run has posted, or somebody else meanwhile, is no longer waiting."""
    for row in waiting_for(job.actor).filter(pk__in=job.params["pks"]).order_by("pk"):
        if job.should_stop():
            return
        try:
            post_class(row, actor=job.actor)
            job.advance()
        except ValidationError as refusal:
            job.advance(held={"what": f"{row.unit} {row}", "why": " ".join(refusal.messages)})
    job.result({"已入账": job.done - job.held, "未入账": job.held}, link=reverse("teamsession:index"))


@register(POST_ONE, "培训班入账")
def post_large_class(job: Running) -> None:
    """All of it or nothing; a class that an earlier run has posted stays as it is."""
    row = TrainingClass.objects.get(pk=job.params["training_class"])
    if row.state != TrainingClass.State.POSTED:
        post_class(row, actor=job.actor)
    job.advance(job.job.total or 0)
    job.result({"已入账": str(row)}, link=reverse("completion:inspect", args=[row.pk]))
