from wagtail.admin.ui.tables import Column

from courses.development.filters import WorkFilters
from courses.development.forms.groups import ReasonForm
from courses.development.forms.outputs import MaskingForm, WorkForm
from courses.development.models import Work
from courses.development.services import works
from courses.development.services.rights import DECIDE, MASK
from courses.development.views.desk import WorkPage
from courses.development.viewsets.groups import PageAfter, RowsLeadToPages
from courses.development.viewsets.steps import assign_action, authors_action, decide_action
from lms.kit.viewsets import Action, ScopedViewSet

State, CHANGE = Work.State, "development.change_work"


def work_by_form(form, actor) -> Work:
    work = form.save(commit=False)
    return works.change_work(work, actor=actor) if work.pk else works.register_work(work, actor=actor)


def certify(work, *, actor, removed) -> Work:
    works.certify_masking(work, actor=actor, removed=removed)
    return work


def confirm(work, *, actor) -> Work:
    works.confirm_masking(work, actor=actor)
    return work


def refuse(work, *, actor, reason) -> Work:
    works.refuse_masking(work, actor=actor, reason=reason)
    return work


def submit(work, *, actor) -> Work:
    works.submit_work(work, actor=actor)
    return work


def in_state(*states):
    return lambda row: row.state in states


def a_case_in_draft(row) -> bool:
    return row.is_case and row.state == State.DRAFT


class WorkViewSet(PageAfter, ScopedViewSet):
    model = Work
    icon = "openquote"
    counted_in = "件"
    add_label = "登记"
    index_view_class, inspect_view_class = RowsLeadToPages, WorkPage
    list_display = [
        "title", Column("form", label="类别", accessor="get_form_display", sort_key="form"),
        Column("unit", label="编写单位", sort_key="unit__path"), "source",
        Column("state", label="状态", accessor="get_state_display", sort_key="state"), "published_on",
        Column("people", label="署名", accessor=lambda row: f"{row.people}人", sort_key="people"),
    ]  # fmt: skip
    search_fields = ["title", "body", "source", "unit__name"]
    filterset_class = WorkFilters
    inspect_view_fields = ["title", "form", "unit", "source", "state"]
    services = {"add": work_by_form, "change": work_by_form}
    actions = (
        authors_action(lambda row: not row.is_checked and row.state != State.WITHDRAWN),
        Action(
            "certify", "出具脱敏证明", CHANGE, certify,
            lambda row: f"您证明“{row}”已去除可以认出个人的内容。由另一人确认后方可送审；正文再改须重新出具。",
            MaskingForm, a_case_in_draft, "view",
        ),
        Action(
            "confirm", "确认脱敏", MASK, confirm, lambda row: f"请先通读“{row}”的正文，确认没有姓名等个人信息和涉密内容。",
            is_open=a_case_in_draft, icon="check",
        ),
        Action(
            "refuse", "不予确认", MASK, refuse, lambda row: f"“{row}”的脱敏证明作废，理由告知编写人。",
            ReasonForm, a_case_in_draft, "undo",
        ),
        Action(
            "submit", "送审", CHANGE, submit, lambda row: f"“{row}”送同行匿名评审，评审期间不能修改。",
            is_open=in_state(State.DRAFT), icon="upload",
        ),
        assign_action(in_state(State.SUBMITTED)),
        decide_action(works.decide_work, in_state(State.SUBMITTED), "通过后可以发布；退回的重新编写。"),
        Action(
            "publish", "发布", DECIDE, works.publish_work, lambda row: f"发布“{row}”并按署名记学分；教材按章节记，本身不记。",
            is_open=in_state(State.REVIEWED), icon="check",
        ),
        Action(
            "withdraw", "撤回", DECIDE, works.withdraw_work, lambda row: f"“{row}”从登记簿撤下；已记的学分全部冲正。",
            ReasonForm, in_state(State.DRAFT, State.REVIEWED, State.PUBLISHED), "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_people().select_related("unit", "host", "group", "book", "courseware", "made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return WorkForm
