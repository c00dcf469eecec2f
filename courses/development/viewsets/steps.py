"""Steps that every output takes, as actions of its list."""

from courses.development.forms.outputs import AssignForm, AuthorsForm, DecisionForm
from courses.development.models import Output
from courses.development.rubric import average
from courses.development.services.authors import name_authors
from courses.development.services.reviews import assign
from courses.development.services.rights import ADD, DECIDE
from lms.kit.viewsets import Action


def name_by_form(output: Output, *, actor, authors) -> Output:
    return name_authors(output, authors, actor=actor)


def assign_by_form(output: Output, *, actor, reviewers) -> Output:
    assign(output, reviewers, actor=actor)
    return output


def authors_in_words(output: Output) -> str:
    rows = output.contributors.select_related("officer")
    return "、".join(f"{row.officer.staff_no} {row}" for row in rows) or "尚未填写"


def scores_in_words(output: Output) -> str:
    """The average with what it is of."""
    submission = output.submissions.open().first()
    reviews = list(submission.reviews.standing()) if submission else []
    totals = [row.total for row in reviews if row.total is not None]
    if not totals:
        return f"已提交评审0/{len(reviews)}人。"
    parts = "、".join(f"{one.normalize():f}" for one in totals)
    return f"已提交评审{len(totals)}/{len(reviews)}人，平均{average(totals)}分（{parts}）。"


def authors_action(is_open) -> Action:
    return Action(
        "authors", "填写署名", ADD, name_by_form,
        lambda row: f"“{row}”现有署名：{authors_in_words(row)}。这里填的取代现有署名；采用后不能再改。",
        AuthorsForm, is_open, "user",
    )  # fmt: skip


def assign_action(is_open) -> Action:
    return Action(
        "assign", "指派评审", DECIDE, assign_by_form,
        lambda row: f"评审人看不到“{row}”的制作单位、署名和他人的评分。{scores_in_words(row)}",
        AssignForm, is_open, "group",
    )  # fmt: skip


def decide_action(service, is_open, effect: str) -> Action:
    return Action(
        "decide", "审定", DECIDE, service, lambda row: f"{scores_in_words(row)}{effect}", DecisionForm, is_open, "check"
    )
