import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from courses.catalogue.models import ItemCode
from lms.audit.services import record
from lms.sheets.table import Problem, SheetRefused, Table, read_table

CODE, NAME, DOMAIN = "事项代码", "事项名称", "执法领域"
REQUIRED, OPTIONAL = [CODE, NAME], [DOMAIN]
ALIASES = {"代码": CODE, "编码": CODE, "名称": NAME, "领域": DOMAIN}


def read_item_codes(source: Path | bytes, filename: str) -> Table:
    """The table, or SheetRefused with every reason why not."""
    table = read_table(source, filename=filename, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES)
    if problems := list(_problems(table)):
        raise SheetRefused(problems)
    return table


def _problems(table: Table):
    seen = {}
    for row in table.rows:
        for heading in (CODE, NAME, DOMAIN):
            text, most = row.cells[heading], ItemCode._meta.get_field(COLUMNS[heading]).max_length or 0
            if not text and heading != DOMAIN:
                yield Problem(row.number, heading, "不能为空。", "blank")
            if len(text) > most:
                yield Problem(row.number, heading, f"不能超过{most}个字。", "too_long")
        code = row.cells[CODE]
        if code and code in seen:
            yield Problem(row.number, CODE, f"与第 {seen[code]} 行重复。", "duplicate")
        seen.setdefault(code, row.number)


COLUMNS = {CODE: "code", NAME: "name", DOMAIN: "domain"}


@dataclass(frozen=True)
class Change:
    """A code that is new (`before` is None) or takes another name or domain."""

    row: int
    code: str
    before: tuple[str, str] | None
    after: tuple[str, str]


@dataclass(frozen=True)
class Plan:
    """What importing a table would do to the items as they are now."""

    changes: list[Change]
    rows: int

    @property
    def counts(self) -> dict[str, int]:
        added = sum(1 for change in self.changes if change.before is None)
        changed = len(self.changes) - added
        return {"added": added, "changed": changed, "unchanged": self.rows - added - changed}

    @property
    def fingerprint(self) -> str:
        """Of what would change: confirmed is what was shown, or nothing."""
        return hashlib.sha256(repr(self.changes).encode()).hexdigest()


def plan_import(table: Table) -> Plan:
    known = {item.code: (item.name, item.domain) for item in _known(table, ItemCode.objects.all())}
    changes = [
        Change(row.number, code, known.get(code), after)
        for row in table.rows
        if known.get(code := row.cells[CODE]) != (after := (row.cells[NAME], row.cells[DOMAIN]))
    ]
    return Plan(changes, len(table.rows))


def _known(table: Table, items):
    return items.filter(code__in=[row.cells[CODE] for row in table.rows])


@transaction.atomic
def import_item_codes(table: Table, *, actor, expected: str | None = None) -> dict[str, int]:
    """All rows or none; a known code takes the file's name and domain, a code the file lacks stays.

    `expected` is the fingerprint of the plan somebody was shown: another one is refused (`changed`).
    """
    items = {item.code: item for item in _known(table, ItemCode.objects.select_for_update())}
    plan = plan_import(table)
    if expected not in (None, plan.fingerprint):
        raise ValidationError("预览之后执法事项有变化，没有写入任何内容，请重新核对。", code="changed")
    _write(plan, items)
    record("catalogue.import_item_codes", actor=actor, target="catalogue.itemcode", **plan.counts)  # type: ignore[arg-type]
    return plan.counts


def _write(plan: Plan, items: dict[str, ItemCode]) -> None:
    changed = [change for change in plan.changes if change.before is not None]
    for change in changed:
        items[change.code].name, items[change.code].domain = change.after
    ItemCode.objects.bulk_update([items[change.code] for change in changed], ["name", "domain"])
    new = [change for change in plan.changes if change.before is None]
    ItemCode.objects.bulk_create(
        [ItemCode(code=change.code, name=change.after[0], domain=change.after[1]) for change in new]
    )
