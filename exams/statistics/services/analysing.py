"""One analysis of an exam: worked out from what was handed in, written at once or not at all."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from exams.sittings.models import Exam
from exams.statistics.answered import CENTS, Answered
from exams.statistics.distribution import median, steps
from exams.statistics.frozen import Form, Item, Questions, analysed_forms, every_item
from exams.statistics.groups import Member, by_unit
from exams.statistics.models import ItemAnalysis, ItemStatistic, PaceNote, SimilarPair
from exams.statistics.pace import Quick, Work, unusual_pace
from exams.statistics.services.gathering import Source
from exams.statistics.similarity import Pair, unusual_pairs
from exams.statistics.terms import RULE, Terms, terms
from lms.audit.services import record
from lms.people.models import OrgUnit
from lms.rules.models import RuleVersion

BATCH, MOST_SIGNALS = 1000, 500
HUNDRED = Decimal(100)


def rule_in_force() -> RuleVersion:
    found = RuleVersion.objects.in_force(RULE, timezone.localdate())
    if found is None:
        raise ValidationError("试题质量参考线的规则（R53）还没有生效，请先由规则审批人批准。", code="no_rule")
    return found


def analyse(source: Source, people: Sequence[Answered], *, actor, source_key: str) -> ItemAnalysis:
    """Everything is worked out before the transaction begins. Another key is another analysis, the same key the same."""
    if made := ItemAnalysis.objects.filter(source_key=source_key).first():
        return made
    exam, rule = source.exam, rule_in_force()
    line = terms(rule.formula)
    questions = Questions(source.contents, source.left_out, source.is_complete, line)
    forms = analysed_forms(people, questions, has_forms=bool(exam.forms))
    items = list(every_item(forms))
    analysis = ItemAnalysis(
        exam=exam, source_key=source_key, made_by=actor, rule_version=rule, people=len(people), items=len({one.version for one in items}),
        weak=len({one.version for one in items if one.flags}), is_complete=source.is_complete,
        pass_percent=exam.pass_percent, forms=[_form_row(form) for form in forms], marks=_marks(people),
        units=_units(people, int(line.least_group)),
    )  # fmt: skip
    pairs, quick = ([], []) if exam.is_self_service else (_pairs(source, people, line), _quick(people, line))
    _write(analysis, items, _pair_rows(pairs, people), _pace_rows(quick, people))
    return analysis


@transaction.atomic
def _write(analysis: ItemAnalysis, items: Sequence[Item], pairs, notes) -> None:
    exam = Exam.objects.select_for_update(of=("self",)).get(pk=analysis.exam_id)
    analysis.number = (exam.analyses.aggregate(last=Max("number"))["last"] or 0) + 1
    analysis.save(force_insert=True)
    ItemStatistic.objects.bulk_create([_statistic(analysis, one) for one in items], BATCH)
    for row in (*pairs, *notes):
        row.analysis = analysis
    SimilarPair.objects.bulk_create(pairs, BATCH)
    PaceNote.objects.bulk_create(notes, BATCH)
    about = {"people": analysis.people, "items": analysis.items, "weak": analysis.weak, "pairs": len(pairs)}
    record("statistics.analyse", actor=analysis.made_by, target=analysis, **about)  # type: ignore[arg-type]


def _statistic(analysis: ItemAnalysis, item: Item) -> ItemStatistic:
    return ItemStatistic(
        analysis=analysis, version_id=item.version, form=item.form, slot=item.slot, full=Decimal(item.full) / CENTS,
        blank=item.blank, choices=item.choices, flags=item.flags, is_weak=bool(item.flags), **asdict(item.figures),
    )  # fmt: skip


def _form_row(form: Form) -> dict:
    found = form.figures
    names = ("mean", "sd", "alpha", "kr20", "sem")
    full = None if form.full is None else str(Decimal(form.full) / CENTS)
    figures = {name: getattr(found, name) if found else None for name in names}
    return {"name": form.name, "n": form.n, "k": found.k if found else None, "full": full} | figures


def _marks(people: Sequence[Answered]) -> dict:
    """In marks where all papers give the same, else in hundredths of each one's own."""
    fulls = {one.full for one in people}
    is_in_marks = len(fulls) == 1
    full = fulls.pop() if is_in_marks else HUNDRED
    values = [one.marks if is_in_marks else one.marks * HUNDRED / (one.full or 1) for one in people]
    decided = [one.is_passed for one in people if one.is_passed is not None]
    passed = sum(decided) if len(decided) == len(people) else None
    return {
        "is_in_marks": is_in_marks, "full": str(full), "n": len(people), "passed": passed,
        "mean": float(sum(values, Decimal(0)) / len(values)), "median": float(median(values) or 0),
        "lowest": float(min(values)), "highest": float(max(values)),
        "steps": [[float(one.low), float(one.high), one.count] for one in steps(values, full)],
    }  # fmt: skip


def _units(people: Sequence[Answered], least: int) -> list[dict]:
    """As hundredths of full marks, so that papers compare."""
    names = dict(OrgUnit.objects.filter(path__in={one.unit for one in people}).values_list("path", "name"))
    members = [Member(names.get(one.unit, "—"), one.marks * HUNDRED / (one.full or 1), one.is_passed) for one in people]
    return [asdict(group) | {"mean": float(group.mean)} for group in by_unit(members, least)]


def _pairs(source: Source, people: Sequence[Answered], line: Terms) -> list[Pair]:
    wrong = [one.wrong(source.left_out) for one in people]
    least, expected = int(line.same_wrong_least), float(line.same_wrong_pairs)
    return unusual_pairs(wrong, least=least, expected_pairs=expected)[:MOST_SIGNALS]


def _pair_rows(pairs: Sequence[Pair], people: Sequence[Answered]) -> list[SimilarPair]:
    found = []
    for pair in pairs:
        first, second = sorted((people[pair.first], people[pair.second]), key=lambda one: one.attempt)
        is_near = first.hall is not None and first.hall == second.hall
        apart = abs(first.seat - second.seat) if is_near and first.seat and second.seat else None
        found.append(
            SimilarPair(
                first_id=first.attempt, second_id=second.attempt, same=pair.same, both_wrong=pair.both_wrong,
                expected=pair.expected, chance=pair.chance, same_hall=is_near, seats_apart=apart,
            )
        )  # fmt: skip
    return found


def _quick(people: Sequence[Answered], line: Terms) -> list[Quick]:
    works = [Work(one.seconds, len(one.touched), one.moments) for one in people]
    found = unusual_pace(
        works, share=float(line.quick_share), rapid=float(line.rapid_seconds), least_bursts=float(line.rapid_share)
    )
    return found[:MOST_SIGNALS]


def _pace_rows(quick: Sequence[Quick], people: Sequence[Answered]) -> list[PaceNote]:
    return [
        PaceNote(
            attempt_id=people[one.place].attempt, seconds=round(one.seconds), typical=round(one.typical),
            answered=len(people[one.place].touched), bursts=one.bursts, marks=people[one.place].marks,
            full=people[one.place].full,
        )
        for one in quick
    ]  # fmt: skip
