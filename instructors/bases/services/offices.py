"""Who is told: those who look after a unit's base, and those who decide at the city."""

from collections.abc import Iterable

from lms.notices.models import Notice
from lms.notices.services import notify
from lms.people.models import OrgUnit, User
from lms.people.services.offices import office_of

KEEP, PASS, DECIDE = "bases.change_basereview", "bases.pass_basereview", "bases.decide_basereview"


def keepers_of(unit: OrgUnit) -> list[User]:
    """Of the unit and its district, not of the city."""
    return office_of(unit, KEEP)


def deciders_of(unit: OrgUnit) -> list[User]:
    return office_of(unit.get_root(), DECIDE)


def tell(users: Iterable[User], title: str, body: str = "", *, link: str = "", once_key: str = "") -> int:
    """A base's name can be longer than a title may be."""
    longest = Notice._meta.get_field("title").max_length
    return notify(users, title=title[:longest], body=body, link=link, once_key=once_key)
