"""Who marks what: nobody his own, loads as even as the bars allow, the same seed the same plan. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

OWN, UNIT, CLASS, MENTOR, DEPOSITED, BEFORE = "own", "unit", "class", "mentor", "deposited", "before"


@dataclass(frozen=True)
class Job:
    """A script to be marked. `facts` are its writer's; `excluded` whoever marked it before or is barred by a decision."""

    pk: int
    facts: Mapping
    excluded: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    user: int
    facts: Mapping


class NobodyLeft(Exception):  # noqa: N818 - it says what is the matter, not that something broke
    def __init__(self, scripts: list[int]):
        self.scripts = scripts
        super().__init__(scripts)


def bar(job: Job, person: Person) -> str:
    """Why a person may not mark a script, or ""."""
    facts = job.facts
    if facts.get("user") == person.user:
        return OWN
    if person.user in job.excluded:
        return job.excluded[person.user]
    if person.user in facts.get("pairs", ()):
        return MENTOR
    if _is_same_unit(facts, person.facts.get("unit", "")):
        return UNIT
    return CLASS if set(facts.get("classes", ())) & set(person.facts.get("classes", ())) else ""


def _is_same_unit(facts: Mapping, other: str) -> bool:
    """The writer's unit (a small team's district) holds the marker's; the bureau itself holds only its own people."""
    unit = facts.get("unit", "")
    if not unit or not other:
        return False
    return other == unit if facts.get("is_whole_city") else other.startswith(unit)


def order(seed: str, *things) -> str:
    return hashlib.sha256("|".join(str(one) for one in (seed, *things)).encode()).hexdigest()


def is_drawn(seed: str, purpose: str, code: str, percent) -> bool:
    """Whether a code falls into a sample of so many percent."""
    return int(order(seed, purpose, code)[:8], 16) * 100 < percent * 16**8


def allocate(
    jobs: Iterable[Job], people: Sequence[Person], seed: str, loads: Mapping[int, int] | None = None
) -> dict[int, int]:
    """{script: user}. Those that few may mark are given first. NobodyLeft with the scripts that nobody may mark."""
    able = {job.pk: [one.user for one in people if not bar(job, one)] for job in jobs}
    if stuck := sorted(pk for pk, users in able.items() if not users):
        raise NobodyLeft(stuck)
    load = {one.user: (loads or {}).get(one.user, 0) for one in people}
    plan: dict[int, int] = {}
    for pk in sorted(able, key=lambda pk: (len(able[pk]), order(seed, pk))):
        plan[pk] = min(able[pk], key=lambda user: (load[user], order(seed, pk, user)))
        load[plan[pk]] += 1
    _level(plan, able, load)
    return plan


def _level(plan: dict[int, int], able: Mapping[int, Collection[int]], load: dict[int, int]) -> None:
    """Move scripts from whoever has two more than somebody who may take them."""
    moved = True
    while moved:
        moved = False
        for pk in sorted(plan):
            least = min(able[pk], key=lambda user: (load[user], user))
            if load[plan[pk]] > load[least] + 1:
                load[plan[pk]] -= 1
                load[least] += 1
                plan[pk], moved = least, True
