from pathlib import Path

from django.db import transaction

from courses.catalogue.models import ItemCode
from lms.audit.services import record
from lms.sheets.table import Problem, SheetRefused, Table, read_table

CODE, NAME, DOMAIN = "事项代码", "事项名称", "执法领域"
ALIASES = {"代码": CODE, "编码": CODE, "名称": NAME, "领域": DOMAIN}


def read_item_codes(path: Path) -> Table:
    """The table, or SheetRefused with every reason why not."""
    table = read_table(path, filename=path.name, required=[CODE, NAME], optional=[DOMAIN], aliases=ALIASES)
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


@transaction.atomic
def import_item_codes(table: Table, *, actor) -> dict[str, int]:
    """All rows or none; a known code takes the file's name and domain, a code the file lacks stays."""
    rows = {row.cells[CODE]: row.cells for row in table.rows}
    known = {item.code: item for item in ItemCode.objects.filter(code__in=rows).select_for_update()}
    changed = [item for code, item in known.items() if (item.name, item.domain) != _values(rows[code])]
    for item in changed:
        item.name, item.domain = _values(rows[item.code])
    ItemCode.objects.bulk_update(changed, ["name", "domain"])
    new = [
        ItemCode(code=code, name=cells[NAME], domain=cells[DOMAIN]) for code, cells in rows.items() if code not in known
    ]
    ItemCode.objects.bulk_create(new)
    counts = {"added": len(new), "changed": len(changed), "unchanged": len(rows) - len(new) - len(changed)}
    record("catalogue.import_item_codes", actor=actor, target="catalogue.itemcode", **counts)  # type: ignore[arg-type]
    return counts


def _values(cells: dict[str, str]) -> tuple[str, str]:
    return cells[NAME], cells[DOMAIN]
