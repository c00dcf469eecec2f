"""The figures of an exam form by form; where everybody had a paper of his own, question by question."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from exams.bank.types import fill_in, numeric
from exams.statistics.answered import CENTS, Answered
from exams.statistics.distractors import choices
from exams.statistics.figures import FormFigures, ItemFigures, Matrix, form_figures, lone_figures
from exams.statistics.options import OPTIONED, chosen, keys_of, options_of
from exams.statistics.terms import Option, Terms, flags

WHOLE, OWN = "全卷", "一人一卷"
FINE = 10**6  # ranks and rests of papers that differ, as whole parts of their full marks


@dataclass(frozen=True)
class Spot:
    """A question where it stands; the slot only where all have it there."""

    version: int
    form: str
    slot: int | None
    full: int


@dataclass(frozen=True)
class Item:
    """One row for the bank: `choices` is what the table of choices shows."""

    version: int
    form: str
    slot: int | None
    full: int
    figures: ItemFigures
    blank: int
    choices: dict
    flags: list[str]


@dataclass(frozen=True)
class Form:
    """`figures` is None where no two people need have had the same questions."""

    name: str
    n: int
    full: int | None
    figures: FormFigures | None
    items: list[Item]


@dataclass(frozen=True)
class Questions:
    """What the questions are, which do not count, and whether people's marks are in."""

    contents: Mapping[int, dict]
    left_out: frozenset[int]
    is_complete: bool
    line: Terms


def analysed_forms(people: Sequence[Answered], questions: Questions, *, has_forms: bool) -> list[Form]:
    """Groups of the same questions; one group in all where each had a paper of his own."""
    groups: dict[frozenset[int], list[Answered]] = defaultdict(list)
    for one in people:
        groups[one.form_key(questions.left_out)].append(one)
    if not has_forms and len(groups) > 1:
        return [_own_papers(people, questions)]
    found = [_form(several, questions) for several in groups.values()]
    return _named_apart(sorted(found, key=lambda form: (form.name, -form.n)))


def _named_apart(forms: list[Form]) -> list[Form]:
    """A letter used again in a later window says which it is."""
    seen: Counter[str] = Counter()
    found = []
    for form in forms:
        seen[form.name] += 1
        name = form.name if seen[form.name] == 1 else f"{form.name}（{seen[form.name]}）"
        items = [Item(**{**vars(item), "form": name}) for item in form.items]
        found.append(Form(name, form.n, form.full, form.figures, items))
    return found


def _counted(one: Answered, questions: Questions):
    """The questions of a paper that count, without those whose marks are still with people."""
    kept = [asked for asked in one.asked if asked.version not in questions.left_out]
    return [asked for asked in kept if questions.is_complete or not asked.by_hand]


def _form(people: Sequence[Answered], questions: Questions) -> Form:
    asked = _counted(people[0], questions)
    letters = "、".join(sorted({one.form for one in people if one.form}))
    name = f"{letters}卷" if letters else WHOLE
    if not asked:
        return Form(name, len(people), None, None, [])
    columns = [[one.earned[each.version] or 0 for one in people] for each in asked]
    fulls = [each.full for each in asked]
    matrix = Matrix(columns, fulls, [1] * len(people), CENTS)
    figures = form_figures(matrix)
    is_one_paper = len({one.paper for one in people}) == 1
    items = [
        _item(Spot(each.version, name, each.slot if is_one_paper else None, each.full), people, figures.items[place],
              matrix.totals, questions)
        for place, each in enumerate(asked)
    ]  # fmt: skip
    return Form(name, len(people), sum(fulls), figures, items)


def _own_papers(people: Sequence[Answered], questions: Questions) -> Form:
    having: dict[int, list[tuple[Answered, int, int, int]]] = defaultdict(list)
    for one in people:
        asked = _counted(one, questions)
        total, full = sum(one.earned[each.version] or 0 for each in asked), sum(each.full for each in asked)
        for each in asked:
            having[each.version].append((one, each.full, total, full))
    items = [_lone(version, having[version], questions) for version in sorted(having)]
    return Form(OWN, len(people), None, None, items)


def _lone(version: int, rows: list[tuple[Answered, int, int, int]], questions: Questions) -> Item:
    people = [one for one, *_ in rows]
    column = [one.earned[version] or 0 for one in people]
    ranks = [total * FINE // whole for _, _, total, whole in rows]
    rests = [
        (total - mine) * FINE // (whole - full) if whole > full else 0
        for mine, (_, full, total, whole) in zip(column, rows, strict=True)
    ]
    figures = lone_figures(column, rows[0][1], rests, ranks)
    return _item(Spot(version, OWN, None, rows[0][1]), people, figures, ranks, questions)


def _item(
    spot: Spot, people: Sequence[Answered], figures: ItemFigures, totals: Sequence[int], questions: Questions
) -> Item:
    content = questions.contents[spot.version]
    table = _choices(people, spot, totals, content)
    options = [Option(row["is_key"], row["n"], row["high"]) for row in table.get("rows", [])]
    is_choice = content["type"] in OPTIONED
    return Item(
        **vars(spot), figures=figures, blank=sum(spot.version not in one.touched for one in people), choices=table,
        flags=flags(figures, options if is_choice else [], questions.line),
    )  # fmt: skip


def _choices(people: Sequence[Answered], spot: Spot, totals: Sequence[int], content: dict) -> dict:
    """As JSON; empty for what cannot be told in a line: pairs, orders, essays."""
    named, kind = options_of(content), content["type"]
    if not named and kind not in (fill_in.CODE, numeric.CODE):
        return {}
    given = [chosen(one.given.get(spot.version), kind) for one in people]
    right = keys_of(content) if named else _right(people, spot)
    found = choices(given, totals, named)
    rows = [{**vars(row), "is_key": row.option in right} for row in found.rows]
    return {"low_n": found.low_n, "high_n": found.high_n, "fifth_n": found.fifth_n, "n": found.n, "rows": rows}


def _right(people: Sequence[Answered], spot: Spot) -> set:
    return {one.given.get(spot.version) for one in people if one.earned[spot.version] == spot.full}


def every_item(forms: Sequence[Form]) -> Iterator[Item]:
    for form in forms:
        yield from form.items
