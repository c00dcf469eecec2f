"""What a form rendered by bank/question.html sends back, as the answer its type scores."""

from django.core.exceptions import ValidationError


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
    parts = enumerate(question["parts"], start=1)
    given = {str(place): posted_answer(post, part, f"{name}.{place}") for place, part in parts}
    return {place: answer for place, answer in given.items() if answer is not None} or None


_READERS = {
    "single": _one, "multiple": _many, "true_false": _truth, "numeric": _one, "short_answer": _one, "ordering": _order,
    "fill_in": _by_part("blanks"), "matching": _by_part("prompts"), "case": _case,
}  # fmt: skip
