"""What of a question decides whether an answer could have been given to it: its ids, none of its words."""

KEPT = {"type", "options", "id", "blanks", "prompts", "targets", "items", "parts"}


def shape(content):
    """The same question without text, key or weight; every type's `check_answer` says the same of both."""
    if isinstance(content, dict):
        return {name: shape(value) for name, value in content.items() if name in KEPT}
    return [shape(one) for one in content] if isinstance(content, list) else content
