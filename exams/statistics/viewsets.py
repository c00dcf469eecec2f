from django.utils import timezone
from django.utils.text import Truncator
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from exams.bank.templatetags.questions import gapped
from exams.statistics.filters import (
    AnalysedExamFilters,
    AnalysisFilters,
    PaceFilters,
    PairFilters,
    StatisticFilters,
)
from exams.statistics.models import AnalysedExam, ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from exams.statistics.services.ordering import RIGHT, order_analysis
from exams.statistics.templatetags.figures import minutes
from exams.statistics.views import AnalysedExamPage, AnalysisPage, PacePage, PairPage, StatisticPage
from exams.statistics.wording import NOT_AVAILABLE, odds, rate, shown
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

STEM_SHOWN = 48


def figure(name: str):
    return lambda row: shown(getattr(row, name))


def one_form(name: str):
    """A coefficient where the exam had one form; several are told apart on the page."""

    def found(row) -> str:
        forms = row.forms
        return shown(forms[0][name]) if len(forms) == 1 else f"{len(forms)}卷" if forms else NOT_AVAILABLE

    return found


def passed(row) -> str:
    marks = row.marks
    return "—" if marks["passed"] is None else rate(marks["passed"], marks["n"])


class AnalysedExamViewSet(ScopedViewSet):
    model = AnalysedExam
    policy_class = ReadOnlyPolicy
    icon = "form"
    counted_in = "场考试"
    menu_label = "可分析的考试"
    list_display = [
        "title", "code",
        Column("unit", label="组织单位", sort_key="unit__path"),
        Column("kind", label="类别", accessor="get_kind_display", sort_key="kind"),
        Column("handed_in", label="交卷（份）", sort_key="handed_in"),
        Column("times", label="已分析（次）", accessor="analyses_made", sort_key="analyses_made"),
        Column("last", label="最近分析", accessor="analysed_at", sort_key="analysed_at"),
    ]  # fmt: skip
    search_fields = ["title", "code"]
    filterset_class = AnalysedExamFilters
    inspect_view_class = AnalysedExamPage
    inspect_view_fields = ["title"]
    actions = (
        Action(
            "analyse", "分析", RIGHT, order_analysis,
            lambda row: f"按“{row}”已交的{row.handed_in:,}份答卷计算各题难度、区分度和整卷信度，在后台进行。"
            "结果作为当天的一次统计存入题库，以前的统计保留；不改变任何得分。",
            icon="table",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.over(timezone.now()).select_related("unit", "blueprint").with_standing()

    def url_after(self, result):
        return result.page


class AnalysisViewSet(ScopedViewSet):
    model = ItemAnalysis
    policy_class = ReadOnlyPolicy
    icon = "table"
    counted_in = "次分析"
    menu_label = "分析结果"
    list_display = [
        Column("exam", label="考试", accessor=str, sort_key="exam__title"),
        Column("unit", label="组织单位", accessor="exam.unit", sort_key="exam__unit__path"),
        "made_at", Column("made_by", label="经办人"),
        Column("people", label="答卷（份）", sort_key="people"),
        Column("items", label="试题（题）", sort_key="items"),
        Column("alpha", label="α系数", accessor=one_form("alpha")),
        Column("kr20", label="KR-20", accessor=one_form("kr20")),
        Column("weak", label="待审看（题）", sort_key="weak"),
        Column("passed", label="合格率", accessor=passed),
    ]  # fmt: skip
    search_fields = ["exam__title", "exam__code"]
    filterset_class = AnalysisFilters
    inspect_view_class = AnalysisPage
    inspect_view_fields = ["people"]

    def read(self, rows):
        return rows.select_related("exam__unit", "exam__blueprint", "made_by", "rule_version__rule")


class StatisticViewSet(ScopedViewSet):
    model = ItemStatistic
    policy_class = ReadOnlyPolicy
    icon = "help"
    counted_in = "题"
    menu_label = "试题统计"
    list_display = [
        Column("stem", label="试题", accessor=lambda row: Truncator(gapped(row.version.stem_text)).chars(STEM_SHOWN),
               sort_key="version__question"),
        Column("type", label="题型", accessor=lambda row: row.version.question.get_type_display(),
               sort_key="version__question__type"),
        Column("bank", label="题库", accessor="version.question.bank", sort_key="version__question__bank__code"),
        Column("exam", label="考试", accessor="analysis.exam", sort_key="analysis__exam__title"),
        Column("form", label="卷别", accessor=lambda row: f"{row.form}第{row.slot}题" if row.slot else row.form),
        Column("n", label="人数", accessor=lambda row: f"{row.n:,}人", sort_key="n"),
        Column("facility", label="难度", accessor=figure("facility"), sort_key="facility"),
        Column("item_rest", label="题余相关", accessor=figure("item_rest"), sort_key="item_rest"),
        Column("index27", label="27%指数", accessor=figure("index27"), sort_key="index27"),
        Column("flags", label="标记", accessor=lambda row: "、".join(row.flag_labels) or "—"),
        "made_at",
    ]  # fmt: skip
    search_fields = ["version__stem_text", "analysis__exam__title"]
    filterset_class = StatisticFilters
    inspect_view_class = StatisticPage
    inspect_view_fields = ["n"]

    def read(self, rows):
        return rows.select_related("version__question__bank__unit", "version__question__topic", "analysis__exam__unit")


def seat_of(row) -> str:
    if not row.same_hall:
        return "不同考场"
    return "同一考场" if row.seats_apart is None else f"同一考场，座位号差{row.seats_apart}"


class PairViewSet(ScopedViewSet):
    model = SimilarPair
    policy_class = ReadOnlyPolicy
    icon = "group"
    counted_in = "对"
    menu_label = "作答相近（提示）"
    list_display = [
        Column("pair", label="准考证号", accessor=str),
        Column("exam", label="考试", accessor="analysis.exam", sort_key="analysis__exam__title"),
        Column("same", label="相同错答/都答错", accessor=lambda row: f"{row.same}/{row.both_wrong}题", sort_key="same"),
        Column("expected", label="偶然相同", accessor=lambda row: f"{row.expected:.1f}题", sort_key="expected"),
        Column("chance", label="偶然可能", accessor=lambda row: odds(row.chance), sort_key="chance"),
        Column("seats", label="座位", accessor=seat_of, sort_key="seats_apart"),
    ]  # fmt: skip
    search_fields = ["first__candidate__number", "second__candidate__number"]
    filterset_class = PairFilters
    inspect_view_class = PairPage
    inspect_view_fields = ["same"]

    def read(self, rows):
        ends = [f"{one}__candidate__{name}" for one in ("first", "second") for name in ("officer", "unit", "hall")]
        return rows.select_related("analysis__exam__unit", *ends)


class PaceViewSet(ScopedViewSet):
    model = PaceNote
    policy_class = ReadOnlyPolicy
    icon = "time"
    counted_in = "人"
    menu_label = "作答用时（提示）"
    list_display = [
        Column("number", label="准考证号", accessor=str, sort_key="attempt__candidate__number"),
        Column("exam", label="考试", accessor="analysis.exam", sort_key="analysis__exam__title"),
        Column("seconds", label="用时", accessor=lambda row: minutes(row.seconds), sort_key="seconds"),
        Column("typical", label="全体中位", accessor=lambda row: minutes(row.typical), sort_key="typical"),
        Column("bursts", label="紧接着作答/作答", accessor=lambda row: f"{row.bursts}/{row.answered}题", sort_key="bursts"),
        Column("marks", label="得分/满分", accessor=lambda row: f"{row.marks.normalize():f}/{row.full.normalize():f}", sort_key="marks"),
    ]  # fmt: skip
    search_fields = ["attempt__candidate__number"]
    filterset_class = PaceFilters
    inspect_view_class = PacePage
    inspect_view_fields = ["seconds"]

    def read(self, rows):
        ends = [f"attempt__candidate__{name}" for name in ("officer", "unit", "hall")]
        return rows.select_related("analysis__exam__unit", *ends)


class StatisticsGroup(ModelViewSetGroup):
    items = (AnalysedExamViewSet, AnalysisViewSet, StatisticViewSet, PairViewSet, PaceViewSet)
    menu_label, menu_name, menu_icon, menu_order = "考试分析", "statistics", "sliders", 229
