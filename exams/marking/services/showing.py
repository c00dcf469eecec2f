"""A script as its marker gets it: the question, the answer, the rubric and his own mark. Nothing of whose it is."""

from django.template.loader import render_to_string

from exams.bank.types import case
from exams.marking.models import Assignment, Mark
from exams.marking.models.marks import Stage
from exams.marking.rubric import answer_to, lines_of, parts_by_hand, words
from exams.marking.services.handing import mine
from exams.marking.services.marking import OPEN, question_of
from exams.marking.services.progress import progress_of
from lms.people.models import User

Doing = Assignment.State


def question_shown(content: dict) -> dict:
    """Its story, and the questions of a case that people mark; what machines mark is not asked about."""
    parts = [
        {"place": place, "stem": part["stem"] if place else "", "reference": part.get("reference", "")}
        for place, part, _ in parts_by_hand(content)
    ]
    return {"stem": content["stem"], "is_case": content["type"] == case.CODE, "parts": parts}


def answers_shown(content: dict, answer) -> list[dict]:
    return [
        {"place": place, "paragraphs": [one for one in answer_to(answer, place).splitlines() if one.strip()]}
        for place, _, _ in parts_by_hand(content)
    ]


def shown(assignment: Assignment, user: User) -> dict:
    script = assignment.script
    item, answer = question_of(script)
    lines = lines_of(item.content, item.marks, answer)
    mark = Mark.objects.filter(script=script, stage=assignment.stage, marker=user).first()
    answers = answers_shown(item.content, answer)
    is_done = assignment.state == Doing.DONE
    return {
        "code": assignment.code,
        "html": render_to_string(
            "marking/script.html", {"question": question_shown(item.content), "answers": answers}
        ),
        "characters": sum(len(line) for one in answers for line in one["paragraphs"]),
        "full": words(script.full), "lines": [_line(line) for line in lines], "points": mark.points if mark else {},
        "comment": mark.comment if mark else "", "version": mark.version if mark else 0,
        "is_open": may_write(assignment), "reply": assignment.reply, "note": assignment.note, "is_done": is_done,
        **around(assignment, user),
    }  # fmt: skip


def _line(line) -> dict:
    return {"key": line.key, "label": line.label, "full": words(line.full), "is_blank": line.is_blank}


def may_write(assignment: Assignment) -> bool:
    """A seeded one closes like those around it, or it would betray itself."""
    if assignment.state == Doing.FLAGGED:
        return False
    if assignment.stage == Stage.AGAIN:
        return assignment.state != Doing.DONE
    return assignment.script.state in OPEN[Stage(assignment.stage)]


def around(assignment: Assignment, user: User) -> dict:
    """`before` is what he marked last before this one, `number` its place among all he marked."""
    done = mine(assignment.script.task, user).filter(state=Doing.DONE)
    if assignment.state == Doing.DONE:
        done = done.filter(done_at__lt=assignment.done_at)
    codes = list(done.order_by("-done_at").values_list("code", flat=True))
    after = None
    if assignment.state == Doing.DONE:
        later = mine(assignment.script.task, user).filter(state=Doing.DONE, done_at__gt=assignment.done_at)
        after = later.order_by("done_at").values_list("code", flat=True).first()
    return {"before": codes[0] if codes else None, "after": after, "number": len(codes) + 1}


def standing(task, user: User) -> dict:
    own, team = progress_of(task, user), progress_of(task)
    done = mine(task, user).filter(state=Doing.DONE).order_by("-done_at")
    last = done.values_list("code", flat=True).first()
    return {"mine": [own.done, own.everything], "team": [team.done, team.everything], "last": last}
