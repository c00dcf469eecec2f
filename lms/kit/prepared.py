"""Statements of the pages and messages that thousands ask for in the same minute.

Writing SQL from a queryset costs more than running it: half of such a page's processor time. Here it is written once for
each process and prepared once for each connection.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property
from itertools import count
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError
from psycopg import OperationalError, RawCursor

# What a queryset is built with in place of the values of each call.
FIRST_MARK = -2_000_000_000
_PLACE = re.compile("%s|%%")


def execute(sql: str, values: list) -> list[tuple]:
    """Run one prepared statement ($1, $2 …) on this thread's connection, without Django's check before each use of it.

    A connection that died since its last use is replaced once.
    """
    is_fresh = connection.connection is None
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0.000"})  # who counts queries counts these
    try:
        return _execute(sql, values)
    except OperationalError:
        if is_fresh or connection.in_atomic_block:
            raise
    connection.close()
    connection.ensure_connection()
    return _execute(sql, values)


def _execute(sql: str, values: list) -> list[tuple]:
    with RawCursor(connection.connection) as cursor:
        return cursor.execute(sql.encode(), values, prepare=True).fetchall()


class Prepared:
    """A queryset of whole numbers (keys) whose SQL is written at its first use: `Prepared(build)(*keys)` lists its rows.

    `build` gets a mark for each key, and must use each as it is. It may end in `values_list`, not in a slice by key.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build

    def __call__(self, *keys: int) -> list[Any]:
        sql, params, read, locks = self._written
        if locks and not connection.in_atomic_block:
            raise TransactionManagementError("A lock ends with its transaction: there is none here.")
        return read(execute(sql, [keys[one - FIRST_MARK] if _is_mark(one) else one for one in params]))

    def first(self, *keys: int) -> Any:
        return next(iter(self(*keys)), None)

    @cached_property
    def _written(self):
        marks = range(FIRST_MARK, FIRST_MARK + self.build.__code__.co_argcount)
        queryset = self.build(*marks)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        assert {one for one in params if _is_mark(one)} == set(marks), "a mark is lost"
        assert not any(isinstance(one, date) for one in params), "a day written once would stay that day; use Now()"
        reader = _tuples if queryset._fields is not None else _instances
        return _numbered(sql), params, reader(compiler), queryset.query.select_for_update


def _is_mark(value) -> bool:
    return type(value) is int and value < FIRST_MARK + 100


def _numbered(sql: str) -> str:
    """$1, $2 … for %s: what is written so need not be searched for its places at every call."""
    numbers = count(1)
    return _PLACE.sub(lambda found: "%" if found[0] == "%%" else f"${next(numbers)}", sql)


def _tuples(compiler) -> Callable[[list[tuple]], list[tuple]]:
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def read(rows):
        return [tuple(row) for row in compiler.apply_converters(rows, converters)] if converters else rows

    return read


def _instances(compiler) -> Callable[[list[tuple]], list[Any]]:
    """As `ModelIterable` makes them."""
    converted = _tuples(compiler)
    info = compiler.klass_info
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[start:end]]
    populators = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def instance_of(row):
        instance = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in populators:
            populator.populate(row, instance)
        for name, place in compiler.annotation_col_map.items():
            setattr(instance, name, row[place])
        return instance

    return lambda rows: [instance_of(row) for row in converted(rows)]
