"""Who is told what a mentorship waits for."""

from collections.abc import Iterable

from django.urls import reverse

from instructors.mentorship.models import Mentorship
from lms.notices.models import Notice
from lms.notices.services import notify
from lms.people.models import User
from lms.people.services.offices import office_of

SIGN = "mentorship.sign_mentorship"
COMPLETE = "mentorship.complete_mentorship"


def pair_of(mentorship: Mentorship) -> list[User]:
    return [mentorship.mentor.user, mentorship.apprentice.user]


def tell(users: Iterable, title: str, body: str = "", link: str = "") -> None:
    notify(users, title=title[: Notice._meta.get_field("title").max_length], body=body, link=link)


def tell_pair(mentorship: Mentorship, title: str, body: str = "", *, but=None) -> None:
    users = [user for user in pair_of(mentorship) if user != but]
    tell(users, f"{title}：{mentorship}", body, reverse("mentoring:one", args=[mentorship.pk]))


def tell_office(mentorship: Mentorship, permission: str, title: str, body: str = "") -> None:
    link = reverse("mentorship:inspect", args=[mentorship.pk])
    tell(office_of(mentorship.unit, permission), f"{title}：{mentorship}", body, link)
