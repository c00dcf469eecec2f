"""A question as a candidate sees it, and beside it what only its keepers may know."""

import random

from django.contrib.auth.decorators import login_required, permission_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from wagtail.admin.views.generic import InspectView

from exams.bank.models import Question, QuestionVersion
from exams.bank.panels import panels_of
from exams.bank.services.editing import CHANGE
from exams.bank.services.review import ACTIVATE, REVIEW, State
from exams.bank.types import of

VIEW, EXPORT = "bank.view_question", "bank.export_question"
KEEPERS = (CHANGE, REVIEW, ACTIVATE, EXPORT)


def as_candidate(content: dict, seed: int) -> dict:
    """What may leave the house: shuffled, so that no order tells anything, and public."""
    kind = of(content)
    return kind.public(kind.shuffled(content, random.Random(seed)))  # noqa: S311 - an order, not a secret


def may_see_keys(user, question: Question) -> bool:
    rows = Question.objects.filter(pk=question.pk)
    return any(rows.within(user, right).exists() for right in KEEPERS)


@login_required
@permission_required(VIEW, raise_exception=True)
@xframe_options_sameorigin
def phone(request, pk: int):
    """One version, as it stands on a phone."""
    version = get_object_or_404(
        QuestionVersion.objects.filter(question__in=Question.objects.visible_to(request.user)), pk=pk
    )
    return render(request, "bank/phone.html", {"question": as_candidate(version.content, version.pk)})


class QuestionView(InspectView):
    template_name = "bank/preview.html"

    def get_context_data(self, **kwargs):
        question, user = self.object, self.request.user
        versions = list(
            question.versions.select_related("made_by", "checked_by", "batch").prefetch_related("sources__source")
        )
        chosen = next((one for one in versions if str(one.number) == self.request.GET.get("version")), None)
        version = chosen or (versions[0] if versions else None)
        has_key = version is not None and may_see_keys(user, question)
        return super().get_context_data(**kwargs) | {
            "question": question, "version": version, "versions": versions, "State": State,
            "key": keyed(version.content) if has_key else None,
            "actions": self.viewset.open_actions(question, user), "panels": panels_of(question, user),
            "can_change": user.has_perm(CHANGE) and question.state != State.RETIRED,
        }  # fmt: skip


def keyed(content: dict) -> dict:
    """The content with each part of it told apart for the page: right ones, weights, what is said to whom."""
    secrets = {
        name: content[name]
        for name in ("feedback", "feedback_true", "feedback_false", "feedback_wrong", "reference")
        if content.get(name)
    }
    return {**content, "said": secrets, "parts": [keyed(part) for part in content.get("parts", [])]} | _named(content)


def _named(content: dict) -> dict:
    if content["type"] == "matching":
        targets = {one["id"]: one["html"] for one in content["targets"]}
        used = {one["match"] for one in content["prompts"]}
        pairs = [(one["html"], targets[one["match"]]) for one in content["prompts"]]
        return {"pairs": pairs, "idle": [html for one, html in targets.items() if one not in used]}
    if content["type"] == "ordering":
        items = {one["id"]: one["html"] for one in content["items"]}
        return {"steps": [items[one] for one in content["order"]]}
    return {}
