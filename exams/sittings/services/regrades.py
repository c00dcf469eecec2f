"""A report of what scoring again changed, line by line, without a name."""

from dataclasses import dataclass

from exams.sittings.models import Attempt, Candidate, Regrade


@dataclass(frozen=True)
class Line:
    number: str
    before: str
    after: str
    slots: str


def lines_of(report: Regrade, user) -> list[Line]:
    """Of the candidates the user sees, in the order of their admission numbers."""
    seen = Candidate.objects.visible_to(user).filter(exam=report.exam_id)
    numbers = dict(Attempt.objects.filter(candidate__in=seen).values_list("pk", "candidate__number"))
    lines = [
        Line(numbers[one["attempt"]], one["before"], one["after"], "、".join(one["slots"]))
        for one in report.differences
        if one["attempt"] in numbers
    ]
    return sorted(lines, key=lambda line: line.number)
