"""How an office is told of what it has to decide."""

from collections.abc import Iterable

from lms.notices.models import Notice
from lms.notices.services import notify


def tell(users: Iterable, *, title: str, body: str, link: str = "") -> None:
    """A class's name can be longer than a title may be."""
    notify(users, title=title[: Notice._meta.get_field("title").max_length], body=body, link=link)
