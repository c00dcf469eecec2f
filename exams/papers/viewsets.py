from django.db.models import Count, Sum
from django.urls import path, reverse
from django.utils.text import Truncator
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

from exams.bank.forms.steps import ReasonForm
from exams.bank.templatetags.questions import gapped
from exams.bank.viewsets import ImportBatchViewSet, QuestionBankViewSet, QuestionViewSet
from exams.papers.balance import Item, balance
from exams.papers.filters import BlueprintFilters, PairFilters, PaperFilters
from exams.papers.forms import ADD, DrawForm, PairForm, SealForm, plain
from exams.papers.models import Blueprint, ForbiddenPair, Paper, PaperItem
from exams.papers.services.blueprints import new_version, standings, totals
from exams.papers.services.ordering import draw_forms, seal, verify_paper
from exams.papers.services.pairs import REMOVE, allow, forbid
from exams.papers.services.sealing import OPEN, approve_blueprint
from exams.papers.views.blueprints import CHANGE, BlueprintView, CheckView, DrawView
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet

DRAW = Action(
    "draw", "组卷", "papers.draw_paper", draw_forms,
    lambda blueprint: f"按{blueprint}从题库抽题，内容随即固定，以后试题修改或停用都不影响已组的试卷。",
    DrawForm, is_open=lambda blueprint: blueprint.is_checked, icon="doc-full",
)  # fmt: skip
AMEND = Action(
    "amend", "修改", CHANGE, new_version, str, is_open=lambda blueprint: not blueprint.is_checked, icon="edit"
)
OWN_PAGES = (AMEND, DRAW)


class BlueprintIndexView(IndexView):
    @property
    def header_buttons(self):
        if not self.request.user.has_perm(ADD):
            return []
        return [HeaderButton("新增组卷方案", reverse("blueprint:create"), icon_name="plus")]


class BlueprintInspectView(InspectView):
    page_title = "组卷方案"
    template_name = "papers/blueprint.html"

    def get_context_data(self, **kwargs):
        cells = list(self.object.cells.select_related("topic", "item_code"))
        banks = list(self.object.banks.all())
        found = standings(cells, banks)
        questions, marks = totals(cells)
        shown = {"rows": found, "banks": banks, "questions": questions, "marks": marks}
        return super().get_context_data(**kwargs) | shown | {
            "blueprint": self.object,
            "short": [one for one in found if one.missing],
            "versions": Blueprint.objects.filter(code=self.object.code).exclude(pk=self.object.pk),
            "papers": Paper.objects.filter(snapshot__blueprint=self.object).count(),
        }  # fmt: skip


class BlueprintViewSet(ScopedViewSet):
    model = Blueprint
    policy_class = ReadOnlyPolicy
    icon = "table"
    counted_in = "个"
    menu_label = "组卷方案"
    list_display = [
        Column("name", label="名称", accessor=str, sort_key="name"),
        "code", "unit",
        Column("questions", label="题数", sort_key="questions"),
        Column("marks", label="总分", accessor=lambda row: plain(row.marks) if row.marks else "", sort_key="marks"),
        Column("state", label="状态", accessor=lambda row: "已批准" if row.is_checked else "待审批"),
        Column("made_by", label="起草人"), Column("checked_by", label="审批人"),
    ]  # fmt: skip
    search_fields = ["code", "name"]
    filterset_class = BlueprintFilters
    index_view_class = BlueprintIndexView
    inspect_view_class = BlueprintInspectView
    inspect_view_fields = ["code"]
    actions = (
        Action(
            "approve", "批准", "papers.approve_blueprint", approve_blueprint,
            lambda blueprint: f"批准后可按{blueprint}组卷，方案不能再修改，要改须修订为新版。",
            is_open=lambda blueprint: not blueprint.is_checked, icon="check",
        ),
        Action(
            "revise", "修订为新版", ADD, new_version,
            lambda blueprint: f"复制{blueprint}为新一版草稿，修改后由另一人审批；本版和已组的试卷不变。",
            is_open=lambda blueprint: blueprint.is_checked, icon="copy",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("unit", "made_by", "checked_by").with_totals()

    def open_actions(self, row, user):
        """Drawing and amending have pages of their own."""
        own = [action for action in OWN_PAGES if user.has_perm(action.permission) and action.is_open(row)]
        here = [(action, reverse(self.get_url_name(action.name), args=[row.pk])) for action in own]
        return here + super().open_actions(row, user)

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("create/", self.construct_view(BlueprintView), name="create"),
            path("check/", self.construct_view(CheckView), name="check"),
            path("amend/<int:pk>/", self.construct_view(BlueprintView), name="amend"),
            path("draw/<int:pk>/", self.construct_view(DrawView, action=DRAW), name="draw"),
        ]


class PaperInspectView(InspectView):
    page_title = "试卷"
    template_name = "papers/paper.html"

    def get_context_data(self, **kwargs):
        forms = self.object.siblings().exclude(form="")
        return super().get_context_data(**kwargs) | {
            "paper": self.object,
            "totals": self.object.items.aggregate(count=Count("pk"), marks=Sum("marks")),
            "balance": balance(form_items(forms)) if self.object.form else None,
            "siblings": self.object.siblings().count(),
            "may_open": self.request.user.has_perm(OPEN),
        }


def form_items(papers):
    """Numbers only: nothing of what a paper asks."""
    rows = PaperItem.objects.filter(paper__in=papers).order_by("paper__form", "slot")
    names = ("paper__form", "version__question", "version__question__topic__name", "version__question__difficulty")
    for form, question, topic, difficulty, marks in rows.values_list(*names, "marks"):
        yield Item(form, question, topic or "未分专题", difficulty, marks)


class PaperViewSet(ScopedViewSet):
    model = Paper
    policy_class = ReadOnlyPolicy
    icon = "doc-full"
    counted_in = "份"
    menu_label = "试卷"
    list_display = [
        Column("purpose", label="用途", accessor=str, sort_key="purpose"),
        Column("blueprint", label="组卷方案", accessor="snapshot.blueprint"),
        Column("state", label="状态", accessor="state"),
        "opens_at",
        Column("hash", label="摘要", accessor=lambda paper: paper.sha256[:16]),
        Column("made_by", label="组卷人"), "made_at", Column("checked_by", label="封卷人"),
    ]  # fmt: skip
    search_fields = ["purpose", "seed", "sha256"]
    filterset_class = PaperFilters
    inspect_view_class = PaperInspectView
    inspect_view_fields = ["purpose"]
    actions = (
        Action(
            "seal", "封卷", "papers.seal_paper", seal,
            lambda paper: f"{paper}封存后，开封时间以前任何人都不能查看内容，试卷不能更换。",
            SealForm, is_open=lambda paper: not paper.is_checked, icon="lock",
        ),
        Action(
            "verify", "核对", "papers.view_paper", verify_paper,
            lambda paper: f"按种子{paper.seed}重新组一次，与存档的摘要{paper.sha256[:16]}核对。试卷内容不显示，也不改变。",
            icon="check", told=lambda paper: f"重新组出的试卷与存档一致，摘要{paper.sha256[:16]}。",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("snapshot__blueprint__unit", "made_by", "checked_by")


def short_stem(name: str):
    """A question's number and the beginning of what it asks."""
    return lambda pair: (
        f"{getattr(pair, f'{name}_id')}　{Truncator(gapped(getattr(pair, f'{name}_stem') or '')).chars(40)}"
    )


def _forbid(form, actor):
    first, second = form.questions(actor)
    return forbid(first, second, form.cleaned_data["reason"], actor=actor)


class ForbiddenPairViewSet(ScopedViewSet):
    model = ForbiddenPair
    policy_class = AddOnlyPolicy
    icon = "link"
    counted_in = "对"
    menu_label = "互斥试题"
    add_label = "设为互斥"
    list_display = [
        Column("first", label="试题", accessor=short_stem("first"), sort_key="first"),
        Column("second", label="不与此题同卷", accessor=short_stem("second"), sort_key="second"),
        Column("bank", label="题库", accessor="first.bank"), "reason",
    ]  # fmt: skip
    search_fields = ["first_stem", "second_stem", "reason"]
    filterset_class = PairFilters
    inspect_view_fields = ["first", "second", "reason"]
    services = {"add": _forbid}
    actions = (
        Action(
            "remove", "解除互斥", REMOVE, allow,
            lambda pair: f"解除后，{pair}可以出现在同一份新试卷里；已组的试卷不变。", ReasonForm, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("first__bank__unit", "second__bank").with_stems()

    def get_form_class(self, for_update=False):
        return PairForm


class ExamsGroup(ModelViewSetGroup):
    """Questions and what is made of them, in the order of the work."""

    items = (
        QuestionViewSet, QuestionBankViewSet, ImportBatchViewSet, ForbiddenPairViewSet, BlueprintViewSet, PaperViewSet
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "考试", "exams", "form", 226
