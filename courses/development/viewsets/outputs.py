from django.db import transaction
from wagtail.admin.ui.tables import Column

from courses.development.filters import OutputFilters, ReviewFilters
from courses.development.forms.groups import ReasonForm
from courses.development.forms.outputs import QuestionForm
from courses.development.models import Output, PeerReview, Work
from courses.development.services.authors import adopt, evenly, name_authors, revoke
from courses.development.services.questions import register_question
from courses.development.services.reviews import release_review
from courses.development.services.rights import DECIDE, REVOKE
from courses.development.views.desk import OutputPage, ReviewPage
from courses.development.viewsets.groups import PageAfter
from courses.development.viewsets.steps import authors_action
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet


@transaction.atomic
def question_by_form(form, actor) -> Output:
    output = register_question(form.instance, actor=actor)
    return name_authors(output, evenly(form.cleaned_data["author"]), actor=actor)


def is_question(row) -> bool:
    return row.kind == Output.Kind.QUESTION


class OutputViewSet(PageAfter, ScopedViewSet):
    """All that earns credits by R11, with its authors; projects, claims and works have their own lists as well."""

    model = Output
    policy_class = AddOnlyPolicy
    icon = "user"
    counted_in = "项"
    add_label = "登记采用试题"
    inspect_view_class = OutputPage
    list_display = [
        "title", Column("kind", label="类别", accessor="get_kind_display", sort_key="kind"),
        Column("unit", label="制作单位", sort_key="unit__path"),
        Column("people", label="署名", accessor=lambda row: f"{row.people}人", sort_key="people"),
        Column("standing", label="状态"), Column("checked_at", label="采用时间", sort_key="checked_at"),
        Column("checked_by", label="审定人"),
    ]  # fmt: skip
    search_fields = ["title", "reference", "unit__name"]
    filterset_class = OutputFilters
    inspect_view_fields = ["title", "kind", "unit", "reference"]
    services = {"add": question_by_form}
    actions = (
        authors_action(lambda row: is_question(row) and not row.is_checked),
        Action(
            "adopt", "采用", DECIDE, adopt, lambda row: f"采用“{row}”并按署名记学分；登记人和命题人不能办理。",
            is_open=lambda row: is_question(row) and not row.is_checked, icon="check",
        ),
        Action(
            "revoke", "撤销采用", REVOKE, revoke, lambda row: f"“{row}”不再采用，已记的学分全部冲正。",
            ReasonForm, lambda row: is_question(row) and row.is_adopted, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        """A book is adopted chapter by chapter, never as a whole."""
        rows = rows.exclude(work__form=Work.Form.TEXTBOOK)
        return rows.with_people().select_related("unit", "host", "made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return QuestionForm


class PeerReviewViewSet(PageAfter, ScopedViewSet):
    model = PeerReview
    policy_class = ReadOnlyPolicy
    icon = "comment"
    counted_in = "项"
    inspect_view_class = ReviewPage
    list_display = [
        Column("submission", label="送审稿", sort_key="submission__output__title"),
        Column("reviewer", label="评审人", accessor="reviewer.get_full_name", sort_key="reviewer__first_name"),
        Column("standing", label="进度"), "due_on", "begun_at", "sent_at", Column("total", label="总分", sort_key="total"),
    ]  # fmt: skip
    search_fields = ["submission__output__title", "reviewer__first_name"]
    filterset_class = ReviewFilters
    inspect_view_fields = ["submission", "due_on", "total"]
    actions = (
        Action(
            "release", "撤回指派", DECIDE, release_review, lambda row: f"撤回{row.reviewer.get_full_name()}对“{row}”的评审，可另行指派。",
            is_open=lambda row: not row.sent_at and not row.released_at, icon="undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("submission__output__unit", "submission__output__host", "reviewer", "rubric")
