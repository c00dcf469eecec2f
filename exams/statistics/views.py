"""The pages of what was analysed: an exam, a question in it, and what experts may want to look at."""

from django.db.models import QuerySet
from wagtail.admin.views.generic import InspectView

from exams.bank.formats.excel import LETTERS
from exams.bank.formats.markup import plain
from exams.bank.models import Question
from exams.bank.templatetags.questions import gapped
from exams.bank.views.preview import may_see_keys
from exams.statistics.bank_panel import VIEW
from exams.statistics.models import ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from exams.statistics.options import TRUTH
from exams.statistics.plots import Place, histogram, scatter, traces
from exams.statistics.terms import Terms, terms
from lms.rules.models import RuleVersion

CORRECTS = "sittings.check_keycorrection"
OPTION_SHOWN = 24


class AnalysedExamPage(InspectView):
    template_name = "statistics/exam.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        actions = self.viewset.open_actions(self.object, user)
        analyses = ItemAnalysis.objects.visible_to(user).filter(exam=self.object.pk).select_related("made_by")
        return super().get_context_data(**kwargs) | {
            "row": self.object, "analyses": analyses, "acts": [{"label": act.label, "url": url} for act, url in actions],
        }  # fmt: skip


class AnalysisPage(InspectView):
    template_name = "statistics/analysis.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        line = terms(row.rule_version.formula)
        items = _items(row) if user.has_perm(VIEW) else []
        own = set(ItemStatistic.objects.visible_to(user).filter(analysis=row).values_list("pk", flat=True))
        full = float(row.marks["full"])
        mark = full * float(row.pass_percent) / 100 if row.marks["passed"] is not None else None
        return super().get_context_data(**kwargs) | {
            "row": row, "line": line, "items": items, "own": own, "plot": _plot(items, line),
            "marks": row.marks, "pass_mark": mark, "histogram": histogram(row.marks["steps"], full, mark),
            "passed_n": row.marks["passed"], "again": _again(row, user), "counted": _counted(row, user),
        }  # fmt: skip


def _items(analysis: ItemAnalysis) -> list[ItemStatistic]:
    rows = analysis.statistics.select_related("version__question").order_by("form", "slot", "pk")
    return [_named(place, one) for place, one in enumerate(rows, start=1)]


def _named(place: int, one: ItemStatistic) -> ItemStatistic:
    one.label = str(one.slot or place)  # type: ignore[attr-defined]
    return one


def _plot(items: list[ItemStatistic], line: Terms):
    places = [
        Place(one.pk, one.label, gapped(one.version.stem_text)[:40], one.facility, one.item_rest, one.is_weak)  # type: ignore[attr-defined]
        for one in items
        if one.facility is not None and one.item_rest is not None
    ]
    return scatter(places, float(line.facility_low), float(line.facility_high), float(line.item_rest_low))


def _again(row: ItemAnalysis, user) -> QuerySet[ItemAnalysis]:
    return ItemAnalysis.objects.visible_to(user).filter(exam=row.exam_id).exclude(pk=row.pk).order_by("-pk")


def _counted(row: ItemAnalysis, user) -> dict:
    """How many hints there are, for whoever may look at them."""
    found = {"pairs": SimilarPair, "notes": PaceNote}
    return {
        name: model.objects.visible_to(user).filter(analysis=row).count()
        for name, model in found.items()
        if user.has_perm(f"statistics.view_{model._meta.model_name}")
    }


class StatisticPage(InspectView):
    template_name = "statistics/item.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        question = row.version.question
        has_key = may_see_keys(user, question) or user.has_perm(CORRECTS)
        version = RuleVersion.objects.select_related("rule").get(pk=row.analysis.rule_version_id)
        options = _options(row, has_key)
        before = ItemStatistic.objects.visible_to(user).filter(version__question=question).exclude(pk=row.pk)
        return super().get_context_data(**kwargs) | {
            "row": row, "question": question, "has_key": has_key, "rule": version, "line": terms(version.formula),
            "options": options,
            "traces": _traces(row, options), "before": before.newest().select_related("analysis__exam", "version")[:12],
            "in_bank": Question.objects.visible_to(user).filter(pk=question.pk).exists(),
        }  # fmt: skip


def _options(row: ItemStatistic, has_key: bool) -> list[dict]:
    """The table of choices with what each option says; letters are the author's order, not any paper's."""
    texts = {one["id"]: plain(one["html"]) for one in row.version.content.get("options", [])}
    found = []
    for place, one in enumerate(row.choices.get("rows", [])):
        option = one["option"]
        name = LETTERS[place] if texts else TRUTH.get(option, str(option)) if isinstance(option, bool) else str(option)
        found.append(one | {"name": name, "text": texts.get(option, ""), "is_key": one["is_key"] and has_key})
    return found


def _traces(row: ItemStatistic, options: list[dict]):
    """Only where every option can be named and people are enough to be divided in five."""
    if not options or row.n < 5 * len(row.choices["fifth_n"]):
        return None
    return traces(
        [(one["name"][:OPTION_SHOWN], one["fifths"], one["is_key"]) for one in options], row.choices["fifth_n"]
    )


class PairPage(InspectView):
    template_name = "statistics/pair.html"

    def get_context_data(self, **kwargs):
        row = self.object
        return super().get_context_data(**kwargs) | {"row": row, "people": [row.first, row.second]}


class PacePage(InspectView):
    template_name = "statistics/pace.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"row": self.object}
