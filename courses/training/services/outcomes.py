"""How a class ended for everybody in it, in a fixed number of queries: what is checked, shown and exported."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from courses.training import fitness, scoring
from courses.training.models import AssessmentPart, AssessmentScore, Attendance, ClassSession, Enrollment, TrainingClass
from courses.training.scoring import Panel, PartResult
from courses.training.services.absence import Absence, absences
from courses.training.services.attendance import RULE as TERMS
from courses.training.services.attendance import rule_on
from lms.people.models import Officer
from lms.rules.formula import text_parameter
from lms.rules.models import RuleVersion

STANDARD = "R35"
Kind, State = AssessmentPart.Kind, Enrollment.State


@dataclass(frozen=True)
class Line:
    """One learner: what is known of his attendance and his marks, and what follows from both."""

    enrollment: Enrollment
    counts: Mapping[str, int]
    unmarked: int
    absence: Absence
    parts: tuple[PartResult, ...] = ()

    @property
    def officer(self) -> Officer:
        """Of whoever is not a guest."""
        assert self.enrollment.officer is not None
        return self.enrollment.officer

    @property
    def is_dismissed(self) -> bool:
        return self.enrollment.state == State.DISMISSED

    @property
    def attended(self) -> int:
        return sum(self.counts.get(state, 0) for state in Attendance.CREDITED)

    @property
    def missed_too_much(self) -> bool:
        kept = self.enrollment.tolerated_hours
        return self.absence.is_over and (kept is None or self.absence.missed > kept)

    @property
    def is_complete(self) -> bool:
        """A dismissed learner was not marked any more after he left."""
        return self.is_dismissed or (not self.unmarked and all(part.is_passed is not None for part in self.parts))

    @property
    def why_not(self) -> list[str]:
        found = [f"缺勤{self.absence}，超过限度"] if self.missed_too_much else []
        return found + [f"{part.label}不合格" for part in self.parts if part.is_passed is False]

    @property
    def verdict(self) -> str:
        if self.is_dismissed:
            return State.DISMISSED
        return State.FAILED if self.why_not else State.PASSED

    @property
    def verdict_label(self) -> str:
        return State(self.verdict).label if self.is_complete else "未齐"

    @property
    def passed_items(self) -> int:
        """What R14 counts: of fitness and drill, the parts that were passed."""
        return sum(part.is_passed is True for part in self.parts if part.kind != Kind.THEORY)


@dataclass(frozen=True)
class Outcomes:
    """`sessions` are those that were held."""

    training_class: TrainingClass
    sessions: list[ClassSession]
    parts: list[AssessmentPart]
    lines: list[Line] = field(default_factory=list)

    @property
    def verdicts(self) -> Counter:
        return Counter(line.verdict for line in self.lines if line.is_complete)

    @property
    def incomplete(self) -> list[Line]:
        return [line for line in self.lines if not line.is_complete]

    @property
    def absent(self) -> list[Line]:
        return [line for line in self.lines if line.counts.get("ABSENT") or line.counts.get("LEAVE")]

    @property
    def is_over(self) -> bool:
        return all(session.during.upper <= timezone.now() for session in self.sessions)


def outcomes(training_class: TrainingClass, only: Enrollment | None = None) -> Outcomes:
    rows = training_class.enrollments.seated().select_related("officer__unit", "officer__user", "guest", "unit")
    people = list(rows.filter(pk=only.pk) if only else rows)
    sessions = list(training_class.sessions.filter(is_cancelled=False).select_related("instructor__officer"))
    parts = list(training_class.parts.all())
    counts: defaultdict[int, Counter] = defaultdict(Counter)
    marked = Attendance.objects.filter(session__in=sessions, enrollment__in=people)
    for enrollment, state in marked.values_list("enrollment", "state"):
        counts[enrollment][state] += 1
    missed = absences(training_class, [one.pk for one in people])
    results = _results(training_class, parts, people)
    lines = [
        Line(one, counts[one.pk], len(sessions) - counts[one.pk].total(), missed[one.pk], tuple(results[one.pk]))
        for one in people
    ]
    return Outcomes(training_class, sessions, parts, lines)


def _results(training_class, parts, people) -> dict[int, list[PartResult]]:
    found: dict[int, list[PartResult]] = {one.pk: [] for one in people}
    if not parts:
        return found
    scores = defaultdict(list)
    for score in AssessmentScore.objects.filter(part__in=parts, enrollment__in=found).order_by("pk"):
        scores[score.part_id, score.enrollment_id].append(score)
    rule = fitness_rule(training_class)
    is_trimmed = text_parameter(rule_on(TERMS, training_class.starts_on).formula, "drill_trimmed") == "1"
    for part in parts:
        for one in (one for one in people if one.officer):
            found[one.pk].append(_result(part, one, scores[part.pk, one.pk], (rule, is_trimmed)))
    return found


def _result(part: AssessmentPart, enrollment: Enrollment, scores: list, terms: tuple[RuleVersion, bool]) -> PartResult:
    label, rule = part.get_kind_display(), terms[0]
    if part.kind == Kind.FITNESS:
        needed = list(standards_of(enrollment, rule, part.training_class))
        return scoring.fitness(label, needed, {score.item: bool(score.is_passed) for score in scores})
    if part.kind == Kind.DRILL:
        panel = Panel(part.judges, part.pass_mark or Decimal(0), terms[1])
        return scoring.drill(label, [score.value for score in scores], panel)
    return scoring.theory(label, scores[0].value if scores else None, part.pass_mark or Decimal(0))


def fitness_rule(training_class: TrainingClass) -> RuleVersion:
    return rule_on(STANDARD, training_class.starts_on)


def standards_of(enrollment: Enrollment, rule: RuleVersion, training_class: TrainingClass) -> dict:
    """Of his sex, and his age on the class's first day. Guests are not assessed."""
    officer = enrollment.officer
    if officer is None:
        return {}
    return fitness.standards(rule.formula, officer.sex, fitness.age_on(officer.born_on, training_class.starts_on))
