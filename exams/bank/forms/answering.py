"""What a form rendered by bank/question.html sends back, as the answer its type scores."""

from django.core.exceptions import ValidationError

from exams.bank.types.case import of_part


def posted_answer(post, question: dict, name: str):
    """The answer to a public question called `name` in the form; None where nothing was filled in."""
    return _READERS[question["type"]](post, question, name)


def _one(post, question, name):
    return post.get(name, "").strip() or None


def _many(post, question, name):
    return post.getlist(name) or None


def _truth(post, question, name):
    given = _one(post, question, name)
    return {"true": True, "false": False}.get(given, given)


def _by_part(parts: str):
    def read(post, question, name):
        given = {part["id"]: post.get(f"{name}-{part['id']}", "").strip() for part in question[parts]}
        return {one: text for one, text in given.items() if text} or None

    return read


_steps = _by_part("items")


def _order(post, question, name):
    given = _steps(post, question, name)
    if given is None:
        return None
    places = {str(place) for place in range(1, len(question["items"]) + 1)}
    if not set(given.values()) <= places:
        raise ValidationError("作答与题目不符。", code="tampered")
    if set(given.values()) != places:
        raise ValidationError("排序题的每一项都要选，且次序不能重复。", code="order")
    return sorted(given, key=lambda item: int(given[item]))


def _case(post, question, name):
    given = {}
    for place, part in enumerate(question["parts"], start=1):
        with of_part(place):
            given[str(place)] = posted_answer(post, part, f"{name}.{place}")
    return {place: answer for place, answer in given.items() if answer is not None} or None


def fields_of(post, name: str) -> dict[str, list[str]]:
    """What was typed into a question's fields, exactly as it was."""
    return {field: post.getlist(field) for field in post if field == name or field.startswith((f"{name}-", f"{name}."))}


def refused_field(refusal: ValidationError, name: str) -> str:
    """By which name the field that was refused goes: a part of a case, or the question."""
    place = (getattr(refusal, "params", None) or {}).get("part")
    return f"{name}.{place}" if place else name


_READERS = {
    "single": _one, "multiple": _many, "true_false": _truth, "numeric": _one, "short_answer": _one, "ordering": _order,
    "fill_in": _by_part("blanks"), "matching": _by_part("prompts"), "case": _case,
}  # fmt: skip
