from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import Truncator
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton

from exams.bank.filters import ImportBatchFilters, QuestionBankFilters, QuestionFilters
from exams.bank.forms.steps import NoteForm, ReasonForm
from exams.bank.models import ImportBatch, Question, QuestionBank
from exams.bank.services import review
from exams.bank.services.editing import ADD, CHANGE
from exams.bank.templatetags.questions import gapped
from exams.bank.views.preview import EXPORT, QuestionView
from lms.audit.services import record
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.people.models import OrgUnit

STEM_SHOWN = 60
State = Question.State


def add_bank(form, actor) -> QuestionBank:
    bank = form.instance
    if not OrgUnit.objects.within(actor, "bank.add_questionbank").filter(pk=bank.unit_id).exists():
        raise ValidationError("您不能为这个单位新建题库。", code="unit")
    bank.save()
    record("bank.add_questionbank", actor=actor, target=bank, code=bank.code, name=bank.name)
    return bank


class QuestionBankViewSet(ScopedViewSet):
    model = QuestionBank
    icon = "folder-open-inverse"
    counted_in = "个"
    list_display = ["name", "code", Column("unit", label="单位", sort_key="unit__path"), "is_for_practice",
                    Column("questions", label="试题", accessor="number_of_questions"),
                    Column("active", label="在用", accessor="number_active")]  # fmt: skip
    search_fields = ["name", "code"]
    filterset_class = QuestionBankFilters
    inspect_view_fields = ["name", "code", "unit", "is_for_practice"]
    form_fields = ["code", "name", "unit", "is_for_practice"]
    services = {"add": add_bank}

    def read(self, rows):
        return rows.select_related("unit").with_numbers()

    def get_form_fields(self):
        return self.form_fields

    def get_edit_view_kwargs(self, **kwargs):
        return super().get_edit_view_kwargs(fields=["name", "is_for_practice"], form_class=None, **kwargs)


class QuestionIndex(IndexView):
    """The list, and what may be done with all that it shows."""

    def _office(self, name: str, **more) -> str:
        query = self.request.GET.copy()
        for gone in ("p", "export", "ordering"):
            query.pop(gone, None)
        query = urlencode([*query.lists(), *((key, [value]) for key, value in more.items())], doseq=True)
        return reverse(f"bank_office:{name}") + (f"?{query}" if query else "")

    @cached_property
    def header_buttons(self):
        user = self.request.user
        found = []
        if user.has_perm(ADD):
            found.append(HeaderButton("新建试题", reverse("bank_office:add"), icon_name="plus", priority=10))
        if user.has_perm("bank.import_question"):
            found.append(HeaderButton("导入试题", reverse("bank_import:upload"), icon_name="upload", priority=20))
        return found

    @cached_property
    def header_more_buttons(self):
        user = self.request.user
        found = [Button("覆盖情况", self._office("coverage"), icon_name="table", priority=40)]
        if user.has_perm(review.REVIEW) or user.has_perm(review.ACTIVATE):
            found.append(Button("批量办理所列试题", self._office("bulk"), icon_name="check", priority=10))
        if user.has_perm(EXPORT):
            for order, (kind, label) in enumerate((("xlsx", "Excel"), ("moodlexml", "Moodle XML"))):
                url = self._office("export", format=kind)
                found.append(Button(f"导出试题（{label}）", url, icon_name="download", priority=20 + order))
        return [*super().header_more_buttons, *found]

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if self.request.user.has_perm(CHANGE) and instance.state != State.RETIRED:
            buttons.append(
                MenuItem("改题", reverse("bank_office:edit", args=[instance.pk]), icon_name="edit", priority=9)
            )
        return buttons


def is_pending(row) -> bool:
    return row.newest_pk is not None and row.newest_checked_by is None and row.newest_returned_at is None


def stage(row) -> str:
    """Where the newest version stands."""
    if row.newest_pk is None:
        return "—"
    if row.newest_checked_by is None:
        return "退回待改" if row.newest_returned_at else "待审"
    return "在用" if row.current_id == row.newest_pk else "已审待启用"


def can_activate(row) -> bool:
    return row.newest_checked_by is not None and not (row.state == State.ACTIVE and row.current_id == row.newest_pk)


def of(row) -> str:
    return f"“{Truncator(gapped(row.stem)).chars(STEM_SHOWN)}”"


class QuestionViewSet(ScopedViewSet):
    model = Question
    policy_class = ReadOnlyPolicy
    icon = "help"
    counted_in = "题"
    index_view_class = QuestionIndex
    inspect_view_class = QuestionView
    filterset_class = QuestionFilters
    search_fields = ["stem"]
    list_display = [
        TitleColumn(
            "stem", label="题干", accessor=lambda row: Truncator(gapped(row.stem)).chars(STEM_SHOWN), sort_key="stem",
            url_name="question:inspect",
        ),
        Column("number", label="编号", accessor="pk", sort_key="pk"),
        "bank", Column("type", label="题型", accessor="get_type_display", sort_key="type"), "topic",
        Column("level", label="等级", accessor="get_level_display", sort_key="level"), "difficulty",
        Column("state", label="状态", accessor="get_state_display", sort_key="state"),
        Column("at", label="最新版本", accessor=stage),
    ]  # fmt: skip
    sort_keys = {"bank": "bank__code", "topic": "topic__order"}
    inspect_view_fields = ["bank", "type", "topic", "level", "difficulty", "state"]
    actions = (
        Action(
            "review", "审题通过", review.REVIEW, review.review,
            lambda row: f"您确认{of(row)}题干、选项、答案和依据都正确。通过后由考务管理员启用；现在在用的版本（如有）启用前不变。",
            NoteForm, is_pending, "check",
        ),
        Action(
            "send_back", "退回修改", review.REVIEW, review.send_back,
            lambda row: f"{of(row)}退回命题人修改，意见会通知本人；现在在用的版本（如有）不变。", ReasonForm, is_pending, "undo",
        ),
        Action(
            "activate", "启用", review.ACTIVATE, review.activate,
            lambda row: f"{of(row)}最新一版从现在起可以进入新试卷，已组好的试卷不变。", NoteForm, can_activate, "tick",
        ),
        Action(
            "retire", "停用", review.ACTIVATE, review.retire,
            lambda row: f"{of(row)}不再进入新试卷，已组好的试卷不变。需要时可以重新启用。", ReasonForm,
            lambda row: row.state != State.RETIRED, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_newest().select_related("bank__unit", "topic")


class ImportBatchViewSet(ScopedViewSet):
    model = ImportBatch
    policy_class = ReadOnlyPolicy
    icon = "upload"
    counted_in = "批"
    list_display = [
        "file_name", "bank", "format", Column("written", label="写入", accessor=lambda row: row.counts.get("written")),
        Column("known", label="已有", accessor=lambda row: row.counts.get("known")), "made_by", "made_at",
    ]  # fmt: skip
    sort_keys = {"bank": "bank__code"}
    search_fields = ["file_name"]
    filterset_class = ImportBatchFilters
    inspect_view_fields = ["file_name", "bank", "format", "sha256", "made_by", "made_at"]

    def read(self, rows):
        return rows.select_related("bank__unit", "made_by")
