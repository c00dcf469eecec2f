"""Many officers made, changed and moved at once, as an import has planned it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Model, OuterRef, Subquery
from django.utils import timezone

from lms.audit.services import record
from lms.people.models import Officer, OrgUnit, Posting, User
from lms.people.names import name_pinyin
from lms.people.personnel_file import Person

REASON = "人员导入"
BATCH = 1000


class Field(NamedTuple):
    label: str
    old: str
    new: str


@dataclass
class Change:
    """What a row does to one officer; `kind` is created, updated, transferred or unchanged."""

    person: Person
    kind: str
    officer: Officer
    unit: OrgUnit
    fields: list[Field] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    on: date | None = None


def apply(changes: list[Change], actor) -> None:
    by_kind: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_kind[change.kind].append(change)
        if change.names:
            _fill(change)
    _create(by_kind["created"])
    _update([*by_kind["updated"], *by_kind["transferred"]])
    _transfer(by_kind["transferred"], actor)


def _fill(change: Change) -> None:
    for name in change.names:
        setattr(change.officer, name, change.person.values[name])
    if "name" in change.names:
        change.officer.name_pinyin = name_pinyin(change.officer.name)


def _create(changes: list[Change]) -> None:
    officers = [change.officer for change in changes]
    users = [User(username=officer.staff_no, first_name=officer.name) for officer in officers]
    for user, officer in zip(users, officers, strict=True):
        user.set_unusable_password()
        officer.user = user
    User.objects.bulk_create(users, batch_size=BATCH)
    for officer in officers:
        officer.user_id = officer.user.pk
    Officer.objects.bulk_create(officers, batch_size=BATCH)
    today = timezone.localdate()
    Posting.objects.bulk_create(
        [_posting(change, change.person.since or change.officer.entered_on or today) for change in changes],
        batch_size=BATCH,
    )


def _posting(change: Change, since: date) -> Posting:
    officer = change.officer
    return Posting(
        officer=officer, unit=change.unit, during=DateRange(since, None), rank=officer.rank, reason=REASON
    )  # fmt: skip


def _update(changes: list[Change]) -> None:
    names = {name for change in changes for name in change.names}
    if "name" in names:
        names.add("name_pinyin")
    _save([change.officer for change in changes if change.names], names)
    renamed = [change.officer.user_id for change in changes if "name" in change.names]
    name = Officer.objects.filter(user=OuterRef("pk")).values("name")
    User.objects.filter(pk__in=renamed).update(first_name=Subquery(name))


def _save(rows: list[Model], names: Iterable[str]) -> None:
    """`bulk_update` builds one CASE for all rows of a field, which takes ten times as long."""
    if rows:
        type(rows[0]).objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=names
        )


def _transfer(changes: list[Change], actor) -> None:
    """`services.postings.transfer`, many at a time."""
    last = last_postings(changes)
    for posting, on in [(last[change.officer.pk], change.on) for change in changes if change.officer.pk in last]:
        posting.during = DateRange(posting.during.lower, on)
    _save([*last.values()], ["during"])
    postings = [_posting(change, change.on) for change in changes if change.on]
    Posting.objects.bulk_create(postings, batch_size=BATCH)
    old = {change.officer.pk: change.officer.unit.code for change in changes}
    for change in changes:
        change.officer.unit = change.unit
    _save([change.officer for change in changes], ["unit"])
    # Streams of several districts are locked in one order, whatever the order of the file.
    for change in sorted(changes, key=lambda change: change.unit.path):
        record(
            "people.transfer", actor=actor, target=change.officer, old=old[change.officer.pk], new=change.unit.code,
            on=str(change.on), reason=REASON,
        )  # fmt: skip


def last_postings(moved: list[Change]) -> dict[int, Posting]:
    postings = Posting.objects.filter(officer__in=[change.officer.pk for change in moved], is_primary=True)
    return {posting.officer_id: posting for posting in postings.order_by("during")}
