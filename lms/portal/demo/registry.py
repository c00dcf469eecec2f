"""Writes the people of the demo city: accounts, officers, postings and what each owes in the year."""

from django.contrib.auth.hashers import make_password
from django.db.backends.postgresql.psycopg_any import DateRange

from lms.ledger.models import Obligation
from lms.ledger.services.obligations import ensure_obligation, months_on_duty
from lms.people.models import Officer, OrgUnit, Posting, User
from lms.people.names import name_pinyin
from lms.portal.demo.people import Person

BATCH = 2_000
_SAME = (
    "staff_no",
    "name",
    "sex",
    "born_on",
    "rank",
    "status",
    "source",
    "education",
    "entered_on",
    "is_legally_qualified",
    "is_public_lawyer",
)


def register(people: list[Person], units: dict[str, OrgUnit], password: str) -> dict[str, Officer]:
    """Officers by staff number. One password hash serves all: hashing 8,159 times would take minutes."""
    encoded = make_password(password)
    users = User.objects.bulk_create(
        [User(username=person.staff_no, first_name=person.name, password=encoded) for person in people], BATCH
    )
    officers = Officer.objects.bulk_create(
        [
            Officer(
                user=user,
                unit=units[person.stays[-1][0]],
                name_pinyin=name_pinyin(person.name),
                **{name: getattr(person, name) for name in _SAME},
            )
            for person, user in zip(people, users, strict=True)
        ],
        BATCH,
    )
    Posting.objects.bulk_create(
        [
            Posting(
                officer=officer,
                unit=units[code],
                during=DateRange(begin, end),
                rank=person.rank,
                reason="" if end is None and begin == person.entered_on else "组织调动",
            )
            for person, officer in zip(people, officers, strict=True)
            for code, begin, end in person.stays
        ],
        BATCH,
    )
    return {officer.staff_no: officer for officer in officers}


def owe(officers: list[Officer], year: int) -> dict[str, Obligation]:
    """Obligations by staff number: counted once for every number of months served, then copied."""
    made: dict[int, Obligation] = {}
    rows: dict[str, Obligation] = {}
    for officer in officers:
        months = months_on_duty(officer.entered_on, year)
        if months not in made:
            rows[officer.staff_no] = made[months] = ensure_obligation(officer, year)
            continue
        same = {name: getattr(made[months], name) for name in ("hours", "credits", "layers", "months", "reason")}
        rows[officer.staff_no] = Obligation(officer=officer, year=year, rule_version=made[months].rule_version, **same)
    Obligation.objects.bulk_create([row for row in rows.values() if row.pk is None], BATCH)
    return rows
