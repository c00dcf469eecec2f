"""The console's page of one row: everything about it, and what can be done next."""

from django.db.models import Prefetch
from django.utils import timezone
from wagtail.admin.views.generic import InspectView

from courses.development.models import Claim, DevelopmentProject, PeerReview
from courses.development.rubric import criteria
from courses.development.services.authors import entries_of
from courses.development.services.groups import may_keep
from courses.development.services.rights import holds
from courses.development.services.works import masking_of

WAY = list(DevelopmentProject.WAY)


class DeskPage(InspectView):
    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        acts = self.viewset.open_actions(row, user)
        return super().get_context_data(**kwargs) | {"row": row, "acts": acts, "today": timezone.localdate()}


def made_of(output) -> dict:
    """Authors with what they were credited with, and every submission with its reviews."""
    entries = {entry.evidence: entry for entry in entries_of(output)}
    authors = list(output.contributors.select_related("officer__unit"))
    for one in authors:
        one.entry = entries.get(one.evidence)
    return {
        "authors": authors, "shares": sum(one.share for one in authors), "submissions": submissions_of(output),
    }  # fmt: skip


def submissions_of(output) -> list:
    """The newest first."""
    reviews = Prefetch("reviews", PeerReview.objects.standing().select_related("reviewer"))
    rows = output.submissions.select_related("courseware", "revision", "submitted_by", "decided_by")
    found = list(rows.prefetch_related(reviews).order_by("-number"))
    for row in found:
        row.all_reviews = list(row.reviews.all())
        row.sent = [one for one in row.all_reviews if one.sent_at]
    return found


def milestones_of(parent, user) -> dict:
    rows = list(parent.milestones.all())
    return {
        "milestones": rows, "done": sum(1 for row in rows if row.done_on), "may_keep": may_keep(user, parent),
    }  # fmt: skip


class GroupPage(DeskPage):
    template_name = "development/group.html"

    def get_context_data(self, **kwargs):
        group, user = self.object, self.request.user
        projects = DevelopmentProject.objects.visible_to(user).filter(group=group)
        return super().get_context_data(**kwargs) | milestones_of(group, user) | {
            "topics": group.topics.all(),
            "members": group.members.filter(until=None).select_related("officer__unit"),
            "projects": projects.with_milestones().select_related("course", "version"),
            "may_change": user.has_perm("development.change_coursedevelopmentgroup") and group.state != "DISSOLVED",
        }  # fmt: skip


class ProjectPage(DeskPage):
    template_name = "development/project.html"

    def get_context_data(self, **kwargs):
        project, user = self.object, self.request.user
        return super().get_context_data(**kwargs) | milestones_of(project, user) | made_of(project) | {
            "way": way_of(project),
            "checks": workflow_of(project),
            "flagships": project.flagships.select_related("made_by", "checked_by", "version"),
            "newer": newer_than(project),
            "may_change": user.has_perm("development.change_developmentproject")
            and project.stage in (DevelopmentProject.Stage.PROPOSED, DevelopmentProject.Stage.APPROVED),
        }  # fmt: skip


def way_of(project) -> list[tuple[str, str]]:
    """Each stage with how it stands: done, here, or nothing."""
    if project.stage not in WAY:
        return [(stage.label, "") for stage in WAY]
    here = WAY.index(DevelopmentProject.Stage(project.stage))
    return [
        (stage.label, "done" if place < here or place == here == len(WAY) - 1 else "here" if place == here else "")
        for place, stage in enumerate(WAY)
    ]


TASK_WORDS = {
    "approved": "已通过",
    "in_progress": "审核中",
    "rejected": "退回",
    "cancelled": "已撤回",
    "skipped": "跳过",
}
TONES = {"approved": "ok", "rejected": "bad", "in_progress": "blue"}


def workflow_of(project) -> list[dict]:
    """Wagtail's own reviewers, one after the other, in the newest round."""
    state = project.course.workflow_states.order_by("-created_at").first() if project.course else None
    if state is None:
        return []
    return [
        {"name": task.name, "words": TASK_WORDS.get(task.status, "未开始"), "tone": TONES.get(task.status, "")}
        for task in state.all_tasks_with_status()
    ]


def newer_than(project):
    """A version that was published after the one that passed."""
    if not project.version:
        return None
    return project.course.versions.filter(number__gt=project.version.number).order_by("-number").first()


class CallPage(DeskPage):
    template_name = "development/call.html"

    def get_context_data(self, **kwargs):
        call, user = self.object, self.request.user
        claims = list(call.claims.visible_to(user).with_people().select_related("unit", "made_by"))
        holding = [claim for claim in claims if claim.state in Claim.HOLDING]
        order = [Claim.State.ACCEPTED, Claim.State.SUBMITTED, Claim.State.RETURNED, Claim.State.CLAIMED]
        return super().get_context_data(**kwargs) | {
            "places": sorted(holding, key=lambda claim: order.index(claim.state)),
            "ended": [claim for claim in claims if claim.state not in Claim.HOLDING],
            "free": range(call.target - call.taken), "all_seen": len(holding) == call.taken,
            "may_change": call.state == "DRAFT" and holds(user, "development.change_crowdcall", call.unit),
        }  # fmt: skip


class ClaimPage(DeskPage):
    template_name = "development/claim.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | made_of(self.object)


class WorkPage(DeskPage):
    template_name = "development/work.html"

    def get_context_data(self, **kwargs):
        work, user = self.object, self.request.user
        return super().get_context_data(**kwargs) | made_of(work) | {
            "masking": masking_of(work),
            "maskings": work.maskings.select_related("made_by", "checked_by", "refused_by"),
            "chapters": work.chapters.visible_to(user).order_by("pk"),
            "may_change": user.has_perm("development.change_work") and work.state == "DRAFT",
        }  # fmt: skip


class OutputPage(DeskPage):
    template_name = "development/output.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | made_of(self.object) | {"own_page": page_of(self.object)}


def page_of(output) -> tuple[str, int] | None:
    """Projects, claims and works have pages of their own."""
    names = {"developmentproject": "developmentproject:inspect", "claim": "claim:inspect", "work": "work:inspect"}
    return next(((url, output.pk) for name, url in names.items() if hasattr(output, name)), None)


class ReviewPage(DeskPage):
    template_name = "development/peer_review.html"

    def get_context_data(self, **kwargs):
        review = self.object
        parts = [(one, review.scores.get(one.key)) for one in criteria(review.rubric.formula)]
        return super().get_context_data(**kwargs) | {"parts": parts}
